"""Files written as a whole: first under another name, then moved. Readers never see a part.

If writing fails (a full disk, a kill), the earlier file stays in place.
"""

import errno
import fcntl
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_PART = ".mlxtop-part"
_LEFT_PART = re.compile(rf"\..{{0,100}}\.[a-z0-9_]{{8}}{re.escape(_PART)}", re.DOTALL)
"""A name made by `part_of`: the final name and mkstemp's eight characters."""
_LEFT_SECONDS = 60.0
_HELD_SECONDS = 1.0
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def whole_file(path: Path, *, new: bool = False, own: bool = False) -> Iterator[BinaryIO]:
    """Give a file to write that becomes `path` if the block succeeds; raises OSError.

    `new`: raise FileExistsError if the file exists. A replaced file keeps its mode; a new file can
    only be read by its owner. A link is followed; a device or a pipe is written directly. `own`: a
    file of mlxtop itself; only its owner can read it, whatever its mode was, it is not synced to
    the disk, and a device or a pipe in its place is an OSError.
    """
    if not new:
        path = path.resolve()
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            if own:  # opening a pipe would wait for a reader
                raise OSError(errno.EINVAL, "not a regular file", str(path))
            with path.open("wb") as file:
                yield file
            return
    with part_of(path) as part:
        with part.open("wb") as file:
            yield file
            if not own:
                settle(file)
        if new:
            link(part, path)
        else:
            if not own:
                _like(part, path)
            put(part, path)
    if not own:
        settle_folder(path.parent)


def write_whole(path: Path, data: bytes, *, new: bool = False, own: bool = False) -> None:
    """Write a file as `whole_file` does; raises OSError."""
    with whole_file(path, new=new, own=own) as file:
        file.write(data)


def not_writable(path: Path) -> str:
    """Return why `write_whole` cannot write there; empty if nothing is known to prevent it."""
    path = path.resolve()
    if path.is_dir():
        return "it is a directory: name a file in it"
    if not path.parent.is_dir():
        return f"there is no directory {path.parent}"
    touched = [path] if path.exists() else []
    if path.is_file() or not touched:
        touched.append(path.parent)
    return "" if all(os.access(one, os.W_OK) for one in touched) else "permission denied"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Lock a folder against other mlxtops during the block; raises OSError without the folder.

    Waits at most one second: a process that holds it longer was stopped, and must not block us.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        end = time.monotonic() + _HELD_SECONDS
        while not _lock(descriptor) and time.monotonic() < end:
            time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """Give an empty file next to `path`, which is removed after the block; raises OSError.

    Such files left in that folder by killed processes are removed.
    """
    _remove_left(path.parent)
    # A name may have 255 bytes.
    shown = os.fsencode(path.name)[:100].decode("utf-8", "ignore")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{shown}.", suffix=_PART)
    try:
        # The lock lasts until the process ends: an unlocked file was left by a killed one.
        _lock(descriptor)
        yield Path(name)
    finally:
        with suppress(OSError):
            os.unlink(name)
        os.close(descriptor)


def settle(file: BinaryIO) -> None:
    """Sync the file to disk."""
    file.flush()
    to_disk(file.fileno())


def to_disk(descriptor: int) -> None:
    """Sync a descriptor to disk; raises OSError."""
    if sys.platform == "darwin":
        # On macOS fsync(2) ends at the drive, which may keep the bytes in its own cache.
        with suppress(OSError):  # not every file system supports it
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def settle_folder(folder: Path) -> None:
    """Sync the names in a folder to disk, if the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            to_disk(descriptor)
        finally:
            os.close(descriptor)


def put(part: Path, path: Path) -> None:
    """Move a finished part to its place; raises OSError."""
    try:
        os.replace(part, path)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # The target is a mount: containers mount single files.
        shutil.copyfile(part, path)


def _like(part: Path, path: Path) -> None:
    """Give a part the mode of the file that it replaces, if there is one."""
    with suppress(OSError):
        os.chmod(part, stat.S_IMODE(path.stat().st_mode))


def link(source: Path, path: Path) -> None:
    """Give a file a second name, which must be free; copy it if links are not supported."""
    try:
        os.link(source, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with source.open("rb") as old, path.open("xb") as new:
            shutil.copyfileobj(old, new)
            settle(new)
        shutil.copystat(source, path)


def _remove_left(folder: Path) -> None:
    """Remove parts whose process has ended."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _LEFT_PART.fullmatch(entry.name):
                _remove_old(entry)


def _remove_old(entry: os.DirEntry[str]) -> None:
    with suppress(OSError):
        # A new one may not be locked yet.
        old = entry.stat(follow_symlinks=False).st_mtime < time.time() - _LEFT_SECONDS
        if old and entry.is_file(follow_symlinks=False):
            _remove_unheld(entry.path)


def _remove_unheld(name: str) -> None:
    with suppress(OSError):
        descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if _lock(descriptor):
                os.unlink(name)
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Take the lock of a file if it is free; return whether it was."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
