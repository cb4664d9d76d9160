"""The engine's log: the child's stderr in a file, of which the last lines are shown."""

import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from mlxtop.text import visible

LINES = 20
_TAIL_BYTES = 64_000
_LINE_CHARACTERS = 500
_LARGEST_BYTES = 1_000_000


class Log:
    """A file that one child's stderr goes to, in the place given or without a name."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the log for a new child; raise OSError where the file cannot be made."""
        self._file: BinaryIO
        if path is None:
            self._file = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - the child's for its life
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            descriptor = os.open(path, flags, 0o600)
            if os.fstat(descriptor).st_size > _LARGEST_BYTES:
                os.ftruncate(descriptor, 0)
            self._file = os.fdopen(descriptor, "a+b")
        self._start = os.fstat(self._file.fileno()).st_size

    def fileno(self) -> int:
        """Return the descriptor for the child's stderr."""
        return self._file.fileno()

    def note(self, line: str) -> None:
        """Add a line of the parent's own."""
        os.write(self._file.fileno(), f"mlxtop: {line}\n".encode("utf-8", "replace"))

    def tail(self) -> list[str]:
        """Return the last lines that this child wrote, made harmless."""
        descriptor = self._file.fileno()
        size = os.fstat(descriptor).st_size
        start = max(self._start, size - _TAIL_BYTES)
        text = os.pread(descriptor, size - start, start).decode("utf-8", "replace")
        lines = [line.rstrip()[:_LINE_CHARACTERS] for line in visible(text).splitlines()]
        return [line for line in lines if line][-LINES:]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
