"""The engine's log: the child's stderr in a file; its last lines are shown."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

from mlxtop import paths
from mlxtop.text import visible

LINES = 20
KEPT = 5
"""Logs of ended processes that are kept."""
_TAIL_BYTES = 64_000
_LINE_CHARACTERS = 500
_EARLIER_BYTES = 1_000_000
"""Above this size, the log of an earlier run of the process is emptied."""
LARGEST_BYTES = 10_000_000
"""Above this size, a log is cut to its last lines."""


class Log:
    """A file for the stderr of one child, at a path or unnamed."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the log for a new child; raise OSError if the file cannot be made.

        Every process has its own file, named after `path` and the process id.
        """
        self._file: BinaryIO
        self._path: Path | None = None
        if path is None:
            self._file = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - the child's for its life
        else:
            paths.make_private(path.parent)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            self._path = own_path(path)
            descriptor = os.open(self._path, flags, 0o600)
            if os.fstat(descriptor).st_size > _EARLIER_BYTES:
                os.ftruncate(descriptor, 0)
            self._file = os.fdopen(descriptor, "a+b")
            _remove_old(path)
        self._start = os.fstat(self._file.fileno()).st_size

    def fileno(self) -> int:
        """Return the descriptor for the child's stderr."""
        return self._file.fileno()

    def note(self, line: str) -> None:
        """Add a line from the parent, if there is space."""
        with contextlib.suppress(OSError):
            os.write(self._file.fileno(), f"mlxtop: {line}\n".encode("utf-8", "replace"))

    def bound(self) -> None:
        """Cut a file that is too large to its last lines."""
        descriptor = self._file.fileno()
        with contextlib.suppress(OSError):
            size = os.fstat(descriptor).st_size
            if size <= LARGEST_BYTES:
                return
            last = os.pread(descriptor, _TAIL_BYTES, size - _TAIL_BYTES).partition(b"\n")[2]
            os.ftruncate(descriptor, 0)
            self._start = 0
            self.note(f"the log had {size} bytes and was cut; its last lines follow")
            os.write(descriptor, last)

    def tail(self) -> list[str]:
        """Return the last lines of this child as printable text; empty if they cannot be read."""
        descriptor = self._file.fileno()
        try:
            size = os.fstat(descriptor).st_size
            # Cut meanwhile, by a later child's log or by hand: all of it is new.
            begin = self._start if self._start <= size else 0
            start = max(begin, size - _TAIL_BYTES)
            text = os.pread(descriptor, size - start, start).decode("utf-8", "replace")
        except OSError:
            return []
        lines = [line.rstrip()[:_LINE_CHARACTERS] for line in visible(text).splitlines()]
        return [line for line in lines if line][-LINES:]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def remove_empty(self) -> None:
        """Remove the file if it is empty."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            status = self._path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size == 0:
                self._path.unlink()


def own_path(path: Path) -> Path:
    """Return the path of this process's log for `path`: "engine-123.log"."""
    return path.with_name(f"{path.stem}-{os.getpid()}{path.suffix}")


def _remove_old(path: Path) -> None:
    """Remove all but the newest logs of processes that have ended."""
    ended: list[tuple[float, Path]] = []
    for other in path.parent.glob(f"{path.stem}-*{path.suffix}"):
        number = other.stem.removeprefix(f"{path.stem}-")
        with contextlib.suppress(OSError):
            if number.isdecimal() and not _runs(int(number)):
                ended.append((other.stat().st_mtime, other))
    for _, other in sorted(ended)[:-KEPT]:
        with contextlib.suppress(OSError):
            other.unlink()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
