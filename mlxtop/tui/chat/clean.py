"""Text on its way in or out by the clipboard, without what a terminal would obey."""

import re

from mlxtop.text import scrub

# Control characters but tab and newline, and the marks that reorder text.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Return the text without control characters; every line end becomes a newline."""
    return _UNWANTED.sub("", scrub(text).replace("\r\n", "\n").replace("\r", "\n"))
