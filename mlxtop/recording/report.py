"""The report of a reader: the header of a recording, and what is wrong with it."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from mlxtop import events
from mlxtop.text import one_line

FIRST_BAD_LINES = 10
MOST_BAD_LINES = 100_000
"""A file with more of them than of events is not read on: compressed it may be endless."""
MOST_KINDS = 100
KINDS_TOLD = 5
UNCLOSED = "The recording was not closed properly."


class RecordingError(Exception):
    """A recording that cannot be read; the text is a sentence with the file and what to do."""


def cut_off_after(lines: int) -> str:
    """Return the sentence about a compressed file whose end is missing, after so many lines."""
    words = "1 line" if lines == 1 else f"{lines:,} lines"
    return f"the compressed file is cut off: only {words} could be read"


def refuse_rubbish(path: Path, bad: int, good: int) -> None:
    """Raise RecordingError if so many lines are bad that reading on makes no sense."""
    if bad >= MOST_BAD_LINES and bad > good:
        shown = one_line(str(path), 300)
        raise RecordingError(
            f"{shown} cannot be read: of its first {bad + good:,} lines {bad:,} are not events."
        )


@dataclass(frozen=True)
class BadLine:
    """A line that was skipped."""

    number: int
    """Counted from 1."""
    reason: str


@dataclass
class ReadReport:
    """Counts so far; complete at the end of the file."""

    path: Path
    header: events.Header
    lines: int = 0
    events: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    """Kinds of a later version, and how many lines of each were skipped."""
    bad: int = 0
    """Lines that are not an event, or one with invalid values."""
    bad_lines: list[BadLine] = field(default_factory=list)
    """The first ten of them."""
    cut_off: bool = False
    """Whether it is compressed and its end is missing: more was recorded than can be read."""
    torn: bool = False
    """Whether the last line was cut off and left out."""
    clean: bool = False
    """Whether the last event was an `End`: the recording was closed properly."""

    def skip(self, number: int, reason: str) -> None:
        """Count a bad line; raises RecordingError if there are too many."""
        self.bad += 1
        refuse_rubbish(self.path, self.bad, self.events)
        if len(self.bad_lines) < FIRST_BAD_LINES:
            self.bad_lines.append(BadLine(number, reason))

    def skip_kind(self, kind: str) -> None:
        """Count a line of an unknown kind; raises RecordingError as for bad ones."""
        if len(self.unknown) >= MOST_KINDS and kind not in self.unknown:
            kind = "others"
        self.unknown[kind] += 1
        refuse_rubbish(self.path, self.unknown.total(), self.events)

    def sentences(self) -> list[str]:
        """Return the remarks, one sentence each; empty if everything is fine."""
        told: list[str] = []
        if self.unknown:
            kinds = ", ".join(sorted(self.unknown)[:KINDS_TOLD])
            kinds += ", …" if len(self.unknown) > KINDS_TOLD else ""
            count = self.unknown.total()
            lines, of, were = (
                ("line", "a kind", "was") if count == 1 else ("lines", "kinds", "were")
            )
            told.append(
                f"{count} {lines} of {of} this version does not know {were} skipped ({kinds})."
            )
        if self.bad:
            first = self.bad_lines[0]
            told.append(
                f"{self.bad} bad {'line was' if self.bad == 1 else 'lines were'} skipped; the "
                f"first is line {first.number}: {first.reason}."
            )
        if self.cut_off:
            told.append(f"{cut_off_after(self.lines - self.torn)}.".capitalize())
        elif self.torn:
            told.append("The last line was cut off and is skipped.")
        if not self.clean and not self.cut_off:
            told.append(UNCLOSED)
        return told

    def remarks(self) -> list[str]:
        """Return the sentences for a place that has its own word for a run that broke off."""
        return [said for said in self.sentences() if said != UNCLOSED or self.bad]
