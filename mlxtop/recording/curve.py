"""A whole run as a few columns, made while it streams by: speed and memory over time."""

import math

MOST_COLUMNS = 128
HOLD_SECONDS = 2.5
_FINEST_SECONDS = 0.25


class Curve:
    """Columns of equal length from the run's beginning.

    When the run outgrows them each two become one, so that any run fits, whatever its length.
    """

    def __init__(self) -> None:
        self.seconds = _FINEST_SECONDS
        """Length of a column."""
        self._intervals = [0]
        """Intervals between tokens that ended in a column, and below the time they took."""
        self._busy = [0.0]
        self._highest = [math.nan]
        """The highest reading of memory in a column; NaN where there is none."""

    def tokens(self, t: float, intervals: int, seconds: float) -> None:
        """Count intervals between tokens, the last of which ended at t seconds of the run."""
        place = self._place(t)
        self._intervals[place] += intervals
        self._busy[place] += seconds

    def memory(self, t: float, value: float) -> None:
        """Take a reading in bytes at t seconds of the run."""
        place = self._place(t)
        # A comparison with NaN is false, so the first value wins over it.
        if not self._highest[place] >= value:
            self._highest[place] = value

    @property
    def rates(self) -> list[float | None]:
        """Tokens/s of each column while tokens came; None where none came."""
        pairs = zip(self._intervals, self._busy, strict=True)
        return [round(count / busy, 1) if busy > 0 else None for count, busy in pairs]

    @property
    def highest(self) -> list[float | None]:
        """The highest reading of each column in bytes; None where there is none.

        A reading stands for 2.5 s where no newer one comes.
        """
        found: list[float | None] = []
        held, hold = math.inf, math.ceil(HOLD_SECONDS / self.seconds)
        for value in self._highest:
            held = 0 if value == value else held + 1
            before = found[-1] if found and held <= hold else None
            found.append(value if value == value else before)
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
        pairs = [self._highest[place : place + 2] for place in starts]
        known = [[value for value in pair if value == value] for pair in pairs]
        self._highest = [max(values, default=math.nan) for values in known]
