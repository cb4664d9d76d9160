"""A recording written again as a whole, and the files that no output may overwrite."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from mlxtop.output_files import link, part_of, settle, settle_folder
from mlxtop.recording.plain import STANDARD_INPUT
from mlxtop.recording.reader import is_recording
from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line

BACKUP_SUFFIX = ".bak"


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write that becomes `target`, which must not exist, if the block succeeds.

    It is compressed as the name says. Raises RecordingError; then nothing is left at `target`.
    """
    shown = one_line(str(target), 300)
    if str(target) == STANDARD_INPUT:
        raise RecordingError("A recording cannot be written to the standard output: name a file.")
    if os.path.lexists(target):
        raise RecordingError(f"{shown} already exists: choose another name.")
    with _failing_in_words(shown), part_of(target) as part:
        with _packed(part, target) as file:
            yield file
        try:
            link(part, target)
        except FileExistsError:
            raise RecordingError(f"{shown} already exists: choose another name.") from None
        settle_folder(target.parent)


@contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that replaces `path` if the block succeeds.

    The old file is kept next to it as `.bak`, which must not exist. Mode and times stay: they
    decide which recording is the newest. Raises RecordingError; then `path` is unchanged.
    """
    path = path.resolve()
    shown, backup = one_line(str(path), 300), backup_of(path)
    wrong = f"{one_line(str(backup), 300)} already exists: move it away, it is the only backup."
    if os.path.lexists(backup):
        raise RecordingError(wrong)
    with _failing_in_words(shown), part_of(path) as part:
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
    """Return where `replaced_file` keeps the old file; a link is followed to its file."""
    path = path.resolve()
    return path.with_name(path.name + BACKUP_SUFFIX)


@contextmanager
def _failing_in_words(shown: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{shown} cannot be written: {reason}.") from None


@contextmanager
def _packed(part: Path, named: Path) -> Iterator[BinaryIO]:
    """Open `part` for plain bytes: compressed as the name `named` says, synced at the end."""
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
    """Return why a file must not be overwritten, in a sentence; empty if it may be.

    Any other file may be replaced: a script writes the same report again and again.
    """
    if str(target) == STANDARD_INPUT:
        return ""
    shown = one_line(str(target), 300)
    for path in inputs:
        with suppress(OSError):
            if os.path.samefile(target, path):
                return f"{shown} is an input and would be lost: name another file to write to."
    if is_recording(target):
        return f"{shown} is a recording, which would be lost: name another file to write to."
    return ""
