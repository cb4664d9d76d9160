"""What every source for a screen has, and what the live ones share."""

import queue
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from mlxtop import clock, events
from mlxtop.events import AnyEvent
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline

if TYPE_CHECKING:
    # A replay needs no recorder.
    from mlxtop.recording.recorder import Recorder


class Source(Protocol):
    """Fills a timeline and has the playhead that is viewed."""

    @property
    def timeline(self) -> Timeline:
        """The store that this source fills."""

    @property
    def playhead(self) -> Playhead:
        """The viewed moment."""

    def poll(self) -> None:
        """Bring everything that has happened into the timeline; called once a frame."""

    def close(self) -> None:
        """Release processes, threads and files; returns within about a second."""


FileState = Literal["replay", "running", "ended"]
"""A recording that is replayed; one still being written; one that was followed to its end."""


class RecordedSource(Source, Protocol):
    """A source that reads a recording."""

    @property
    def state(self) -> FileState:
        """Whether the recording is still being written."""

    @property
    def reading(self) -> bool:
        """Whether part of the file is not read yet."""

    @property
    def broke_off(self) -> bool:
        """Whether the file was read to its end and the run did not end properly."""

    @property
    def sentence(self) -> str:
        """The progress of reading the file, or what is wrong with it."""


class LiveSource:
    """A live source. Its methods are called from one thread; only `emit` is for any thread."""

    recorder: "Recorder"
    """Set by the source."""

    def __init__(self, now: Callable[[], float] = clock.now) -> None:
        self.now = now
        self.timeline = Timeline()
        self.playhead = Playhead(self.timeline, live=True, now=now)
        self._events: queue.SimpleQueue[AnyEvent] = queue.SimpleQueue()

    def emit(self, event: AnyEvent) -> None:
        """Take an event from any thread, for the timeline and the recording; never blocks."""
        self._events.put(event)
        self.recorder.put(event)

    def poll(self) -> None:
        """Add new events to the timeline."""
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return
            self.add(event)

    def add(self, event: AnyEvent) -> None:
        """Add an event to the timeline."""
        self.timeline.add(event)

    def close(self) -> None:
        """End the source and its recording."""
        raise NotImplementedError

    def mark(self, note: str, t: float | None = None) -> None:
        """Set a mark at time t, or now."""
        self.emit(events.Mark(t=self.now() if t is None else t, note=note))
