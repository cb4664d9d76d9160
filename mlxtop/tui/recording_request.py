"""A request to open a recording, optionally at a moment."""

import math
from pathlib import Path

from textual.message import Message

from mlxtop.recording.reader import Recording
from mlxtop.sources.replay import Replay


class OpenedRecording:
    """An open recording, and how to show it."""

    def __init__(self, path: Path, *, name: str = "") -> None:
        """Read the beginning of the file; raises RecordingError with the sentence to show."""
        self.source = Replay(Recording(path))
        self.name = name or path.name
        self.paused = False
        """Whether it starts paused."""
        self.explain_end = False
        """Whether it opens with the findings before its end."""

    def wait_at(self, t: float) -> None:
        """Read the rest and wait at time t on the run's clock.

        Raises RecordingError if the file cannot be read further.
        """
        self.source.read_all()
        self.paused = True
        self.source.playhead.go_to(t)


class OpenRecording(Message):
    """Asks to open a recording; if a moment is given, paused there."""

    def __init__(self, path: Path, at: float | None = None, *, explain_end: bool = False) -> None:
        """`at` is a time on the run's own clock; `explain_end` shows the findings at its end."""
        super().__init__()
        self.path = path
        self.at = at
        self.explain_end = explain_end

    def open(self) -> OpenedRecording:
        """Read the file; raises RecordingError with the sentence to show."""
        opened = OpenedRecording(self.path)
        if self.explain_end:
            opened.explain_end = True
            # At its very end: the charts show what came before it.
            opened.wait_at(math.inf)
        elif self.at is not None:
            opened.wait_at(self.at)
        return opened
