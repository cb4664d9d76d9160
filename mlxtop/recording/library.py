"""The recordings in a directory, at a glance: only the ends of each file are read."""

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
# What a run is like before its first prompt: half a minute of readings, and the model's loading.
_HEAD_BYTES = 1 << 18
_TAIL_BYTES = 1 << 16
_HEAD_EVENTS = 500
_TELLING = (b'"load_end"', b'"message"', b'"turn_start"', b'"benchmark_start"')
_DEATH = b'"engine_stopped"'


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
    """From its beginning to its last event; None where only reading all of it tells."""
    model: str = ""
    prompt: str = ""
    """The beginning of the first prompt, in one line; empty where none is known."""
    plan: str = ""
    """The kind of plan of a benchmark named at its beginning; empty where none is."""
    text: bool = True
    """False where prompts and replies were left out."""
    clean: bool | None = False
    """It was closed properly; None where only reading all of it tells."""
    engine_died: bool = False
    """Its last lines report the engine's end."""
    wires: bool = False
    """It holds wired memory as macOS counts it; Linux's Unevictable is something else."""
    running: bool = False
    """A living process writes it now."""
    problem: str = ""
    """Why it cannot be opened, in a sentence; empty where it can."""

    @property
    def reason(self) -> str:
        """The problem without the file's path, for a place where its name stands already."""
        return self.problem.removeprefix(shown_name(self.path)).strip()


def suffix_of(name: str) -> str:
    """Return `.jsonl`, `.jsonl.gz` or `.jsonl.zst`; empty for what is no recording's name."""
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def recordings(directory: Path) -> list[RecordingInfo]:
    """Return the recordings in the directory, newest first; none where it does not exist."""
    try:
        names = [entry.name for entry in os.scandir(directory) if suffix_of(entry.name)]
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
    """Return the model that a file's name contains; empty where it contains none."""
    return name.removesuffix(suffix_of(name)).partition("_")[2]


def wires(header: events.Header) -> bool:
    """Return whether a recording holds wired memory as macOS counts it."""
    return any("Unevictable" not in source for source in _wired_sources(header))


def unevictable(header: events.Header) -> bool:
    """Return whether what a recording holds as wired memory is Linux's Unevictable."""
    return any("Unevictable" in source for source in _wired_sources(header))


def _wired_sources(header: events.Header) -> list[str]:
    return [info.source for info in header.sensors if info.name == "memory.wired_bytes"]


class _Beginning:
    """The first model, prompt and plan, where the beginning of a file tells them."""

    def __init__(self, began: float) -> None:
        """`began` is when the file begins; older messages are context, and no prompts of it."""
        self._began = began
        self._asked = ""
        """What the user said last."""
        self.model = self.prompt = self.plan = ""

    def take(self, found: Iterable[AnyEvent]) -> None:
        """Look through events until both are known."""
        for event in found:
            if isinstance(event, events.LoadEnd) and not event.error:
                self.model = self.model or event.model
            elif isinstance(event, events.Message) and event.role == "user" and not event.example:
                self._asked = one_line(event.text or "", PROMPT_LENGTH)
                if event.t >= self._began:
                    self.prompt = self.prompt or self._asked
            elif isinstance(event, events.TurnStart) and event.purpose is None:
                # One that goes on from the file before is a turn of this one too.
                self.prompt = self.prompt or self._asked
            elif isinstance(event, events.BenchmarkStart):
                self.plan = self.plan or one_line(event.plan, 20)
            if self.model and self.prompt:
                return


def _ends(path: Path, size: int, begun: _Beginning) -> tuple[AnyEvent | None, bool]:
    """Look through the beginning of a plain file.

    Return its last event, and whether those before it report the engine's end.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    # Only the lines that may tell are decoded: of a long list the rest would take seconds.
    told = (b for b in head.split(b"\n") if any(kind in b for kind in _TELLING))
    begun.take(_decoded(told))
    lines = tail.split(b"\n")
    deaths = _decoded(line for line in lines if _DEATH in line)
    died = any(isinstance(event, events.Error) and event.engine_stopped for event in deaths)
    return next(_decoded(reversed(lines)), None), died


def _decoded(lines: Iterable[bytes]) -> Iterator[AnyEvent]:
    # The first or the last line may be cut by the window; it then decodes to nothing.
    for line in lines:
        try:
            yield events.decode(line)
        except UNDECODABLE:
            continue
