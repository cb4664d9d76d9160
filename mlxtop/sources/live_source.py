"""Live events: from any thread onto one timeline and into the recording."""

import queue
from collections.abc import Callable

from mlxtop import clock, events
from mlxtop.events import AnyEvent
from mlxtop.recording.recorder import Recorder
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline


class LiveSource:
    """A live source. Its methods are called from one thread; only `emit` is for any thread."""

    recorder: Recorder
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
