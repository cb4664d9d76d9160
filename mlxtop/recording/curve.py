"""A whole run as a few figures, computed in one pass: curves over time, highest readings."""

import math
from collections.abc import Iterable

from mlxtop import events
from mlxtop.events import SensorInfo
from mlxtop.figures import OWN
from mlxtop.folds.peaks import highest
from mlxtop.folds.pressure import HOLD_SECONDS, PressureLevel

MOST_COLUMNS = 128
_FINEST_SECONDS = 0.25
_MEMORY = {entry.name: entry.peak for entry in OWN if entry.peak}


class Curve:
    """Columns of equal length from the run's beginning.

    When the run is longer than they are, each two become one, so that a run of any length fits.
    """

    def __init__(self) -> None:
        self.seconds = _FINEST_SECONDS
        """Length of a column."""
        self._intervals = [0]
        """Intervals between tokens that ended in a column, and below that the time they took."""
        self._busy = [0.0]
        self._highest = [math.nan]
        """The highest reading of memory in a column; NaN if there is none."""

    def tokens(self, t: float, intervals: int, seconds: float) -> None:
        """Count intervals between tokens, the last of which ended at t seconds of the run."""
        place = self._place(t)
        self._intervals[place] += intervals
        self._busy[place] += seconds

    def memory(self, t: float, value: float) -> None:
        """Take a reading in bytes at t seconds of the run."""
        place = self._place(t)
        # A comparison with NaN is false, so the first value replaces it.
        if not self._highest[place] >= value:
            self._highest[place] = value

    @property
    def rates(self) -> list[float | None]:
        """Tokens/s of each column while tokens came; None if none came."""
        pairs = zip(self._intervals, self._busy, strict=True)
        return [round(count / busy, 1) if busy > 0 else None for count, busy in pairs]

    @property
    def highest(self) -> list[int | None]:
        """The highest reading of each column in whole bytes; None if there is none.

        A reading holds for 2.5 s if no newer one comes.
        """
        found: list[int | None] = []
        held, hold = math.inf, math.ceil(HOLD_SECONDS / self.seconds)
        for value in self._highest:
            held = 0 if value == value else held + 1
            before = found[-1] if found and held <= hold else None
            found.append(int(value) if value == value else before)
        return found

    def _place(self, t: float) -> int:
        place = max(0, int(t / self.seconds))
        while place >= MOST_COLUMNS:
            self._halve()
            place = int(t / self.seconds)
        missing = place + 1 - len(self._busy)
        if missing > 0:
            self._intervals += [0] * missing
            self._busy += [0.0] * missing
            self._highest += [math.nan] * missing
        return place

    def _halve(self) -> None:
        self.seconds *= 2
        starts = range(0, len(self._busy), 2)
        self._intervals = [sum(self._intervals[place : place + 2]) for place in starts]
        self._busy = [sum(self._busy[place : place + 2]) for place in starts]
        self._highest = [highest(self._highest[place : place + 2]) for place in starts]


class HighestReadings:
    """Takes readings one by one and keeps the highest of memory and of the pressure level."""

    def __init__(self, sensors: Iterable[SensorInfo], *, wires: bool) -> None:
        """Begin without a reading; `wires`: the wired memory is macOS's."""
        self._wires = wires
        self._bytes: dict[str, float] = {}
        self._pressure = PressureLevel(sensors)
        self._level = math.nan

    def sample(self, event: events.Sample) -> None:
        """Take the readings of a tick."""
        for name, kind in _MEMORY.items():
            if (value := event.values.get(name)) is not None:
                self.memory("unevictable" if kind == "wired" and not self._wires else kind, value)
        self._pressure.take(event)
        level = self._pressure.level
        # A comparison with NaN is false, so the first value replaces it.
        if level is not None and not self._level >= level:
            self._level = level

    def memory(self, kind: str, value: float) -> None:
        """Take a reading of memory in bytes."""
        if not self._bytes.get(kind, math.nan) >= value:
            self._bytes[kind] = value

    @property
    def bytes(self) -> dict[str, int]:
        """The highest of each kind in whole bytes, as `Figures.peak_bytes` names them."""
        return {kind: int(value) for kind, value in self._bytes.items()}

    @property
    def level(self) -> int | None:
        """The worst pressure level; None if none is known."""
        return int(self._level) if self._level == self._level else None
