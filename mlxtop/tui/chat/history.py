"""The history of sent prompts, kept in a file between runs: a line of JSON for each."""

import errno
import os
import stat
from io import FileIO
from pathlib import Path

import msgspec

from mlxtop.output_files import held, write_whole
from mlxtop.paths import make_private
from mlxtop.text import scrub
from mlxtop.user_files import Unreadable, read_bytes, why

MOST_ENTRIES = 1_000
_MOST_BYTES = 2**27
"""About six times the size of 2,000 entries of maximum length; a larger file is not ours."""
LONGEST_ENTRY = 20_000
"""Maximum length of a text in the file; a longer one is kept only during the run."""


class PromptHistory:
    """Sent texts, oldest first, and a position among them.

    Without a path nothing is read or written, for runs that keep no text.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.problem: str | None = None
        """Why the file could not be read, as a sentence."""
        self.entries: list[str] = [] if path is None else self._read(path)
        self._place: int | None = None
        self._draft = ""

    def add(self, text: str) -> str | None:
        """Add a text; return a sentence if the file cannot be written."""
        self.rest()
        if not text.strip():
            return None
        if self.entries and self.entries[-1] == text:
            return None
        self.entries = [*self.entries, text][-MOST_ENTRIES:]
        return None if self.path is None else self._append(self.path, text)

    def rest(self) -> None:
        """Reset the position: the next step back starts at the end."""
        self._place = None
        self._draft = ""

    @property
    def is_walking(self) -> bool:
        """Whether the prompt shows an earlier text."""
        return self._place is not None

    def earlier(self, current: str) -> str | None:
        """Return the previous text, None at the start; `later` returns to `current` at last."""
        if self._place is None and self.entries:
            self._place, self._draft = len(self.entries), current
        if not self._place:
            return None
        self._place -= 1
        return self.entries[self._place]

    def later(self) -> str | None:
        """Return the next text, at last the one being written; None if no earlier text is shown."""
        if self._place is None:
            return None
        self._place += 1
        if self._place < len(self.entries):
            return self.entries[self._place]
        draft = self._draft
        self.rest()
        return draft

    def _read(self, path: Path) -> list[str]:
        """Return the newest entries, and rewrite the file if it contains many older ones."""
        try:
            # Another mlxtop may add a line during the rewrite.
            with held(path.parent):
                return self._entries(path, read_bytes(path, most=_MOST_BYTES, waits=False))
        except FileNotFoundError:
            return []
        except (OSError, Unreadable) as error:
            self.problem = f"{path} cannot be read ({why(error)}); it is not changed"
            return []

    def _entries(self, path: Path, data: bytes) -> list[str]:
        lines = data.split(b"\n")
        # Text after the last newline is a line that a killed mlxtop did not finish.
        torn = lines.pop()
        found: list[str] = []
        unreadable = 0
        for line in [*lines, torn]:
            if line.strip():
                try:
                    entry = msgspec.json.decode(line, type=str | list[str])
                except (ValueError, RecursionError):
                    unreadable += line is not torn
                else:
                    # In its first format this file was a single list.
                    found += [entry] if isinstance(entry, str) else entry
        if unreadable:
            lines_that = "a line that is not text" if unreadable == 1 else "lines that are not text"
            self.problem = f"{path} contained {lines_that}; the rest is kept"
        if unreadable or torn or len(lines) > 2 * MOST_ENTRIES:
            self.problem = self._compact(path, found[-MOST_ENTRIES:]) or self.problem
        return found[-MOST_ENTRIES:]

    def _compact(self, path: Path, kept: list[str]) -> str | None:
        try:
            write_whole(path, b"".join(map(_line, kept)), own=True)
        except OSError as error:
            return f"{path} cannot be written ({error.strerror})"
        return None

    def _append(self, path: Path, text: str) -> str | None:
        """Append one line, which is cheap and keeps the lines of other mlxtops."""
        if len(text) > LONGEST_ENTRY:
            return None
        try:
            make_private(path.parent)
            with held(path.parent):
                # Opening a pipe would wait for a reader.
                flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
                with os.fdopen(os.open(path, flags, 0o600), "rb+", buffering=0) as file:
                    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                        raise OSError(errno.EINVAL, "it is not a regular file")
                    file.write(_line(text) if _ends_whole(file) else b"\n" + _line(text))
        except OSError as error:
            return f"{path} cannot be written ({error.strerror}); this prompt is not remembered"
        return None


def _ends_whole(file: FileIO) -> bool:
    """Return whether a file's last line is complete: a killed mlxtop may not finish it."""
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _line(text: str) -> bytes:
    return msgspec.json.encode(scrub(text)) + b"\n"
