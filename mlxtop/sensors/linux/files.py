"""Reading the small files of /proc and /sys."""

import os
from pathlib import Path

# Below the size from which an allocation costs two system calls and a page fault.
LARGEST_BYTES = 1 << 16


def read_text(path: str | Path) -> str:
    """Return the first 64 KiB of a file as text, undecodable bytes replaced.

    Raises OSError. One read() gives one consistent state of a file of /proc.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, LARGEST_BYTES).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def try_text(path: str | Path) -> str:
    """Return what `read_text` returns, or an empty text where the file cannot be read."""
    try:
        return read_text(path)
    except OSError:
        return ""
