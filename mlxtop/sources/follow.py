"""A recording that another process is still writing, as a source."""

import time
from collections.abc import Callable
from pathlib import Path

from mlxtop.recording.reader import Bound, Recording
from mlxtop.recording.report import RecordingError
from mlxtop.sources.base import FileState
from mlxtop.sources.files import PATIENCE_SECONDS, GrowingFile, Read
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline

BEHIND_SECONDS = 0.3
"""A line reaches the file up to 250 ms after its event."""
LOOK_SECONDS = 1.0
"""How often to check whether a program still writes."""


class Follow:
    """A timeline that grows with its file; its now is the writer's, slightly delayed."""

    def __init__(self, path: Path, *, wall: Callable[[], float] = time.time) -> None:
        """Open the file and read all of it; raises RecordingError.

        `wall` gives seconds since the epoch (replaced in tests).
        """
        self.timeline = Timeline()
        self._wall = wall
        recording = Recording(path)
        self.report = recording.report
        self._file = GrowingFile(recording)
        self._bound = Bound(path)
        self.running = True
        """Whether the recording is still being written."""
        self.reading = False
        self.problem = ""
        """Why the file can no longer be read, as a sentence."""
        self._looked = -LOOK_SECONDS
        self.playhead = Playhead(self.timeline, live=True, now=self.now)
        # All of it, however long it takes: there is no screen yet.
        self._take(patience=None)

    def now(self) -> float:
        """Return the current moment of the writer, in seconds on the run's clock."""
        last = self.timeline.last or 0.0
        if not self.running or not self.timeline.anchors.values:
            return last
        anchor = self.timeline.anchors.values[-1]
        return max(last, anchor.t + self._wall() - anchor.wall - BEHIND_SECONDS)

    def poll(self) -> None:
        """Add what was written since; from a slow disk it comes with a later call."""
        if self.running:
            self._take(PATIENCE_SECONDS)

    def _take(self, patience: float | None) -> None:
        now = self._wall()
        look = abs(now - self._looked) >= LOOK_SECONDS
        if look:
            self._looked = now
        try:
            for said in self._file.read(look=look, patience=patience):
                if not isinstance(said, Read):
                    for event in self._bound.of(said):
                        self.timeline.add(event)
                elif said.problem or self.report.clean or not said.writing:
                    self.problem = said.problem
                    self._end()
        except RecordingError as error:
            self.problem = str(error)
            self._end()

    def _end(self) -> None:
        self.running = False
        self.playhead.end_live()
        self._file.close()

    @property
    def state(self) -> FileState:
        """Whether the recording is still being written."""
        return "running" if self.running else "ended"

    @property
    def sentence(self) -> str:
        """Why following ended, if the run did not end properly."""
        if self.problem:
            return self.problem
        if self.broke_off:
            return (
                "No program writes this recording any more, and it has no end: its run was cut off."
            )
        return ""

    @property
    def broke_off(self) -> bool:
        """Whether no program writes it any more and the run did not end properly."""
        return not self.running and not self.report.clean

    def close(self) -> None:
        """Close the file."""
        self.running = False
        self._file.close()
