"""The last seconds before a recording begins."""

from collections import deque
from collections.abc import Callable

from mlxtop.events import AnyEvent

SECONDS = 30.0
"""What a recording keeps from before what it begins with."""
KEPT_SECONDS = 300.0
"""What is held meanwhile: a mark may be set at a moment that was frozen minutes ago."""
# A flood of events must not fill the memory before a recording begins.
MOST_EVENTS = 20_000


class Preroll:
    """Keeps the last events; `leave` is called with each that becomes too old, in order."""

    def __init__(self, leave: Callable[[AnyEvent], None], seconds: float = KEPT_SECONDS) -> None:
        """Keep events of the last `seconds`."""
        self._leave = leave
        self._seconds = seconds
        self._events: deque[AnyEvent] = deque()

    def add(self, event: AnyEvent) -> None:
        """Append an event and let go of those older than the newest less the span."""
        self._events.append(event)
        self.let_go(event.t - self._seconds)

    def let_go(self, before: float) -> None:
        """Let go of events before that time, and of more than there is room for."""
        while self._events and (self._events[0].t < before or len(self._events) > MOST_EVENTS):
            self._leave(self._events.popleft())

    def take(self) -> list[AnyEvent]:
        """Return all events in order, keeping none."""
        taken = list(self._events)
        self._events.clear()
        return taken
