"""The recordings of a directory with their figures, which arrive later and follow the files."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec

from mlxtop import paths
from mlxtop.as_json import encoded
from mlxtop.output_files import write_whole
from mlxtop.recording.figures import Figures
from mlxtop.recording.file import is_being_written
from mlxtop.recording.library import RecordingInfo, inspect, model_in_name, suffix_of
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.recording.totals import Totals
from mlxtop.text import scrub
from mlxtop.user_files import read_bytes

VERSION = 8
"""Increased whenever the meaning of a figure changes: older ones are then computed again."""
_MOST_BYTES = 2**30
"""Largest size of the cache file: some kB for each recording."""


class IndexEntry(msgspec.Struct, frozen=True):
    """The figures of a file, with its size and time when they were computed."""

    bytes: int
    modified_ns: int
    figures: Figures

    def is_of(self, status: os.stat_result) -> bool:
        """Return whether the file is unchanged."""
        return (self.bytes, self.modified_ns) == (status.st_size, status.st_mtime_ns)


class _File(msgspec.Struct):
    version: int
    entries: dict[str, IndexEntry]


class Index:
    """Figures by path, for several threads: a file may be renamed while others are read.

    The file holds prompts, so only its owner may read it.

    It is a cache: what cannot be read is computed again, what cannot be written is skipped.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, by default the one in the user's cache."""
        self._path = path or paths.cache_dir() / "recordings.json"
        self._entries: dict[str, IndexEntry] = {}
        self._changed = False
        self._lock = threading.Lock()
        with suppress(OSError, ValueError, RecursionError):
            data = read_bytes(self._path, most=_MOST_BYTES, waits=False)
            read = msgspec.json.decode(data, type=_File)
            if read.version == VERSION:
                self._entries = read.entries

    def get(self, path: Path, status: os.stat_result) -> Figures | None:
        """Return the figures of a file if it is unchanged since they were computed."""
        with self._lock:
            entry = self._entries.get(_key(path))
        return entry.figures if entry is not None and entry.is_of(status) else None

    def put(self, path: Path, status: os.stat_result, figures: Figures) -> None:
        """Keep the figures of a file as it is now; not if its name is not UTF-8."""
        if not _can_be_kept(path):
            return
        with self._lock:
            self._entries[_key(path)] = IndexEntry(status.st_size, status.st_mtime_ns, figures)
            self._changed = True

    def move(self, path: Path, target: Path) -> None:
        """Keep the figures of a file under its new name."""
        with self._lock:
            entry = self._entries.pop(_key(path), None)
            if entry is not None and _can_be_kept(target):
                self._entries[_key(target)] = entry
                self._changed = True

    def save(self) -> None:
        """Write changes, without the files that are gone; never raises."""
        with self._lock:
            known = list(self._entries)
        # A mount may be slow: the lock is free meanwhile.
        gone = [path for path in known if not os.path.exists(path)]
        with self._lock:
            for path in gone:
                self._entries.pop(path, None)
            if not (self._changed or gone):
                return
            self._changed = False
            entries = dict(self._entries)
        data = encoded(_File(VERSION, entries))
        with suppress(OSError):
            paths.make_private(self._path.parent)
            write_whole(self._path, data, own=True)


def _can_be_kept(path: Path) -> bool:
    """Return whether a path can be written as JSON: a name may hold any bytes."""
    key = _key(path)
    return scrub(key) == key


def _key(path: Path) -> str:
    return os.path.abspath(path)


_LOOK_EVERY = 2000
"""Events between two checks whether to continue."""


@dataclass(frozen=True)
class ListedRecording:
    """A recording in a list: what its ends contain, and its figures when they are known."""

    info: RecordingInfo
    figures: Figures | None = None
    shipped: bool = False
    """Whether it came with mlxtop: the user cannot rename or delete it."""

    @property
    def path(self) -> Path:
        """The file."""
        return self.info.path

    @property
    def pending(self) -> bool:
        """Whether its figures are not known yet."""
        return self.figures is None and not self.info.problem

    @property
    def models(self) -> list[str]:
        """The models that were loaded, the first one first."""
        told = self.figures.models if self.figures is not None else []
        return told or ([self.info.model] if self.info.model else [])

    @property
    def prompt(self) -> str:
        """The beginning of the first prompt; empty if none is known."""
        return self.info.prompt or (self.figures.prompt if self.figures else "")

    @property
    def what(self) -> str:
        """`chat`, `watch`, `bench` with its kind of plan, or `chat, bench`; empty if unknown."""
        if self.figures is not None:
            return self.figures.what
        if self.info.plan:
            return f"bench {self.info.plan}"
        return "chat" if self.info.prompt else ""

    @property
    def seconds(self) -> float | None:
        """Its length."""
        return self.info.seconds if self.figures is None else self.figures.seconds

    @property
    def state(self) -> str:
        """The state of the file in a word; empty while not known.

        `complete`, `engine died`, `incomplete`, `damaged`, `running` or `unreadable`.
        """
        if self.info.problem:
            return "unreadable"
        if self.info.running:
            return "running"
        if self.figures is not None and self.figures.damaged:
            return "damaged"
        clean = self.info.clean if self.figures is None else self.figures.clean
        if not clean:
            return "" if clean is None else "incomplete"
        # First of all, so that you find the run that crashed.
        died = self.info.engine_died or (self.figures is not None and self.figures.engine_died)
        return "engine died" if died else "complete"

    @property
    def ended(self) -> str:
        """The state; for a complete file of a benchmark `stopped` or `failed`, if its plan was."""
        figures = self.figures
        if self.state != "complete" or figures is None or figures.chats:
            return self.state
        return figures.outcome or self.state

    @cached_property
    def words(self) -> str:
        """All text that a filter searches, in lower case."""
        told = [self.path.name, *self.models, self.state, self.ended, self.what, self.prompt]
        if self.figures is not None:
            told += [turn.prompt for turn in self.figures.first_turns]
            told += [mark.note for mark in self.figures.first_marks]
            told += [point.label for point in self.figures.points]
        return "\n".join(told).lower()

    def matches(self, typed: str) -> bool:
        """Whether each of the typed words is in it; true if there are none."""
        return all(word in self.words for word in typed.lower().split())


