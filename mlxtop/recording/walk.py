"""Whether what happens in a recording follows from what happened before."""

from collections.abc import Iterator
from itertools import pairwise

from mlxtop import events
from mlxtop.events import AnyEvent

LATE_SECONDS = 1.0
"""Lines of different sources are written in batches: so much out of order is legal."""


class Walk:
    """Takes event after event and says what does not follow from those before."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self.turns = self.tokens = 0
        self.seconds = 0.0
        """Of all runs before this one."""
        self._begin()

    def _begin(self) -> None:
        self.first: float | None = None
        self.latest = 0.0
        self._latest_of: dict[str, float] = {}
        self._open: dict[int, int] = {}
        """Turn → tokens so far."""
        self._ended: set[int] = set()
        self._over = False

    def take(self, event: AnyEvent) -> Iterator[tuple[str, bool]]:
        """Yield (what is wrong, whether it is an error) with the event."""
        if isinstance(event, events.Header) and self.first is not None:
            yield "a second header: two recordings in one file", True
            self.seconds += self.latest - self.first
            self._begin()
        elif self._over:
            yield "it stands after the end of the recording", True
            self._over = False
        yield from self._order(event)
        match event:
            case events.TurnStart():
                if event.turn in self._open or event.turn in self._ended:
                    yield f"turn {event.turn} begins a second time", True
                self._open[event.turn] = 0
                self.turns += 1
            case events.Tokens():
                if event.turn not in self._open:
                    yield f"tokens of turn {event.turn}, which is not going on", True
                else:
                    self._open[event.turn] += len(event.times)
                if any(one > other for one, other in pairwise(event.times)):
                    yield "the times of its tokens go backwards", True
                self.tokens += len(event.times)
            case events.TurnEnd():
                made = self._open.pop(event.turn, None)
                if made is None:
                    yield f"the end of turn {event.turn}, which is not going on", True
                elif made != event.generation_tokens:
                    said = event.generation_tokens
                    yield f"turn {event.turn} ends with {said} tokens, and {made} were told", True
                self._ended.add(event.turn)
            case events.End():
                for turn in self._open:
                    yield f"the recording ends, and turn {turn} has no end", True
                self._over = True
            case _:
                pass
        if self.first is None:
            self.first = event.t
        self.latest = max(self.latest, event.t)

    def _order(self, event: AnyEvent) -> Iterator[tuple[str, bool]]:
        source = _source(event)
        before = self._latest_of.get(source)
        if before is not None and event.t < before:
            yield (
                f"its time is {before - event.t:.3f} s before that of the {source} before it",
                True,
            )
        elif event.t < self.latest - LATE_SECONDS:
            yield f"it comes {self.latest - event.t:.1f} s late", True
        self._latest_of[source] = max(event.t, before or 0.0)

    @property
    def closed(self) -> bool:
        """True where the last event was the end."""
        return self._over


def _source(event: AnyEvent) -> str:
    match event:
        case (
            events.TurnStart()
            | events.Prefill()
            | events.Tokens()
            | events.Breakdown()
            | events.TurnEnd()
        ):
            return "turn"
        case events.Sample():
            # Sensors with a thread of their own are stamped when their reading ends.
            return "sample of " + ", ".join(sorted(event.values))[:60]
        case _:
            return str(event.__struct_config__.tag).replace("_", " ")
