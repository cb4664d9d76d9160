"""The recordings in a directory in short: only the ends of each file are read."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.check import UNDECODABLE
from mlxtop.recording.file import SUFFIX, is_being_written
from mlxtop.recording.plain import PACKED_SUFFIXES, shown_name
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line

SUFFIXES = (SUFFIX, *(SUFFIX + packed for packed in PACKED_SUFFIXES))
PROMPT_LENGTH = 160
"""Characters kept of a prompt."""
# Before its first prompt a run has half a minute of readings and the load of a model.
_HEAD_BYTES = 1 << 18
_TAIL_BYTES = 1 << 16
_HEAD_EVENTS = 500
_TELLING = (b'"load_end"', b'"message"', b'"turn_start"', b'"benchmark_start"')
_DEATH = b'"engine_stopped"'


@dataclass(frozen=True)
class RecordingInfo:
    """What the first and the last lines of a recording contain."""

    path: Path
    bytes: int
    modified: float
    """Wall time of the last change, seconds since the epoch."""
    wall: float | None = None
    """Wall time at which it begins, seconds since the epoch."""
    seconds: float | None = None
    """From its beginning to its last event; None if that needs reading all of it."""
    model: str = ""
    prompt: str = ""
    """The beginning of the first prompt, in one line; empty if none is known."""
    plan: str = ""
    """The kind of plan of a benchmark at its beginning; empty if there is none."""
    text: bool = True
    """False if prompts and replies were left out."""
    clean: bool | None = False
    """Whether it was closed properly; None if that needs reading all of it."""
    engine_died: bool = False
    """Whether its last lines report the engine's end."""
    wires: bool = False
    """Whether it has wired memory as macOS counts it; Linux's Unevictable is not the same."""
    running: bool = False
    """Whether a process is writing it now."""
    problem: str = ""
    """Why it cannot be opened, in a sentence; empty if it can."""

    @property
    def reason(self) -> str:
        """The problem without the file's path, for places that show its name anyway."""
        return self.problem.removeprefix(shown_name(self.path)).strip()


def suffix_of(name: str) -> str:
    """Return `.jsonl`, `.jsonl.gz` or `.jsonl.zst`; empty if it is not the name of a recording."""
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def recordings(directory: Path) -> list[RecordingInfo]:
    """Return the recordings in the directory, newest first; none if it does not exist."""
    try:
        names = [entry.name for entry in os.scandir(directory) if suffix_of(entry.name)]
    except OSError:
        return []
    found = [info for name in names if (info := inspect(directory / name)) is not None]
    return sorted(found, key=lambda info: (info.wall or info.modified, info.path), reverse=True)


def broken_run(directory: Path) -> RecordingInfo | None:
    """Return the newest recording if its run broke off: no process writes it, and it has no end."""
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
    """Return what a recording's ends contain; None if the file is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    try:
        with Recording(path) as recording:
            header = recording.header
            packed = recording.packed
            begun = _Beginning(header.t)
            if packed:
                begun.take(islice(recording.events(), _HEAD_EVENTS))
        last, died = (None, False) if packed else _ends(path, status.st_size, begun)
    except (RecordingError, OSError) as error:
        return RecordingInfo(
            path=path, bytes=status.st_size, modified=status.st_mtime, problem=str(error)
        )
    return RecordingInfo(
        path=path,
        bytes=status.st_size,
        modified=status.st_mtime,
        wall=header.wall,
        seconds=None if last is None else max(0.0, last.t - header.t),
        model=begun.model or model_in_name(path.name),
        prompt=begun.prompt,
        plan=begun.plan,
        text=header.text,
        clean=None if packed else isinstance(last, events.End),
        engine_died=died,
        wires=wires(header),
        running=is_being_written(path),
    )


def model_in_name(name: str) -> str:
    """Return the model that a file's name contains; empty if it contains none."""
    return name.removesuffix(suffix_of(name)).partition("_")[2]


def wires(header: events.Header) -> bool:
    """Return whether a recording has wired memory as macOS counts it."""
    return any("Unevictable" not in source for source in _wired_sources(header))


def unevictable(header: events.Header) -> bool:
    """Return whether the wired memory in a recording is Linux's Unevictable."""
    return any("Unevictable" in source for source in _wired_sources(header))


def _wired_sources(header: events.Header) -> list[str]:
    return [info.source for info in header.sensors if info.name == "memory.wired_bytes"]


class _Beginning:
    """The first model, prompt and plan in the beginning of a file."""

    def __init__(self, began: float) -> None:
        """`began` is when the file begins; older messages are context, not prompts of its own."""
        self._began = began
        self._asked = ""
        """The user's last message."""
        self.model = self.prompt = self.plan = ""

    def take(self, found: Iterable[AnyEvent]) -> None:
        """Go through events until both are known."""
        for event in found:
            if isinstance(event, events.LoadEnd) and not event.error:
                self.model = self.model or event.model
            elif isinstance(event, events.Message) and event.role == "user" and not event.example:
                self._asked = one_line(event.text or "", PROMPT_LENGTH)
                if event.t >= self._began and not event.restored:
                    self.prompt = self.prompt or self._asked
            elif isinstance(event, events.TurnStart) and event.purpose is None:
                # A turn that continues from the previous file is a turn of this one, too.
                self.prompt = self.prompt or self._asked
            elif isinstance(event, events.BenchmarkStart):
                self.plan = self.plan or one_line(event.plan, 20)
            if self.model and self.prompt:
                return


def _ends(path: Path, size: int, begun: _Beginning) -> tuple[AnyEvent | None, bool]:
    """Read the beginning of a plain file.

    Return its last event, and whether those before it report the engine's end.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    # Only lines that may matter are decoded: for a long list the rest would take seconds.
    told = (b for b in head.split(b"\n") if any(kind in b for kind in _TELLING))
    begun.take(_decoded(told))
    lines = tail.split(b"\n")
    deaths = _decoded(line for line in lines if _DEATH in line)
    died = any(isinstance(event, events.Error) and event.engine_stopped for event in deaths)
    return next(_decoded(reversed(lines)), None), died


def _decoded(lines: Iterable[bytes]) -> Iterator[AnyEvent]:
    # The window may cut the first or the last line, which then cannot be decoded.
    for line in lines:
        try:
            yield events.decode(line)
        except UNDECODABLE:
            continue
