"""Opening a recording: which one, and at which moment of it."""

from pathlib import Path

from textual.message import Message

from mlxtop.recording.reader import Recording
from mlxtop.sources.replay import Replay

LAST_SECONDS = 30.0
"""How much of a run that broke off is offered: what led to its end."""


class OpenedRecording:
    """A recording that was opened, and how it is to be shown."""

    def __init__(self, path: Path, *, name: str = "") -> None:
        """Read the beginning of the file; raises RecordingError with the sentence to show."""
        self.source = Replay(Recording(path))
        self.name = name or path.name
        self.paused = False
        """Whether it waits for a key before it plays."""
        self.explain_end = False
        """Whether it is shown with what stands out before its end."""

    def wait_at(self, t: float | None = None, *, before_end: float | None = None) -> None:
        """Read the rest and wait at time t on the run's clock, or so long before its end.

        Raises RecordingError where the file cannot be read on.
        """
        self.source.read_all()
        self.paused = True
        playhead = self.source.playhead
        if before_end is not None:
            t = playhead.end - before_end
        playhead.go_to(playhead.start if t is None else t)


class OpenRecording(Message):
    """A recording is to be opened, where a moment is given paused there."""

    def __init__(self, path: Path, at: float | None = None, *, explain_end: bool = False) -> None:
        """`at` is a time on the run's own clock; `explain_end` shows what led to its end."""
        super().__init__()
        self.path = path
        self.at = at
        self.explain_end = explain_end

    def open(self) -> OpenedRecording:
        """Read the file; raises RecordingError with the sentence to show."""
        opened = OpenedRecording(self.path)
        if self.explain_end:
            opened.explain_end = True
            opened.wait_at(before_end=LAST_SECONDS)
        elif self.at is not None:
            opened.wait_at(self.at)
        return opened
