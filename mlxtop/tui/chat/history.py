"""What was sent before, kept in a file from one run to the next."""

import os
import tempfile
from pathlib import Path

import msgspec

MOST_ENTRIES = 1_000
LONGEST_ENTRY = 20_000
"""Characters of a text that is kept in the file; a longer one lives as long as the run."""


class PromptHistory:
    """Texts that were sent, oldest first, and a place among them.

    Without a path nothing is read or written: that is for runs that keep no text.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.problem: str | None = None
        """Why the file could not be read, as a sentence."""
        self.entries: list[str] = self._read() if path is not None else []
        self._place: int | None = None
        self._draft = ""

    def add(self, text: str) -> str | None:
        """Remember a text; return a sentence where the file cannot be written."""
        self.rest()
        if not text.strip():
            return None
        if not self.entries or self.entries[-1] != text:
            self.entries = [*self.entries, text][-MOST_ENTRIES:]
        return None if self.path is None else self._write(self.path, text)

    def rest(self) -> None:
        """Stop walking: the next step back begins at the end."""
        self._place = None
        self._draft = ""

    def earlier(self, current: str) -> str | None:
        """Return the text before; `current` is what `later` comes back to. None at the start."""
        if self._place is None:
            self._place, self._draft = len(self.entries), current
        if self._place == 0:
            return None
        self._place -= 1
        return self.entries[self._place]

    def later(self) -> str | None:
        """Return the text after, at last what was being written; None when not walking."""
        if self._place is None:
            return None
        self._place += 1
        if self._place < len(self.entries):
            return self.entries[self._place]
        draft = self._draft
        self.rest()
        return draft

    def _read(self) -> list[str]:
        if self.path is None:
            return []
        try:
            found = msgspec.json.decode(self.path.read_bytes(), type=list[str])
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not a list of texts"
            self.problem = f"{self.path} cannot be read ({reason}); it is written anew"
            return []
        return found[-MOST_ENTRIES:]

    def _write(self, path: Path, text: str) -> str | None:
        if len(text) > LONGEST_ENTRY:
            return None
        # Read again: another mlxtop may have written meanwhile, and its texts are not lost.
        kept = self._read()
        if not kept or kept[-1] != text:
            kept.append(text)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made with mode 0600, and moved into place: no reader ever sees half a file.
            descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".history-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(msgspec.json.encode(kept[-MOST_ENTRIES:]))
                os.replace(beside, path)
            except BaseException:
                os.unlink(beside)
                raise
        except OSError as error:
            return f"{path} cannot be written ({error.strerror}); this prompt is not remembered"
        return None
