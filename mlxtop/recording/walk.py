"""Whether what happens in a recording follows from what happened before."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.text import one_line

LATE_SECONDS = 1.0
"""Lines of different sources are written in batches: so much out of order is legal."""
GROUPS_TOLD = 4

_CONTEXT = (
    events.Anchor
    | events.EngineReady
    | events.MlxMemory
    | events.LoadStart
    | events.LoadEnd
    | events.Conversation
    | events.Message
    | events.TurnStart
    | events.Prefill
    | events.Tokens
    | events.Breakdown
    | events.BenchmarkStart
    | events.BenchmarkEnd
)
"""Events at a file's head that may be older than the header: they held when the file began."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong with a line."""

    text: str
    error: bool = True
    """False for what a reader need not mind."""
    cause: Hashable = None
    """What led to it, where that can make many lines wrong."""


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
        self._opening = -1.0
        """Time of the context so far; what follows the header in time ends it."""
        self._latest_of: dict[tuple[str, ...], float] = {}
        self._open: dict[int, int] = {}
        """Turn → tokens so far."""
        self._ended: set[int] = set()
        self._points: dict[int, int] = {}
        """Benchmark → points of its plan."""
        self._over = False
        self._gap = False
        """Lines are missing: what does not follow may follow from them."""

    def take(self, event: AnyEvent) -> Iterator[Wrong]:
        """Yield what is wrong with the event."""
        if isinstance(event, events.Header) and self.first is not None:
            yield Wrong("a second header: two recordings in one file")
            self.seconds += self.latest - self.first
            self._begin()
        elif self._over:
            yield Wrong("it is after the end of the recording")
            self._over = False
        yield from self._order(event)
        match event:
            case events.TurnStart():
                if event.turn in self._open or event.turn in self._ended:
                    yield Wrong(f"turn {event.turn} begins a second time")
                self._open[event.turn] = 0
                self.turns += 1
                if event.purpose is not None:
                    yield from self._of_benchmark(event.purpose.benchmark, event.purpose.point)
            case events.Tokens():
                if event.turn in self._open:
                    self._open[event.turn] += len(event.times)
                elif not self._gap:
                    yield _not_going_on("tokens", event.turn)
                if any(one > other for one, other in pairwise(event.times)):
                    yield Wrong("the times of its tokens go backwards")
                self.tokens += len(event.times)
            case events.TurnEnd():
                made = self._open.pop(event.turn, None)
                if self._gap:
                    pass
                elif made is None:
                    yield _not_going_on("the end", event.turn)
                elif made != event.generation_tokens:
                    said = event.generation_tokens
                    yield Wrong(
                        f"turn {event.turn} ends with {said} tokens, and {made} were recorded"
                    )
                self._ended.add(event.turn)
            case events.BenchmarkStart():
                if event.benchmark in self._points:
                    yield Wrong(f"benchmark {event.benchmark} begins a second time")
                self._points[event.benchmark] = len(event.points)
            case events.Trial():
                yield from self._of_benchmark(event.benchmark, event.point)
            case events.BenchmarkEnd():
                yield from self._of_benchmark(event.benchmark)
            case events.End():
                for turn in self._open:
                    # Recording can be turned off, and reach its limit, in the middle of a reply.
                    yield Wrong(f"the recording ends, and turn {turn} has no end", error=False)
                self._over = True
            case events.Notice() if event.missing:
                self._gap = True
            case _:
                pass
        if self.first is None:
            self.first = event.t
        self.latest = max(self.latest, event.t)

    def _of_benchmark(self, benchmark: int, point: int | None = None) -> Iterator[Wrong]:
        """Yield what is wrong with the number of a benchmark and the place of its point."""
        count = self._points.get(benchmark)
        if count is None:
            if not self._gap:
                yield Wrong(
                    f"it is of benchmark {benchmark}, which has not begun",
                    cause=("no benchmark", benchmark),
                )
        elif point is not None and not 0 <= point < count:
            yield Wrong(
                f"it is of point {point}, and the plan has {count} of them, counted from 0",
                cause=("no point", benchmark, point),
            )

    def _order(self, event: AnyEvent) -> Iterator[Wrong]:
        if isinstance(event, events.Mark | events.Trial):
            # They stand at the moment they speak of, however late that was said.
            return
        source = _source(event)
        before = self._latest_of.get(source)
        if isinstance(event, events.Header):
            self._opening = 0.0
        elif self._opening >= 0.0:
            if isinstance(event, _CONTEXT) and event.t < self.latest - LATE_SECONDS:
                yield from self._in_context(event, before, source)
                return
            self._opening = -1.0
        # All lines behind one whose time is too late are out of order by it.
        if before is not None and event.t < before:
            words = f"that of the {_words(source)} before it"
            yield Wrong(f"its time is {before - event.t:.3f} s before {words}", cause=before)
        elif event.t < self.latest - LATE_SECONDS:
            yield Wrong(f"it comes {self.latest - event.t:.1f} s late", cause=self.latest)
        self._latest_of[source] = max(event.t, before or 0.0)

    def _in_context(
        self, event: AnyEvent, before: float | None, source: tuple[str, ...]
    ) -> Iterator[Wrong]:
        """Yield what is wrong with the time of an event that the header's comes after."""
        if event.t < self._opening - LATE_SECONDS or event.t < (before or 0.0):
            late = self._opening - event.t
            yield Wrong(
                f"it comes {late:.1f} s late for an event that opens the file", cause=self._opening
            )
        self._opening = max(self._opening, event.t)
        self._latest_of[source] = max(event.t, before or 0.0)

    @property
    def closed(self) -> bool:
        """True where the last event was the end."""
        return self._over


def _not_going_on(what: str, turn: int) -> Wrong:
    return Wrong(f"{what} of turn {turn}, which is not going on", cause=("no start", turn))


def _source(event: AnyEvent) -> tuple[str, ...]:
    """Return what tells one source of events from another."""
    match event:
        case (
            events.TurnStart()
            | events.Prefill()
            | events.Tokens()
            | events.Breakdown()
            | events.TurnEnd()
        ):
            return ("turn",)
        case events.Sample():
            # Sensors with a thread of their own are stamped when their reading ends.
            return ("sample", *sorted(event.values))
        case _:
            return (str(event.__struct_config__.tag).replace("_", " "),)


def _words(source: tuple[str, ...]) -> str:
    """Return a source as people call it: figures by their groups."""
    kind, *figures = source
    groups = [one_line(name, 20) for name in dict.fromkeys(f.partition(".")[0] for f in figures)]
    if not groups:
        return kind
    more = len(groups) - GROUPS_TOLD
    return f"{kind} of {', '.join(groups[:GROUPS_TOLD])}{f' and {more} more' if more > 0 else ''}"
