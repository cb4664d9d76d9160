"""A file of a recording as plain bytes, wherever they come from and however they are packed."""

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
"""What the name of a packed recording ends in; whether one is packed its first bytes tell."""
_SIGNS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How gzip and zstd files begin."""
BUFFER_BYTES = 1 << 18


def unreadable(path: Path, error: OSError) -> RecordingError:
    """Return what is said about a file that cannot be read on."""
    return RecordingError(f"{shown_name(path)} cannot be read: {error.strerror or error}.")


def shown_name(path: Path) -> str:
    """Return how a file is called in a sentence about it."""
    if str(path) == STANDARD_INPUT:
        return "The standard input"
    return one_line(str(path), 300)


def is_packed(file: BinaryIO) -> bool:
    """Return whether what `open_plain` opened is packed."""
    return hasattr(getattr(file, "raw", None), "cut_off")


def is_packed_file(path: Path) -> bool:
    """Return whether a file begins as a packed one does."""
    try:
        with path.open("rb") as file:
            return file.read(max(map(len, _SIGNS))).startswith(_SIGNS)
    except OSError:
        return False


def is_cut_off(file: BinaryIO) -> bool:
    """Return whether what `open_plain` opened is packed and ended before its end."""
    return bool(getattr(getattr(file, "raw", None), "cut_off", False))


def open_plain(path: Path) -> BinaryIO:
    """Open a file, or the standard input for `-`, as plain bytes; raises RecordingError.

    gzip and zstd are told by how a file begins, whatever it is called. A mark of UTF-8 at its head,
    which some editors leave, is passed over.
    """
    shown = shown_name(path)
    try:
        if str(path) == STANDARD_INPUT:
            return _read_at(path, os.fdopen(os.dup(0), "rb", buffering=BUFFER_BYTES))
        # Looked at first: opening a pipe would wait for a writer.
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
    """Look at the first bytes of an open file; raises RecordingError where they cannot be read."""
    try:
        return _unpacked(opened)
    except OSError as error:
        opened.close()
        raise unreadable(path, error) from None


def _unpacked(opened: BinaryIO) -> BinaryIO:
    """Return the file, or the plain bytes of a packed one."""
    file = cast(io.BufferedReader, opened)  # as is all that is opened with a buffer
    # A pipe may have given less so far than a whole sign: its first byte begins no recording.
    head = file.peek()[: max(map(len, _SIGNS))]
    if not head or not any(sign.startswith(head[: len(sign)]) for sign in _SIGNS):
        return _after_mark(file)
    # Imported where it is used: few recordings are packed, and every start reads one.
    from mlxtop.recording.unpack import Unpacked

    plain = Unpacked(file, gzip=_SIGNS[0].startswith(head[:2]))
    return _after_mark(io.BufferedReader(plain, BUFFER_BYTES))


def _after_mark(file: io.BufferedReader) -> BinaryIO:
    """Pass over a mark of UTF-8; no recording begins with any of its bytes."""
    if file.peek()[:1] == codecs.BOM_UTF8[:1]:
        file.read(len(codecs.BOM_UTF8))
    return file
