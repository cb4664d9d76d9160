"""The errors in a recording, line by line: for people who write or repair one."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.folds.fold import Fold, takes
from mlxtop.recording.check import UNDECODABLE, unknown_fields, unsound, why
from mlxtop.recording.file import is_being_written
from mlxtop.recording.reader import LONGEST_LINE_BYTES, Recording
from mlxtop.recording.report import cut_off_after, refuse_rubbish
from mlxtop.text import one_line

LATE_SECONDS = 1.0
"""Lines of different sources are written in batches: they may be this late."""
GROUPS_TOLD = 4


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong with a line."""

    text: str
    error: bool = True
    """False for a remark, which a reader can ignore."""
    cause: Hashable = None
    """Its cause, if that can make many lines wrong."""


class OrderCheck(Fold):
    """Takes event after event and reports what contradicts the earlier ones."""

    LEAVES_OUT: ClassVar = {
        "`take` looks at it": (events.Header,),
        "only its time can be wrong": (
            *(events.Anchor, events.Sample, events.EngineReady, events.MlxMemory),
            *(events.LoadStart, events.LoadProgress, events.LoadEnd, events.Unload),
            *(events.Conversation, events.Message, events.Prefill, events.Breakdown),
            *(events.Mark, events.Error),
        ),
    }

    def __init__(self) -> None:
        """Begin before the first event."""
        self.turns = self.tokens = 0
        self.seconds = 0.0
        """Seconds of all runs before this one."""
        self._found: list[Wrong] = []
        self._begin()

    def _begin(self) -> None:
        self.first: float | None = None
        self.latest = 0.0
        self._opening = -1.0
        """Time of the context so far; the first event after the header's time ends it."""
        self._latest_of: dict[tuple[str, ...], float] = {}
        self._open: dict[int, int] = {}
        """Turn → tokens so far."""
        self._ended: set[int] = set()
        self._points: dict[int, int] = {}
        """Benchmark → points of its plan."""
        self._over = False
        self._gap = False
        """Whether lines are missing: they may explain what seems to be wrong."""

    def take(self, event: AnyEvent) -> list[Wrong]:
        """Take the next event, and return what is wrong with it."""
        self._found = []
        if isinstance(event, events.Header) and self.first is not None:
            self._wrong("a second header: two recordings in one file")
            self.seconds += self.latest - self.first
            self._begin()
        elif self._over:
            self._wrong("it is after the end of the recording")
            self._over = False
        self._order(event)
        self.add(event)
        if self.first is None:
            self.first = event.t
        self.latest = max(self.latest, event.t)
        return self._found

    def _wrong(self, text: str, cause: Hashable = None, *, error: bool = True) -> None:
        self._found.append(Wrong(text, error, cause))

    @takes(events.TurnStart)
    def _turn_start(self, event: events.TurnStart) -> None:
        if event.turn in self._open or event.turn in self._ended:
            self._wrong(f"turn {event.turn} begins a second time")
        self._open[event.turn] = 0
        self.turns += 1
        if event.purpose is not None:
            self._of_benchmark(event.purpose.benchmark, event.purpose.point)

    @takes(events.Tokens)
    def _tokens(self, event: events.Tokens) -> None:
        if event.turn in self._open:
            self._open[event.turn] += len(event.times)
        elif not self._gap:
            self._not_open("tokens", event.turn)
        if any(one > other for one, other in pairwise(event.times)):
            self._wrong("the times of its tokens go backwards")
        self.tokens += len(event.times)

    @takes(events.TurnEnd)
    def _turn_end(self, event: events.TurnEnd) -> None:
        made, said = self._open.pop(event.turn, None), event.generation_tokens
        self._ended.add(event.turn)
        if self._gap:
            return
        if made is None:
            self._not_open("the end", event.turn)
        elif made != said:
            self._wrong(f"turn {event.turn} ends with {said} tokens, and {made} were recorded")

    @takes(events.BenchmarkStart)
    def _benchmark_start(self, event: events.BenchmarkStart) -> None:
        if event.benchmark in self._points:
            self._wrong(f"benchmark {event.benchmark} begins a second time")
        self._points[event.benchmark] = len(event.points)

    @takes(events.Trial)
    def _trial(self, event: events.Trial) -> None:
        self._of_benchmark(event.benchmark, event.point)

    @takes(events.BenchmarkEnd)
    def _benchmark_end(self, event: events.BenchmarkEnd) -> None:
        self._of_benchmark(event.benchmark)

    @takes(events.Notice)
    def _notice(self, event: events.Notice) -> None:
        self._gap = self._gap or event.missing != 0

    @takes(events.End)
    def _end(self, event: events.End) -> None:
        for turn in self._open:
            # Recording can be turned off, and reach its limit, in the middle of a reply.
            self._wrong(f"the recording ends, and turn {turn} has no end", error=False)
        self._over = True

    def _not_open(self, what: str, turn: int) -> None:
        self._wrong(f"{what} of turn {turn}, which is not open", ("no start", turn))

    def _of_benchmark(self, benchmark: int, point: int | None = None) -> None:
        """Check the number of a benchmark and the place of its point."""
        count = self._points.get(benchmark)
        if count is None:
            if not self._gap:
                self._wrong(
                    f"it belongs to benchmark {benchmark}, which has not begun",
                    ("no benchmark", benchmark),
                )
        elif point is not None and not 0 <= point < count:
            self._wrong(
                f"it belongs to point {point}, but the plan has {count} points, counted from 0",
                ("no point", benchmark, point),
            )

    def _order(self, event: AnyEvent) -> None:
        """Check the event's time against those of the events before it."""
        if event.looks_back:
            return
        source = event.source
        before = self._latest_of.get(source)
        if isinstance(event, events.Header):
            self._opening = 0.0
        elif self._opening >= 0.0:
            if event.opens_file and event.t < self.latest - LATE_SECONDS:
                self._in_context(event, before, source)
                return
            self._opening = -1.0
        # A line whose time is too late makes all lines after it seem out of order.
        if before is not None and event.t < before:
            words = f"that of the {_words(source)} before it"
            self._wrong(f"its time is {before - event.t:.3f} s before {words}", before)
        elif event.t < self.latest - LATE_SECONDS:
            self._wrong(f"it comes {self.latest - event.t:.1f} s late", self.latest)
        self._latest_of[source] = max(event.t, before or 0.0)

    def _in_context(self, event: AnyEvent, before: float | None, source: tuple[str, ...]) -> None:
        """Check the time of an event that opens the file, before the header's."""
        if event.t < self._opening - LATE_SECONDS or event.t < (before or 0.0):
            late = self._opening - event.t
            self._wrong(
                f"it comes {late:.1f} s late for an event that opens the file", self._opening
            )
        self._opening = max(self._opening, event.t)
        self._latest_of[source] = max(event.t, before or 0.0)

    @property
    def closed(self) -> bool:
        """Whether the last event was the end."""
        return self._over


