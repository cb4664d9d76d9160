"""Programs of macOS that print what the calls answer: for a Mac where a call fails."""

import os
import subprocess
from collections.abc import Sequence

LONGEST_SECONDS = 3.0
LARGEST_TEXT = 1 << 22


def run(command: Sequence[str], seconds: float = LONGEST_SECONDS) -> str:
    """Return what a program prints; its exit status tells nothing and is passed over.

    Raises OSError where it is not there, prints nothing, or takes over `seconds`.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            # In a language with a decimal comma sysctl prints "1110,25M".
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"{command[0]} takes over {seconds:g} s") from None
    text = done.stdout[:LARGEST_TEXT].decode("utf-8", "replace")
    if not text.strip():
        raise OSError(f"{command[0]} prints nothing (exit status {done.returncode})")
    return text