class RecordingDirectory:
    """The recordings of a directory, for one thread at a time; its index is for any thread."""

    def __init__(self, directory: Path, *, shipped: bool = False, index: Index | None = None):
        """Read `directory`; `shipped`: its recordings came with mlxtop."""
        self.directory = directory
        self.shipped = shipped
        self.index = index or Index()
        self._items: dict[Path, ListedRecording] = {}
        self._growing: dict[Path, tuple[Recording, Totals]] = {}
        """Files of running runs, read as far as they are written."""

    def scan(self) -> list[ListedRecording]:
        """Return the recordings there now; of new and changed files only the ends are read."""
        known, self._items = self._items, {}
        with suppress(OSError), os.scandir(self.directory) as entries:
            for entry in entries:
                if not suffix_of(entry.name):
                    continue
                path = self.directory / entry.name
                with suppress(OSError):
                    item = self._look(path, path.stat(), known.get(path))
                    if item is not None:
                        self._items[path] = item
        for path in set(self._growing) - set(self._items):
            self._growing.pop(path)[0].close()
        return list(self._items.values())

    def _look(
        self, path: Path, status: os.stat_result, known: ListedRecording | None
    ) -> ListedRecording | None:
        if known is not None and not known.info.running:
            info = known.info
            if (info.bytes, info.modified) == (status.st_size, status.st_mtime):
                return known
        figures = self.index.get(path, status)
        if figures is not None:
            return ListedRecording(_from_figures(path, status, figures), figures, self.shipped)
        found = inspect(path)
        if found is None:
            return None
        # The figures of a growing file are shown until there are newer ones.
        return ListedRecording(
            found, known.figures if known and found.running else None, self.shipped
        )

    def fill(
        self, paths: Iterable[Path], stop: Callable[[], bool] = lambda: False
    ) -> Iterator[ListedRecording]:
        """Yield items with figures in the order of their paths, each as soon as it is known.

        Ends when `stop` says so; what was computed until then is kept.
        """
        try:
            for path in paths:
                item = self._items.get(path)
                if item is None or not (item.pending or item.info.running):
                    continue
                if stop():
                    return
                filled = self._follow(item) if item.info.running else self._read(item, stop)
                if filled is not None and filled != item:
                    self._items[path] = filled
                    yield filled
        finally:
            self.index.save()

    def _read(self, item: ListedRecording, stop: Callable[[], bool]) -> ListedRecording | None:
        if item.path in self._growing:
            self._growing.pop(item.path)[0].close()
        try:
            # Before reading, so that writes during it make the figures out of date.
            status = item.path.stat()
            with Recording(item.path) as recording:
                totals = Totals(recording.header)
                for number, event in enumerate(recording.events()):
                    totals.add(event)
                    if number % _LOOK_EVERY == 0 and stop():
                        return None
        except RecordingError as error:
            return replace(item, info=replace(item.info, problem=str(error)))
        except OSError:
            return None
        figures = totals.figures(recording.report)
        self.index.put(item.path, status, figures)
        return replace(item, figures=figures)

    def _follow(self, item: ListedRecording) -> ListedRecording | None:
        try:
            if item.path not in self._growing:
                recording = Recording(item.path)
                self._growing[item.path] = recording, Totals(recording.header)
            recording, totals = self._growing[item.path]
            for event in recording.arrived():
                totals.add(event)
        except RecordingError:
            return None
        return replace(item, figures=totals.figures(recording.report))

    def close(self) -> None:
        """Close the files that are followed."""
        for recording, _ in self._growing.values():
            recording.close()
        self._growing.clear()


def _from_figures(path: Path, status: os.stat_result, figures: Figures) -> RecordingInfo:
    """Return what the ends of a file contain, from its figures."""
    return RecordingInfo(
        path=path,
        bytes=status.st_size,
        modified=status.st_mtime,
        wall=figures.header.wall,
        seconds=figures.seconds,
        model=figures.models[0] if figures.models else model_in_name(path.name),
        prompt=figures.prompt,
        plan=figures.plans[0] if figures.plans else "",
        text=figures.header.text,
        clean=figures.clean,
        wires=figures.wires,
        # No process writes a file that has its end: it need not be opened to find out.
        running=not figures.clean and is_being_written(path),
    )
