"""Values as JSON, with any text in them: file names may hold bytes that are not UTF-8."""

from typing import Any

import msgspec

from mlxtop.text import escaped, scrubbed


def encoded(value: Any) -> bytes:
    """Return a value in one line of JSON; what cannot be encoded becomes U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(scrubbed(msgspec.to_builtins(value)))


def indented(value: Any) -> str:
    """Return a value as indented JSON for printing, without a final newline."""
    return escaped(msgspec.json.format(encoded(value), indent=2).decode())
