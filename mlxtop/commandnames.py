"""What the subcommands are called: nothing heavy is imported to tell a word from them."""

import difflib

COMMANDS = (
    "run",
    "replay",
    "watch",
    "bench",
    "doctor",
    "recordings",
    "check",
    "compare",
    "redact",
    "migrate",
    "config",
    "themes",
)
"""All that are no model's name."""
_LIKE = 0.75
"""From here on two words are close: `benc` and `replya` are, `demo` and `doctor` are not."""


def meant(word: str) -> str:
    """Return the command that a word is close to; empty where it is close to none."""
    return next(iter(difflib.get_close_matches(word, COMMANDS, n=1, cutoff=_LIKE)), "")