def _words(source: tuple[str, ...]) -> str:
    """Return a source in words: figures by their groups."""
    kind, *figures = source
    groups = [one_line(name, 20) for name in dict.fromkeys(f.partition(".")[0] for f in figures)]
    if not groups:
        return kind
    more = len(groups) - GROUPS_TOLD
    return f"{kind} of {', '.join(groups[:GROUPS_TOLD])}{f' and {more} more' if more > 0 else ''}"


MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a line."""

    line: int
    """Counted from 1; 0 is the file as a whole."""
    text: str
    error: bool = True
    """False for a remark, which a reader can ignore."""
    more: int = 0
    """Later lines with the same cause; they count as one with it."""


@dataclass
class Verdict:
    """The contents of a recording in numbers, and what is wrong with it."""

    path: Path
    lines: int = 0
    events: int = 0
    turns: int = 0
    tokens: int = 0
    seconds: float = 0.0
    running: bool = False
    """Whether a process is writing it: the report is about what was there."""
    problems: list[Problem] = field(default_factory=list)
    """The first two hundred."""
    errors: int = 0
    remarks: int = 0
    _reported: dict[Hashable, int] = field(default_factory=dict)
    """Cause → place of the problem that was reported for it."""

    def add(self, line: int, wrong: Wrong) -> None:
        """Count a problem of a line, and keep it if it is one of the first."""
        place = None if wrong.cause is None else self._reported.get(wrong.cause)
        if place is not None:
            first = self.problems[place]
            self.problems[place] = replace(first, more=first.more + 1)
            return
        self.errors += wrong.error
        self.remarks += not wrong.error
        if len(self.problems) < MOST_PROBLEMS:
            if wrong.cause is not None:
                self._reported[wrong.cause] = len(self.problems)
            self.problems.append(Problem(line, wrong.text, wrong.error))

    @property
    def sound(self) -> bool:
        """Whether there are no errors; remarks do not count."""
        return self.errors == 0


def validate(path: Path) -> Verdict:
    """Read a whole recording and return what is wrong with it; raises RecordingError."""
    # Checked before reading: a run that ends meanwhile has then written its end.
    verdict = Verdict(path, running=is_being_written(path))
    with Recording(path) as recording:
        lines = _Lines(verdict, recording)
        for number, line in recording.raw_lines():
            verdict.lines = number
            for wrong in lines.problems(line):
                verdict.add(number, wrong)
            refuse_rubbish(path, number - verdict.events, verdict.events)
        order = lines.order
        verdict.turns, verdict.tokens = order.turns, order.tokens
        verdict.seconds = order.seconds + order.latest - (order.first or 0.0)
        if recording.cut_off:
            # The beginning of a line that was cut off does not count as a line.
            verdict.lines = lines.whole
            verdict.add(0, Wrong(cut_off_after(lines.whole)))
        elif verdict.running:
            verdict.add(0, Wrong("it is being written: this is its state so far", False))
        elif not order.closed:
            verdict.add(0, Wrong("it was not closed properly: its last line is not an end", False))
    return verdict


class _Lines:
    """Reports what is wrong with each line."""

    def __init__(self, verdict: Verdict, recording: Recording) -> None:
        self.order = OrderCheck()
        self.whole = 0
        """Lines that end in a newline."""
        self._verdict = verdict
        self._recording = recording
        self._unknown: set[str] = set()
        """Fields already reported: a later version writes them in every line of a kind."""

    def problems(self, line: bytes) -> Iterator[Wrong]:
        """Yield what is wrong."""
        whole = line.endswith(b"\n")
        self.whole += whole
        if not whole and len(line) >= LONGEST_LINE_BYTES:
            yield Wrong("it is longer than 8 MiB")
            return
        if not (whole or self._verdict.running or self._recording.cut_off):
            yield Wrong("the last line is cut off", False)
        if not line.strip():
            yield Wrong("an empty line")
            return
        try:
            event = events.decode(line)
        except events.UnknownKind as error:
            yield Wrong(f"a kind this version does not know: {one_line(str(error), 40)}", False)
            return
        except UNDECODABLE as error:
            if whole:
                yield Wrong(why(error))
            return
        if reason := unsound(event):
            yield Wrong(reason)
            return
        self._verdict.events += 1
        yield from self._unknown_fields(line, event)
        yield from self.order.take(event)

    def _unknown_fields(self, line: bytes, event: AnyEvent) -> Iterator[Wrong]:
        for name in unknown_fields(line, event):
            shown = f"`{one_line(name, 40)}` of {event.__struct_config__.tag}"
            if shown not in self._unknown and len(self._unknown) < MOST_PROBLEMS:
                self._unknown.add(shown)
                yield Wrong(f"a field this version does not know: {shown}", False)
