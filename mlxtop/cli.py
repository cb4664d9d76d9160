"""The command line. Everything heavy is imported inside the command that needs it."""

import os
import sys

from mlxtop import __version__

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
"""All that are no model's name; named here so that a word can be told from one without typer."""


def main() -> None:
    """Run the command line; `mlxtop MODEL` is `mlxtop run MODEL`."""
    words = sys.argv[1:]
    if words[:1] == ["--version"]:
        # Before typer is imported: 0.02 s instead of 0.15 s.
        print(f"mlxtop {__version__}")
        return
    from mlxtop.commands import app
    from mlxtop.streams import fit_streams

    fit_streams(os.environ)
    if not words or (words[0] not in (*COMMANDS, "--help", "-h")):
        words = ["run", *words]
    app(words, prog_name="mlxtop")
