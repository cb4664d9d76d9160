"""The recordings in a directory, at a glance: only the ends of each file are read."""

import os
from dataclasses import dataclass
from pathlib import Path

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.file import is_being_written
from mlxtop.recording.naming import SUFFIX
from mlxtop.recording.reader import UNDECODABLE, Recording
from mlxtop.recording.report import RecordingError

_END_BYTES = 1 << 16


@dataclass(frozen=True)
class RecordingInfo:
    """What the first and the last lines of a recording tell."""

    path: Path
    bytes: int
    modified: float
    """Wall time of the last change, seconds since the epoch."""
    wall: float | None = None
    """Wall time at which it begins, seconds since the epoch."""
    seconds: float | None = None
    """From its beginning to its last event."""
    model: str = ""
    text: bool = True
    """False where prompts and replies were left out."""
    clean: bool = False
    """It was closed properly."""
    running: bool = False
    """A living process writes it now."""
    problem: str = ""
    """Why it cannot be opened, in a sentence; empty where it can."""


def recordings(directory: Path) -> list[RecordingInfo]:
    """Return the recordings in the directory, newest first; none where it does not exist."""
    try:
        names = [entry.name for entry in os.scandir(directory) if entry.name.endswith(SUFFIX)]
    except OSError:
        return []
    found = [info for name in names if (info := inspect(directory / name)) is not None]
    return sorted(found, key=lambda info: (info.wall or info.modified, info.path), reverse=True)


def broken_run(directory: Path) -> RecordingInfo | None:
    """Return the newest recording where its run broke off: nobody writes it, and it has no end."""
    try:
        found = [entry for entry in os.scandir(directory) if entry.name.endswith(SUFFIX)]
        newest = max(found, key=lambda entry: entry.stat().st_mtime, default=None)
    except OSError:
        return None
    info = None if newest is None else inspect(Path(newest.path))
    if info is None or info.clean or info.running or info.problem:
        return None
    return info


def inspect(path: Path) -> RecordingInfo | None:
    """Return what a recording's ends tell; None where the file is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    try:
        with Recording(path) as recording:
            header = recording.header
        head, tail = _ends(path, status.st_size)
    except (RecordingError, OSError) as error:
        return RecordingInfo(
            path=path, bytes=status.st_size, modified=status.st_mtime, problem=str(error)
        )
    last = tail[-1] if tail else None
    return RecordingInfo(
        path=path,
        bytes=status.st_size,
        modified=status.st_mtime,
        wall=header.wall,
        seconds=None if last is None else max(0.0, last.t - header.t),
        model=_model(head) or path.name.removesuffix(SUFFIX).partition("_")[2],
        text=header.text,
        clean=isinstance(last, events.End),
        running=is_being_written(path),
    )


def _ends(path: Path, size: int) -> tuple[list[AnyEvent], list[AnyEvent]]:
    with path.open("rb") as file:
        head = file.read(_END_BYTES)
        file.seek(max(0, size - _END_BYTES))
        tail = file.read(_END_BYTES)
    return _decoded(head), _decoded(tail)


def _decoded(data: bytes) -> list[AnyEvent]:
    # The first or the last line may be cut by the window; it then decodes to nothing.
    found: list[AnyEvent] = []
    for line in data.split(b"\n"):
        try:
            found.append(events.decode(line))
        except UNDECODABLE:
            continue
    return found


def _model(head: list[AnyEvent]) -> str:
    for event in head:
        if isinstance(event, events.LoadEnd) and not event.error:
            return event.model
    return ""
