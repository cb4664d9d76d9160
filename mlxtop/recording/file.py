"""The file a recording is written to: its name, its mode, and its lock."""

import fcntl
import os
import re
import threading
import time
from contextlib import suppress
from errno import ENOTDIR
from itertools import count
from pathlib import Path
from typing import Literal

from mlxtop import paths
from mlxtop.output_files import to_disk

SUFFIX = ".jsonl"
WATCH = "watch"
"""The name of a recording made without a model on purpose."""
_LONGEST_SLUG = 48
_STEM = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d_(?P<slug>.+?)(?P<again>-\d+)?")
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
LOCK_ATTEMPTS = 50

Lost = Literal["", "deleted", "moved", "cut"]
"""What happened to a file while it is written; empty if nothing did."""


class RecordingFile:
    """An open recording; every method may raise OSError."""

    def __init__(self, directory: Path, stem: str) -> None:
        """Create `directory/stem.jsonl`, or `stem-2.jsonl` … if that exists, with mode 0600."""
        try:
            paths.make_private(directory)
        except FileExistsError:
            raise NotADirectoryError(ENOTDIR, "it is not a directory", str(directory)) from None
        for number in count(1):
            self.path = directory / f"{stem}{f'-{number}' if number > 1 else ''}{SUFFIX}"
            try:
                self._descriptor = os.open(self.path, _FLAGS, 0o600)
            except FileExistsError:
                continue
            break
        self.written = 0
        """Bytes written so far."""
        self._syncing: threading.Thread | None = None
        _lock(self._descriptor)

    def write(self, data: bytes) -> int:
        """Write bytes; returns how many the system accepted, which may be fewer."""
        taken = os.write(self._descriptor, data)
        self.written += taken
        return taken

    def lost(self) -> Lost:
        """Return what happened to the file that would lose further writes."""
        own = os.fstat(self._descriptor)
        if own.st_nlink == 0:
            return "deleted"
        if own.st_size < self.written:
            return "cut"
        try:
            named = os.lstat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return "moved"
        return "" if os.path.samestat(own, named) else "moved"

    def sync_soon(self) -> bool:
        """Sync the file to disk in another thread; False while the last sync still runs.

        A disk can take seconds for this, and lines must not wait for it.
        """
        if self._syncing is not None and self._syncing.is_alive():
            return False
        # A duplicate stays valid if the file is closed meanwhile.
        duplicate = os.dup(self._descriptor)
        self._syncing = threading.Thread(
            target=_sync, args=(duplicate,), name="recorder sync", daemon=True
        )
        self._syncing.start()
        return True

    def close(self, *, sync: bool = True) -> None:
        """Sync the file to disk, release the lock and close; never raises."""
        with suppress(OSError):
            if sync:
                to_disk(self._descriptor)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        with suppress(OSError):
            # A disk that was full from the start leaves an empty file.
            if self.written == 0 and not self.lost():
                self.path.unlink()
        with suppress(OSError):
            os.close(self._descriptor)


def _lock(descriptor: int) -> None:
    """Take the lock that shows readers that the file is being written."""
    for _ in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.001)  # another process is testing the lock right now
        except OSError:
            return  # some network file systems have no locks: then a reader cannot know


def _sync(descriptor: int) -> None:
    with suppress(OSError):
        to_disk(descriptor)
    os.close(descriptor)


def is_being_written(path: Path) -> bool:
    """Return whether a living process holds the recording's lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def slug(model: str) -> str:
    """Return a model's name made safe and short for a file name: its last part, ASCII only."""
    last = model.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-._")
    return safe[:_LONGEST_SLUG].strip("-._") or "no-model"


def stem(wall: float, model: str) -> str:
    """Return the file name without suffix; `wall` is seconds since the epoch, in local time."""
    return f"{time.strftime('%Y-%m-%dT%H-%M-%S', time.localtime(wall))}_{slug(model)}"


def is_given(name: str, model: str) -> bool:
    """Return whether the user chose this file name (without suffix), whatever its beginning.

    `model` is the first one loaded in it.
    """
    found = _STEM.fullmatch(name)
    if found is None:
        return True
    own = {slug(model), slug(""), WATCH}
    return found["slug"] not in own and found["slug"] + (found["again"] or "") not in own
