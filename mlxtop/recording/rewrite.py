"""A recording written again as a whole, and what no output may be written over."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from mlxtop.recording.plain import STANDARD_INPUT
from mlxtop.recording.reader import is_recording
from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line
from mlxtop.writing import link, part_of, settle, settle_folder

BACKUP_SUFFIX = ".bak"


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write that becomes `target`, which must not exist, when the block ends well.

    It is packed as the name says. Raises RecordingError; then nothing is left at `target`.
    """
    shown = one_line(str(target), 300)
    if str(target) == STANDARD_INPUT:
        raise RecordingError("A recording cannot be written to the standard output: name a file.")
    if os.path.lexists(target):
        raise RecordingError(f"{shown} exists already: choose another name.")
    with _told(shown), part_of(target) as part:
        with _packed(part, target) as file:
            yield file
        try:
            link(part, target)
        except FileExistsError:
            raise RecordingError(f"{shown} exists already: choose another name.") from None
        settle_folder(target.parent)


@contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that takes the place of `path` when the block ends well.

    What was there is kept beside it as `.bak`, which must not exist. Mode and times stay: the
    newest recording is told by them. Raises RecordingError; then `path` is as it was.
    """
    path = path.resolve()
    shown, backup = one_line(str(path), 300), backup_of(path)
    wrong = f"{one_line(str(backup), 300)} exists already: move it away, it is the only backup."
    if os.path.lexists(backup):
        raise RecordingError(wrong)
    with _told(shown), part_of(path) as part:
        with _packed(part, path) as file:
            yield file
        shutil.copystat(path, part)
        try:
            link(path, backup)
        except FileExistsError:
            raise RecordingError(wrong) from None
        try:
            os.replace(part, path)
        except OSError:
            backup.unlink()
            raise
        settle_folder(path.parent)


def backup_of(path: Path) -> Path:
    """Return where `replaced_file` keeps what was there; a link is followed to its file."""
    path = path.resolve()
    return path.with_name(path.name + BACKUP_SUFFIX)


@contextmanager
def _told(shown: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{shown} cannot be written: {reason}.") from None


@contextmanager
def _packed(part: Path, named: Path) -> Iterator[BinaryIO]:
    """Open `part` for plain bytes: packed as the name `named` says, at the end on the disk."""
    with part.open("wb") as file:
        match named.suffix:
            case ".gz":
                import gzip

                with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            case ".zst":
                import zstandard

                with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packer:
                    yield cast(BinaryIO, packer)
            case _:
                yield file
        settle(file)


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
