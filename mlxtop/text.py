"""Text that comes from models, files and hosts is untrusted: made harmless here, once."""

import re
from typing import Any

# C0 but tab and newline, DEL, C1, and the marks that reorder text (bidirectional overrides and
# isolates) or hide in it: a terminal obeys them, a reader cannot see them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


def _show(match: re.Match[str]) -> str:
    code = ord(match.group())
    return _PICTURES.get(code) or f"‹{code:04X}›"


def scrub(text: str) -> str:
    """Return the text with lone surrogates replaced by U+FFFD, so that it can be encoded."""
    return _SURROGATE.sub("\ufffd", text)


def scrubbed(value: Any) -> Any:
    """Return lists and dicts of plain values, as JSON has them, with every text scrubbed."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list | tuple):
        return [scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {scrubbed(name): scrubbed(item) for name, item in value.items()}
    return value


def visible(text: str) -> str:
    """Return the text with every control character drawn instead of obeyed.

    Tab and newline stay; ESC becomes ␛, a C1 or bidirectional control its code in ‹›.
    A carriage return before a newline is dropped.
    """
    return _UNSAFE.sub(_show, scrub(text).replace("\r\n", "\n"))


def clean(text: str) -> str:
    """Return the text without what `visible` would draw, for a clipboard or a field.

    Every way to end a line becomes a newline.
    """
    return _UNSAFE.sub("", _LINE_END.sub("\n", scrub(text)))


def one_line(text: str, limit: int = 200) -> str:
    """Return the text as one visible line of at most `limit` characters, for titles and notes."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
