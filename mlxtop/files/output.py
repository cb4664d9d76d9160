"""What the commands on recordings print alike."""

import sys

import msgspec

from mlxtop.streams import print_data

OK, FAILED = 0, 1
"""Exit statuses."""


def number(count: int, word: str) -> str:
    """Return a count and its word: "1 turn", "2,000 tokens"."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    print_data()
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
