"""What is wrong with a recording, line by line: for people who write or repair one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.check import unsound
from mlxtop.recording.reader import LONGEST_LINE_BYTES, UNDECODABLE, Recording
from mlxtop.text import one_line

MOST_PROBLEMS = 200
LATE_SECONDS = 1.0
"""Lines of different sources are written in batches: so much out of order is legal."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a line."""

    line: int
    """Counted from 1; 0 speaks of the file as a whole."""
    text: str
    error: bool = True
    """False for what a reader need not mind."""


@dataclass
class Verdict:
    """What a recording holds and what is wrong with it."""

    path: Path
    lines: int = 0
    events: int = 0
    turns: int = 0
    tokens: int = 0
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    """The first two hundred."""
    errors: int = 0
    remarks: int = 0

    def add(self, problem: Problem) -> None:
        """Count a problem, and keep it where it is one of the first."""
        self.errors += problem.error
        self.remarks += not problem.error
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    @property
    def sound(self) -> bool:
        """True where nothing is wrong; remarks are none."""
        return self.errors == 0


class _Walk:
    """Takes event after event and says what does not follow from those before."""

    def __init__(self) -> None:
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
        case events.Tokens() | events.Prefill() | events.TurnStart() | events.TurnEnd():
            return "turn"
        case events.Sample():
            # Sensors with a thread of their own are stamped when their reading ends.
            return "sample of " + ", ".join(sorted(event.values))[:60]
        case _:
            return str(event.__struct_config__.tag).replace("_", " ")


def validate(path: Path) -> Verdict:
    """Read a recording whole and return what is wrong with it; raises RecordingError."""
    verdict, walk = Verdict(path), _Walk()
    with Recording(path) as recording:
        for number, line in recording.raw_lines():
            verdict.lines = number
            for text, error in _line_problems(number, line, walk, verdict):
                verdict.add(Problem(number, text, error))
    verdict.turns, verdict.tokens = walk.turns, walk.tokens
    verdict.seconds = walk.seconds + walk.latest - (walk.first or 0.0)
    if not walk.closed:
        verdict.add(Problem(0, "it was not closed properly: its last line is no end", False))
    return verdict


def _line_problems(
    number: int, line: bytes, walk: _Walk, verdict: Verdict
) -> Iterator[tuple[str, bool]]:
    if not line.endswith(b"\n"):
        if len(line) >= LONGEST_LINE_BYTES:
            yield "it is longer than 8 MiB", True
            return
        yield "the last line is cut off", False
    if not line.strip():
        yield "an empty line", True
        return
    try:
        event = events.decode(line)
    except events.UnknownKind as error:
        yield f"a kind this version does not know: {one_line(str(error), 40)}", False
        return
    except UNDECODABLE as error:
        if line.endswith(b"\n"):
            yield one_line(str(error) or "it holds no event", 200), True
        return
    if reason := unsound(event):
        yield reason, True
        return
    verdict.events += 1
    for name in _unknown_fields(line, event) if number < 2 else ():
        yield f"a field this version does not know: {one_line(name, 40)}", False
    yield from walk.take(event)


def _unknown_fields(line: bytes, event: AnyEvent) -> list[str]:
    known = {*event.__struct_fields__, "kind"}
    try:
        return [name for name in msgspec.json.decode(line) if name not in known]
    except UNDECODABLE:
        return ["one that is not text"]  # what is not known is not looked at when an event is read
