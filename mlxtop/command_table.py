"""The subcommands, one entry each, so that checking a word does not import any of them."""

import difflib

COMMANDS = {
    "run": "mlxtop.commands.run:run",
    "replay": "mlxtop.commands.view:replay",
    "watch": "mlxtop.commands.view:watch",
    "bench": "mlxtop.commands.bench:bench",
    "recordings": "mlxtop.commands.recorded:recordings",
    "check": "mlxtop.commands.recording_files:check",
    "compare": "mlxtop.commands.recorded:compare",
    "redact": "mlxtop.commands.recording_files:redact",
    "migrate": "mlxtop.commands.recording_files:migrate",
    "doctor": "mlxtop.commands.setup:doctor",
    "config": "mlxtop.commands.setup:config",
    "themes": "mlxtop.commands.setup:themes",
    "completion": "mlxtop.commands.setup:completion",
}
"""Name of a command → module and name of its function, in the order of the help."""
_LIKE = 0.75
"""Least similarity of two close words: `benc`, `replya` are close, `demo` and `doctor` not."""


def meant(word: str) -> str:
    """Return the command that a word is close to; empty if there is none."""
    return next(iter(difflib.get_close_matches(word, COMMANDS, n=1, cutoff=_LIKE)), "")
