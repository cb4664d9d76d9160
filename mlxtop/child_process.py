"""How a child process of mlxtop starts: with this mlxtop, installed or not."""

import os
import sys
from pathlib import Path

import mlxtop


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of mlxtop.

    -P keeps the current directory out of its imports.
    """
    return [sys.executable, "-P", "-X", "utf8", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """Return the child's environment, in which it finds this mlxtop, installed or not."""
    root = Path(mlxtop.__file__).resolve().parent.parent
    found = dict(os.environ)
    if "site-packages" not in root.parts:
        paths = [path for path in (found.get("PYTHONPATH"), str(root)) if path]
        found["PYTHONPATH"] = os.pathsep.join(paths)
    return found
