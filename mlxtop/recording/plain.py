"""A file of a recording as plain bytes, compressed or not, or the standard input."""

import codecs
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, cast

from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line

STANDARD_INPUT = "-"
PACKED_SUFFIXES = (".gz", ".zst")
"""Suffixes of compressed recordings; whether a file is compressed, its first bytes say."""
_SIGNS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""The first bytes of gzip and zstd files."""
BUFFER_BYTES = 1 << 18


def unreadable(path: Path, error: OSError) -> RecordingError:
    """Return the sentence about a file that cannot be read any further."""
    return RecordingError(f"{shown_name(path)} cannot be read: {error.strerror or error}.")


def shown_name(path: Path) -> str:
    """Return the name of a file for a sentence about it."""
    if str(path) == STANDARD_INPUT:
        return "The standard input"
    return one_line(str(path), 300)


def is_packed(file: BinaryIO) -> bool:
    """Return whether what `open_plain` opened is compressed."""
    return hasattr(getattr(file, "raw", None), "cut_off")


def is_packed_file(path: Path) -> bool:
    """Return whether a file begins like a compressed one."""
    try:
        with path.open("rb") as file:
            return file.read(max(map(len, _SIGNS))).startswith(_SIGNS)
    except OSError:
        return False


def is_cut_off(file: BinaryIO) -> bool:
    """Return whether what `open_plain` opened is compressed and cut off."""
    return bool(getattr(getattr(file, "raw", None), "cut_off", False))


def open_plain(path: Path) -> BinaryIO:
    """Open a file, or the standard input for `-`, as plain bytes; raises RecordingError.

    gzip and zstd are recognized by their first bytes, whatever the name. A byte order mark of
    UTF-8, which some editors write, is skipped.
    """
    shown = shown_name(path)
    try:
        if str(path) == STANDARD_INPUT:
            return _read_at(path, os.fdopen(os.dup(0), "rb", buffering=BUFFER_BYTES))
        # Checked first: opening a pipe would wait for a writer.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise RecordingError(f"{shown} is a directory, not a recording.")
        if not stat.S_ISREG(mode):
            raise RecordingError(f"{shown} is not a file: a recording cannot be read from it.")
        return _read_at(path, path.open("rb", buffering=BUFFER_BYTES))
    except FileNotFoundError:
        raise RecordingError(f"{shown} does not exist.") from None
    except PermissionError:
        raise RecordingError(f"{shown} may not be read: permission denied.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{shown} cannot be opened: {reason}.") from None


def _read_at(path: Path, opened: BinaryIO) -> BinaryIO:
    """Return the first bytes of an open file; raises RecordingError if they cannot be read."""
    try:
        return _unpacked(opened)
    except OSError as error:
        opened.close()
        raise unreadable(path, error) from None


def _unpacked(opened: BinaryIO) -> BinaryIO:
    """Return the file, or the decompressed bytes of a compressed one."""
    file = cast(io.BufferedReader, opened)  # true of everything that is opened with a buffer
    # A pipe may have less than a whole signature so far: no recording begins with its first byte.
    head = file.peek()[: max(map(len, _SIGNS))]
    if not head or not any(sign.startswith(head[: len(sign)]) for sign in _SIGNS):
        return _after_mark(file)
    # Imported here: few recordings are compressed, and every start reads one.
    from mlxtop.recording.unpack import Unpacked

    plain = Unpacked(file, gzip=_SIGNS[0].startswith(head[:2]))
    return _after_mark(io.BufferedReader(plain, BUFFER_BYTES))


def _after_mark(file: io.BufferedReader) -> BinaryIO:
    """Skip a byte order mark; no recording begins with any of its bytes."""
    if file.peek()[:1] == codecs.BOM_UTF8[:1]:
        file.read(len(codecs.BOM_UTF8))
    return file
