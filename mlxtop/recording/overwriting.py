"""What an output must not be written over: what is read for it, and recordings."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mlxtop.recording.plain import STANDARD_INPUT
from mlxtop.recording.reader import is_recording
from mlxtop.text import one_line


def overwriting_problem(target: Path, inputs: Iterable[Path] = ()) -> str:
    """Return why a file is not to be written over, in a sentence; empty where it may be.

    Anything else that is there may be replaced: a script writes the same report again and again.
    """
    if str(target) == STANDARD_INPUT:
        return ""
    shown = one_line(str(target), 300)
    for path in inputs:
        with suppress(OSError):
            if os.path.samefile(target, path):
                return f"{shown} is read here and would be lost: name another file to write to."
    if is_recording(target):
        return f"{shown} holds a recording, which would be lost: name another file to write to."
    return ""
