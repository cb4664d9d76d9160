"""A recording that another process is still writing, as a source."""

import time
from collections.abc import Callable
from pathlib import Path

from mlxtop.recording.bound import Bound
from mlxtop.recording.file import is_being_written
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline

BEHIND_SECONDS = 0.3
"""A line is in the file up to 250 ms after what it tells."""
LOOK_SECONDS = 1.0
"""How often is asked whether somebody still writes."""


class Follow:
    """A timeline that grows with its file; now is the writer's now, a moment behind."""

    def __init__(self, path: Path, *, wall: Callable[[], float] = time.time) -> None:
        """Open the file and read what is there; raises RecordingError.

        `wall` gives seconds since the epoch (replaced in tests).
        """
        self.timeline = Timeline()
        self._wall = wall
        self._recording = Recording(path)
        self._bound = Bound(path)
        self.report = self._recording.report
        self.running = True
        """Whether the recording is still written."""
        self.problem = ""
        """Why the file cannot be read any more, in a sentence."""
        self._looked = -LOOK_SECONDS
        self.playhead = Playhead(self.timeline, live=True, now=self.now)
        self.poll()

    def now(self) -> float:
        """Return the moment of the run that its writer is at, in seconds on the run's clock."""
        last = self.timeline.last or 0.0
        if not self.running or not self.timeline.anchors.values:
            return last
        anchor = self.timeline.anchors.values[-1]
        return max(last, anchor.t + self._wall() - anchor.wall - BEHIND_SECONDS)

    def poll(self) -> None:
        """Take in what was written since."""
        if not self.running:
            return
        # Asked before reading: what is written until the writer goes away is not missed.
        now = self._wall()
        writing = True
        if abs(now - self._looked) >= LOOK_SECONDS:
            self._looked = now
            writing = is_being_written(self._recording.path)
        try:
            for event in self._bound.of(self._recording.arrived()):
                self.timeline.add(event)
        except RecordingError as error:
            self.problem, writing = str(error), False
        if self.report.clean or not writing:
            self.running = False
            self.playhead.end_live()
            self._recording.close()

    @property
    def broke_off(self) -> bool:
        """Whether nobody writes it any more, and the run was never ended properly."""
        return not self.running and not self.report.clean

    def close(self) -> None:
        """Close the file."""
        self.running = False
        self._recording.close()
