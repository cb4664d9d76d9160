"""How much of a recording is kept in memory by those who keep all of it, and no more."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.plain import shown_name
from mlxtop.recording.report import RecordingError

MOST_TURNS = 100_000
"""1.6 kB each in memory, of 55 bytes in a file: a day has some 4,000."""
MOST_TOKENS = 50_000_000
"""12 bytes each, of two in a file: a day has two million."""
MOST_FIGURES = 10_000
"""Names of figures, each a series of its own: a machine has some 40."""
MOST_OTHERS = 300_000
"""Marks, notices, loads, messages, steps of prefill…: 100 to 300 bytes each, of 22 in a file."""


class Bound:
    """Counts what a reader keeps; readings of a figure need no bound, they are 8 bytes each."""

    def __init__(self, path: Path) -> None:
        """Begin with nothing; `path` is named in what is said."""
        self._path = path
        self._turns = self._tokens = self._others = 0
        self._figures: set[str] = set()

    def of(self, found: Iterable[AnyEvent]) -> Iterator[AnyEvent]:
        """Yield the events; raises RecordingError where they are more than are kept."""
        for event in found:
            self._count(event)
            yield event

    def _count(self, event: AnyEvent) -> None:
        match event:
            case events.Sample():
                if not event.values.keys() <= self._figures:
                    self._figures.update(event.values)
                    self._most(len(self._figures), MOST_FIGURES, "figures")
            case events.MlxMemory():
                pass
            case events.Tokens():
                self._tokens += len(event.times)
                self._most(self._tokens, MOST_TOKENS, "tokens")
            case events.TurnStart():
                self._turns += 1
                self._most(self._turns, MOST_TURNS, "turns")
            case _:
                self._others += 1
                self._most(self._others, MOST_OTHERS, "events other than turns and readings")

    def _most(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise RecordingError(
                f"{shown_name(self._path)} has more than {most:,} {what}, more than mlxtop keeps "
                "in memory; `mlxtop check` and `mlxtop recordings` read all of it."
            )
