"""What is wrong with a recording, line by line: for people who write or repair one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.check import unsound
from mlxtop.recording.file import is_being_written
from mlxtop.recording.reader import LONGEST_LINE_BYTES, UNDECODABLE, Recording
from mlxtop.recording.report import refuse_rubbish
from mlxtop.recording.unknown import unknown_fields
from mlxtop.recording.walk import Walk
from mlxtop.recording.wrong import why
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


def validate(path: Path) -> Verdict:
    """Read a recording whole and return what is wrong with it; raises RecordingError."""
    # Looked at before reading: a run that ends meanwhile has then written its end.
    verdict = Verdict(path, running=is_being_written(path))
    lines = _Lines(verdict)
    with Recording(path) as recording:
        for number, line in recording.raw_lines():
            verdict.lines = number
            for text, error in lines.problems(line):
                verdict.add(Problem(number, text, error))
            refuse_rubbish(path, number - verdict.events, verdict.events)
    walk = lines.walk
    verdict.turns, verdict.tokens = walk.turns, walk.tokens
    verdict.seconds = walk.seconds + walk.latest - (walk.first or 0.0)
    if not walk.closed:
        text = "it was not closed properly: its last line is no end"
        if verdict.running:
            text = "it is being written: this is what is there so far"
        verdict.add(Problem(0, text, False))
    return verdict


class _Lines:
    """Says what is wrong with line after line."""

    def __init__(self, verdict: Verdict) -> None:
        self.walk = Walk()
        self._verdict = verdict
        self._unknown: set[str] = set()
        """Fields that were told: a later version writes the same ones in every line of a kind."""

    def problems(self, line: bytes) -> Iterator[tuple[str, bool]]:
        """Yield (what is wrong, whether it is an error)."""
        whole = line.endswith(b"\n")
        if not whole and len(line) >= LONGEST_LINE_BYTES:
            yield "it is longer than 8 MiB", True
            return
        if not whole and not self._verdict.running:
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
            if whole:
                yield why(error), True
            return
        if reason := unsound(event):
            yield reason, True
            return
        self._verdict.events += 1
        yield from self._unknown_fields(line, event)
        yield from self.walk.take(event)

    def _unknown_fields(self, line: bytes, event: AnyEvent) -> Iterator[tuple[str, bool]]:
        for name in unknown_fields(line, event):
            shown = f"`{one_line(name, 40)}` of {event.__struct_config__.tag}"
            if shown not in self._unknown and len(self._unknown) < MOST_PROBLEMS:
                self._unknown.add(shown)
                yield f"a field this version does not know: {shown}", False
