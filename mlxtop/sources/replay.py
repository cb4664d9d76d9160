"""A recording as a source."""

import time
from collections.abc import Callable, Iterator
from itertools import islice

from mlxtop.events import AnyEvent
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline

AT_ONCE = 20_000
"""Events read before the first frame, about a quarter of a second: all of most recordings."""
READ_SECONDS = 0.1
"""How long a poll may read on: half of the time between two frames at 5 Hz."""
_BATCH = 500


class Replay:
    """A timeline filled from what happened before; the rest of a long file is read behind it."""

    def __init__(self, recording: Recording) -> None:
        """Read the beginning of an open recording; raises RecordingError."""
        self.timeline = Timeline()
        self._recording = recording
        self._events: Iterator[AnyEvent] = recording.events()
        self.problem = ""
        """Why the file could not be read to its end, in a sentence."""
        self.reading = True
        """Whether there is more to read."""
        self._take(AT_ONCE)
        self.playhead = Playhead(self.timeline, live=False)
        self.playhead.go_start()
        self.playhead.playing = False

    @property
    def said(self) -> str:
        """What the reader has to say about the file, once it has read all of it."""
        return "" if self.reading else " ".join(self._recording.report.sentences())

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._recording.share_read if self.reading else 1.0

    def _take(self, count: int) -> None:
        taken = 0
        for event in islice(self._events, count):
            self.timeline.add(event)
            taken += 1
        self.reading = taken == count

    def poll(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Read on for a moment, where there is more."""
        if not self.reading:
            return
        until = clock() + READ_SECONDS
        try:
            while self.reading and clock() < until:
                self._take(_BATCH)
        except RecordingError as error:
            self.problem, self.reading = str(error), False

    def read_all(self) -> None:
        """Read the rest; raises RecordingError."""
        while self.reading:
            self._take(_BATCH)

    def close(self) -> None:
        """Close the file, where it was not read to its end."""
        self.reading = False
        self._recording.close()
