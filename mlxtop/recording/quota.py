"""How much disk space the recordings take; nothing is ever deleted to free some."""

import os
import threading
from pathlib import Path

from mlxtop.recording.file import SUFFIX

DEFAULT_LIMIT_BYTES = 5_000_000_000


def sizes(directory: Path) -> dict[str, int]:
    """Return the size in bytes of each recording in the directory; empty if there is none."""
    found: dict[str, int] = {}
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if SUFFIX in entry.name and entry.is_file(follow_symlinks=False):
                    found[entry.name] = entry.stat(follow_symlinks=False).st_size
    except OSError:
        # The directory does not exist yet, or was removed: only what was seen is known.
        pass
    return found


class Quota:
    """Checks the size of all recordings against a limit; another thread reads the directory."""

    def __init__(self, directory: Path, limit_bytes: int | None) -> None:
        """Count the recordings in `directory`; None sets no limit."""
        self._directory = directory
        self.limit_bytes = limit_bytes
        self._found: dict[str, int] = {}
        self._settled: dict[str, int] = {}
        """Files closed since a scan began: it may have read their sizes before that."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Start to read the directory again, unless that is running."""
        if self.limit_bytes is None or (self._thread and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._scan, name="recorder quota", daemon=True)
        self._thread.start()

    def settle(self, name: str, size: int) -> None:
        """Count a file that was written and closed, even if a scan saw only a part of it."""
        with self._lock:
            self._settled[name] = size
            self._found = {**self._found, name: size}

    def taken(self, own_name: str = "", own_bytes: int = 0) -> int:
        """Return the size of all recordings in bytes, including the open one so far."""
        found = self._found
        return sum(found.values()) - found.get(own_name, 0) + own_bytes

    def reached(self, own_name: str = "", own_bytes: int = 0) -> bool:
        """Return whether the limit is reached."""
        return self.limit_bytes is not None and self.taken(own_name, own_bytes) >= self.limit_bytes

    def _scan(self) -> None:
        with self._lock:
            self._settled = {}
        found = sizes(self._directory)
        with self._lock:
            self._found = {**found, **self._settled}
