"""A file of a recording as plain bytes, wherever they come from and however they are packed."""

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line

STANDARD_INPUT = "-"
PACKED_SUFFIXES = (".gz", ".zst")
BUFFER_BYTES = 1 << 18


def unreadable(path: Path, error: OSError) -> RecordingError:
    """Return what is said of a file that cannot be read on."""
    return RecordingError(f"{shown_name(path)} cannot be read: {error.strerror or error}.")


def shown_name(path: Path) -> str:
    """Return how a file is called in a sentence about it."""
    if str(path) == STANDARD_INPUT:
        return "The standard input"
    return one_line(str(path), 300)


def is_cut_off(file: BinaryIO) -> bool:
    """Return whether what `open_plain` opened is packed and ended before its end."""
    return bool(getattr(getattr(file, "raw", None), "cut_off", False))


def open_plain(path: Path) -> BinaryIO:
    """Open a file, or the standard input for `-`, as plain bytes; raises RecordingError."""
    shown = shown_name(path)
    if str(path) == STANDARD_INPUT:
        return os.fdopen(os.dup(0), "rb", buffering=BUFFER_BYTES)
    try:
        # Looked at first: opening a pipe would wait for a writer.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise RecordingError(f"{shown} is a directory, not a recording.")
        if not stat.S_ISREG(mode):
            raise RecordingError(f"{shown} is not a file: a recording cannot be read from it.")
        file = path.open("rb", buffering=BUFFER_BYTES)
        if path.suffix not in PACKED_SUFFIXES:
            return file
        # Imported where it is used: few recordings are packed, and every start reads one.
        from mlxtop.recording.unpack import Unpacked

        plain = Unpacked(file, path.suffix, path.stat().st_size)
        return io.BufferedReader(plain, BUFFER_BYTES)
    except FileNotFoundError:
        raise RecordingError(f"{shown} does not exist.") from None
    except PermissionError:
        raise RecordingError(f"{shown} may not be read: permission denied.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{shown} cannot be opened: {reason}.") from None
