"""What is wrong with a recording, line by line: for people who write or repair one."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.check import UNDECODABLE, unknown_fields, unsound, why
from mlxtop.recording.file import is_being_written
from mlxtop.recording.order import OrderCheck, Wrong
from mlxtop.recording.reader import LONGEST_LINE_BYTES, Recording
from mlxtop.recording.report import cut_off_after, refuse_rubbish
from mlxtop.text import one_line

MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a line."""

    line: int
    """Counted from 1; 0 speaks of the file as a whole."""
    text: str
    error: bool = True
    """False for what a reader need not mind."""
    more: int = 0
    """Lines after it that are wrong by the same cause; they count as one with it."""


@dataclass
class Verdict:
    """What a recording holds and what is wrong with it."""

    path: Path
    lines: int = 0
    events: int = 0
    turns: int = 0
    tokens: int = 0
    seconds: float = 0.0
    running: bool = False
    """A living process writes it: what is told is of what was there."""
    problems: list[Problem] = field(default_factory=list)
    """The first two hundred."""
    errors: int = 0
    remarks: int = 0
    _told: dict[Hashable, int] = field(default_factory=dict)
    """Causes, and the place of what was told of each."""

    def add(self, line: int, wrong: Wrong) -> None:
        """Count what is wrong at a line, and keep it where it is one of the first."""
        place = None if wrong.cause is None else self._told.get(wrong.cause)
        if place is not None:
            told = self.problems[place]
            self.problems[place] = replace(told, more=told.more + 1)
            return
        self.errors += wrong.error
        self.remarks += not wrong.error
        if len(self.problems) < MOST_PROBLEMS:
            if wrong.cause is not None:
                self._told[wrong.cause] = len(self.problems)
            self.problems.append(Problem(line, wrong.text, wrong.error))

    @property
    def sound(self) -> bool:
        """True where nothing is wrong; remarks are none."""
        return self.errors == 0


def validate(path: Path) -> Verdict:
    """Read a recording whole and return what is wrong with it; raises RecordingError."""
    # Looked at before reading: a run that ends meanwhile has then written its end.
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
            # The beginning of a line that was cut through is none that could be read.
            verdict.lines = lines.whole
            verdict.add(0, Wrong(cut_off_after(lines.whole)))
        elif verdict.running:
            verdict.add(0, Wrong("it is being written: this is what is there so far", False))
        elif not order.closed:
            verdict.add(0, Wrong("it was not closed properly: its last line is not an end", False))
    return verdict


class _Lines:
    """Says what is wrong with line after line."""

    def __init__(self, verdict: Verdict, recording: Recording) -> None:
        self.order = OrderCheck()
        self.whole = 0
        """Lines that end in a newline."""
        self._verdict = verdict
        self._recording = recording
        self._unknown: set[str] = set()
        """Fields that were told: a later version writes the same ones in every line of a kind."""

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
