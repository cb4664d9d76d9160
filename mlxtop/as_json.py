"""Values as JSON, with any text in them: file names may hold bytes that are not UTF-8."""

import sys
from typing import Any

import msgspec

from mlxtop.streams import print_data
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


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    print_data()
    sys.stdout.write(indented(value) + "\n")
