"""Saves what the sensors read, so that another machine's Mac can become a test here."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from mlxtop.doctor.names import net, own_names
from mlxtop.doctor.report import Report
from mlxtop.sensors.packages import loaded
from mlxtop.sensors.registry import own_sources
from mlxtop.sensors.source import Net
from mlxtop.writing import write_whole

REPORT = "doctor.json"
INSTEAD = "name a directory that is empty or does not exist yet"
# Words of our own: a user called "memory" takes nothing out of these.
_OURS = frozenset({"name", "unit", "state", "figures"})


class CaptureError(Exception):
    """The directory cannot be used; the text is one sentence."""


def check_folder(folder: Path) -> None:
    """Make `folder`, or see that it is an empty one that can be written; raises CaptureError."""
    try:
        if folder.is_dir():
            if any(folder.iterdir()):
                raise CaptureError(f"{folder} is not empty; {INSTEAD}.")
        elif folder.exists() or folder.is_symlink():
            raise CaptureError(f"{folder} is no directory; {INSTEAD}.")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CaptureError(f"{folder} cannot be made ({error.strerror}); {INSTEAD}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CaptureError(f"{folder} cannot be written; {INSTEAD}.")


def save(folder: Path, report: Report, platform: str = sys.platform) -> int:
    """Write what was captured and the report into `folder`; return how many files.

    Raises CaptureError.
    """
    clean = net(own_names())
    found = (
        piece
        for source in (*own_sources(platform), *loaded())
        for piece in source.capture(clean, Path("/"))
    )
    return write(folder, [*found, (REPORT, report_text(report, clean))])


def write(folder: Path, pieces: Iterable[tuple[str, str]]) -> int:
    """Write each (path, text) that has a text; raises CaptureError, and replaces no file."""
    count = 0
    for name, text in pieces:
        if not text:
            continue
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode(), new=True)
        except OSError as error:
            raise CaptureError(f"{path} cannot be written ({error.strerror}).") from None
        count += 1
    return count


def report_text(report: Report, clean: Net) -> str:
    """Return the report as JSON without names, serial numbers and addresses."""
    plain = _cleaned(msgspec.to_builtins(report), clean)
    return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"


def _cleaned(value: Any, clean: Net) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(part, clean) for part in value]
    if isinstance(value, dict):
        return {
            key: part if key in _OURS and _is_words(part) else _cleaned(part, clean)
            for key, part in value.items()
        }
    return value


def _is_words(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(part, str) for part in value)
    )
