"""How much room the recordings take; nothing is ever deleted to make more."""

import os
import threading
from pathlib import Path

from mlxtop.recording.file import SUFFIX

DEFAULT_LIMIT_BYTES = 5_000_000_000


def sizes(directory: Path) -> dict[str, int]:
    """Return the size in bytes of each recording in the directory; empty where there is none."""
    found: dict[str, int] = {}
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if SUFFIX in entry.name and entry.is_file(follow_symlinks=False):
                    found[entry.name] = entry.stat(follow_symlinks=False).st_size
    except OSError:
        # Not there yet, or gone while it was read: what was seen is what is known.
        pass
    return found


class Quota:
    """Counts the recordings against a limit; the directory is read in a thread of its own."""

    def __init__(self, directory: Path, limit_bytes: int | None) -> None:
        """Count what lies in `directory`; None sets no limit."""
        self._directory = directory
        self.limit_bytes = limit_bytes
        self._found: dict[str, int] = {}
        self._settled: dict[str, int] = {}
        """Files closed since a scan began: it may have read their sizes before."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Begin to read the directory again, unless that is under way."""
        if self.limit_bytes is None or (self._thread and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._scan, name="recorder quota", daemon=True)
        self._thread.start()

    def settle(self, name: str, size: int) -> None:
        """Count a file that was written and closed, also where a scan has not seen it whole."""
        with self._lock:
            self._settled[name] = size
            self._found = {**self._found, name: size}

    def taken(self, own_name: str = "", own_bytes: int = 0) -> int:
        """Return the bytes all recordings take, the open one with what was written to it."""
        found = self._found
        return sum(found.values()) - found.get(own_name, 0) + own_bytes

    def reached(self, own_name: str = "", own_bytes: int = 0) -> bool:
        """Return True where the limit is reached."""
        return self.limit_bytes is not None and self.taken(own_name, own_bytes) >= self.limit_bytes

    def _scan(self) -> None:
        with self._lock:
            self._settled = {}
        found = sizes(self._directory)
        with self._lock:
            self._found = {**found, **self._settled}
