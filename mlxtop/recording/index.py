"""The figures of recordings as they were computed once, in a file of the cache."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from mlxtop import paths
from mlxtop.as_json import encoded
from mlxtop.reading import read_bytes
from mlxtop.recording.figures import Figures
from mlxtop.text import scrub
from mlxtop.writing import write_whole

VERSION = 7
"""Counts up whenever a figure comes to mean something else: older ones are then computed again."""
_MOST_BYTES = 2**30
"""Of the file: some kB for each recording."""


class Entry(msgspec.Struct, frozen=True):
    """The figures of a file as it was."""

    bytes: int
    modified_ns: int
    figures: Figures

    def is_of(self, status: os.stat_result) -> bool:
        """Return whether the file is as it was."""
        return (self.bytes, self.modified_ns) == (status.st_size, status.st_mtime_ns)


class _File(msgspec.Struct):
    version: int
    entries: dict[str, Entry]


class Index:
    """Figures by path, safe for several threads: a file may be renamed while others are read.

    The file holds prompts, so only its owner may read it.

    It is a cache: what cannot be read is made again, what cannot be written is left.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, by default that of the user's cache."""
        self._path = path or paths.cache_dir() / "recordings.json"
        self._entries: dict[str, Entry] = {}
        self._changed = False
        self._lock = threading.Lock()
        with suppress(OSError, ValueError, RecursionError):
            data = read_bytes(self._path, most=_MOST_BYTES, waits=False)
            read = msgspec.json.decode(data, type=_File)
            if read.version == VERSION:
                self._entries = read.entries

    def get(self, path: Path, status: os.stat_result) -> Figures | None:
        """Return the figures of a file that is as it was when they were computed."""
        with self._lock:
            entry = self._entries.get(_key(path))
        return entry.figures if entry is not None and entry.is_of(status) else None

    def put(self, path: Path, status: os.stat_result, figures: Figures) -> None:
        """Keep the figures of a file as it is; not of one whose name is not UTF-8."""
        if not _can_be_kept(path):
            return
        with self._lock:
            self._entries[_key(path)] = Entry(status.st_size, status.st_mtime_ns, figures)
            self._changed = True

    def move(self, path: Path, target: Path) -> None:
        """Keep the figures of a file under its new name."""
        with self._lock:
            entry = self._entries.pop(_key(path), None)
            if entry is not None and _can_be_kept(target):
                self._entries[_key(target)] = entry
                self._changed = True

    def save(self) -> None:
        """Write what changed, without the files that are gone; raises nothing."""
        with self._lock:
            known = list(self._entries)
        # A mount may be slow to answer: nobody waits for the lock meanwhile.
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
    """Return whether a path can be written in JSON: a name may hold any bytes."""
    key = _key(path)
    return scrub(key) == key


def _key(path: Path) -> str:
    return os.path.abspath(path)
