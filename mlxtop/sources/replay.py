"""A recording as a source."""

import gc
import time
from collections.abc import Callable
from typing import Literal

from mlxtop import format as fmt
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.sources.files import SlicedFile
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline
from mlxtop.timeline.series import Series

AT_ONCE = 5_000
"""Events read before the first frame, about 40 ms: minutes, or a whole short recording."""
READ_SECONDS = 0.1
"""How long a poll may read: half of the time between two frames at 5 Hz."""
REST_SECONDS = 0.05
"""Time without reading after each poll: to draw the frame, and to handle keys."""
PATIENCE_SECONDS = 0.1
"""How long a poll waits for a file that is slow to answer."""
_BATCH = 500


class Replay:
    """A timeline filled from a recording; the rest of a long file is read in the background.

    If the file or its mount hangs, what was read can still be viewed.
    """

    def __init__(self, recording: Recording) -> None:
        """Read the beginning of an open recording; raises RecordingError."""
        self.timeline = Timeline()
        self._recording = recording
        self._file = SlicedFile(recording)
        self._share_read = 0.0
        self.problem = ""
        """Why the file could not be read to its end, as a sentence."""
        self.reading = True
        """Whether there is more to read."""
        self._rests_until: float | None = None
        self._unprepared: list[Series] = []
        """Series to prepare for long charts, once all is read."""
        self.playhead = Playhead(self.timeline, live=False)
        # However long it takes: there is no screen yet.
        self._take(AT_ONCE, patience=None)
        self.playhead.go_start()
        self.playhead.playing = False

    state: Literal["replay"] = "replay"

    @property
    def sentence(self) -> str:
        """The progress of reading the file, or what is wrong with it."""
        if self.reading:
            return f"Reading: {fmt.percent(self.share_read * 100)} of the file so far."
        return self.problem or self.said

    @property
    def said(self) -> str:
        """The sentences of the reader about the file, once all of it is read."""
        return "" if self.reading else " ".join(self._recording.report.sentences())

    @property
    def broke_off(self) -> bool:
        """Whether the file was read to its end and the run did not end properly."""
        return not self.reading and not self._recording.report.clean

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._share_read if self.reading else 1.0

    def _take(self, count: int, *, patience: float | None) -> bool:
        """Add events to the timeline; return False if the file has not given them yet."""
        said = self._file.read(count, patience=patience)
        if said is None:
            return False
        for event in said.events:
            self.timeline.add(event)
        self._share_read = said.share_read
        if said.error is not None:
            raise said.error
        self.reading = self.playhead.is_growing = said.more
        if not self.reading and self.timeline.version > AT_ONCE:
            self._unprepared = list(self.timeline.series.values())
        return True

    def poll(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Read more for a moment, if there is more; after that prepare long charts.

        The first call reads nothing: the first frame waits for nothing.
        """
        if not self.reading and not self._unprepared:
            return
        now, rests_until = clock(), self._rests_until
        if rests_until is not None and now < rests_until:
            return
        if rests_until is not None:
            self._read_on(now + READ_SECONDS, clock)
        self._rests_until = clock() + REST_SECONDS

    def _read_on(self, until: float, clock: Callable[[], float]) -> None:
        try:
            while self.reading and clock() < until:
                if not self._take(_BATCH, patience=PATIENCE_SECONDS):
                    break
        except RecordingError as error:
            self.problem, self.reading = str(error), False
            self.playhead.is_growing = False
        if not self.reading and self._unprepared:
            self._prepare(until, clock)

    def _prepare(self, until: float, clock: Callable[[], float]) -> None:
        while self._unprepared and clock() < until:
            self._unprepared.pop().prepare()
        if not self._unprepared:
            # Otherwise every full collection visits all events again: 100,000 objects of a day,
            # 70 ms in the middle of a frame.
            gc.collect()
            gc.freeze()

    def read_all(self) -> None:
        """Read the rest; raises RecordingError."""
        while self.reading:
            self._take(_BATCH, patience=None)

    def close(self) -> None:
        """Release the file, and let the events be collected."""
        self.reading, self._unprepared = False, []
        gc.unfreeze()
        self._file.close()
