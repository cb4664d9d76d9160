"""The last seconds before a recording begins."""

from collections import deque
from collections.abc import Callable

from mlxtop.events import AnyEvent

SECONDS = 30.0
# A flood of events must not fill the memory before a recording begins.
MOST_EVENTS = 20_000


class Preroll:
    """Keeps events for 30 s; `leave` is called with each that becomes too old, in order."""

    def __init__(self, leave: Callable[[AnyEvent], None], seconds: float = SECONDS) -> None:
        """Keep events of the last `seconds`."""
        self._leave = leave
        self._seconds = seconds
        self._events: deque[AnyEvent] = deque()

    def add(self, event: AnyEvent) -> None:
        """Append an event and let go of those older than the newest less the span."""
        self._events.append(event)
        self.trim(event.t)

    def trim(self, t: float) -> None:
        """Let go of events that are too old at `t`."""
        while self._events and (
            self._events[0].t < t - self._seconds or len(self._events) > MOST_EVENTS
        ):
            self._leave(self._events.popleft())

    def take(self) -> list[AnyEvent]:
        """Return all events in order, keeping none."""
        taken = list(self._events)
        self._events.clear()
        return taken
