"""A figure over time: arrays of times, shared with other figures, and values."""

import math
from array import array
from bisect import bisect_right
from weakref import WeakValueDictionary

from mlxtop.folds.peaks import Peaks
from mlxtop.folds.pressure import HOLD_SECONDS


class Times:
    """Times in seconds, ascending, of figures that were always read together so far.

    Each figure uses as many of the times as it has values. A figure that is read at another time
    gets a copy, shared by all figures that leave at the same place and are next read together: so
    the figures of a sensor stay together, and a day of 30 figures has two or three arrays of times.
    """

    __slots__ = ("__weakref__", "_parted", "stamps")

    def __init__(self, stamps: "array[float] | None" = None) -> None:
        self.stamps = array("d") if stamps is None else stamps
        self._parted: WeakValueDictionary[tuple[int, float], Times] = WeakValueDictionary()

    def read(self, count: int, t: float) -> "Times":
        """Return the times of a figure that has `count` of these and was read at t, t included.

        t must not be before the last of the `count`.
        """
        stamps = self.stamps
        if len(stamps) == count:
            stamps.append(t)
            return self
        if len(stamps) == count + 1 and stamps[count] == t:
            return self
        parted = self._parted.get((count, t))
        # A figure that was read again since then has another time there.
        if parted is None or len(parted.stamps) != count + 1:
            parted = self._parted[count, t] = Times(stamps[:count])
            parted.stamps.append(t)
        return parted


class Series:
    """Times in seconds on the shared clock, ascending, and a value at each; NaN is "unknown"."""

    __slots__ = ("_late", "_peaks", "_times", "_values", "hold")

    def __init__(self, hold: float = HOLD_SECONDS, times: Times | None = None) -> None:
        """Begin without a reading; `times` are shared by figures that are read together."""
        self._times = Times() if times is None else times
        self._values = array("d")
        self._peaks = Peaks(self._values)
        self._late: list[tuple[float, float]] = []
        """Readings that came late, inserted together when the series is read: one by one, a file
        whose times run backwards would take quadratic time."""
        self.hold = hold

    def __len__(self) -> int:
        return len(self._values) + len(self._late)

    @property
    def values(self) -> "array[float]":
        """The values in the order of time: do not change them."""
        self._settle()
        return self._values

    @property
    def times(self) -> "array[float]":
        """When the values were read. Shared with other figures: do not change them."""
        self._settle()
        stamps, count = self._times.stamps, len(self._values)
        return stamps if len(stamps) == count else stamps[:count]

    @property
    def known(self) -> bool:
        """Whether there ever was a reading that is not unknown."""
        self._settle()
        return self._peaks.last_known(len(self._values)) >= 0

    def prepare(self) -> None:
        """Compute now what the next long chart will need: 10 ms for a day at 5 Hz."""
        self._settle()
        self._peaks.prepare()

    def add(self, t: float, value: float | None) -> None:
        """Store a reading; a late one is put in its place."""
        values = self._values
        count, stamps = len(values), self._times.stamps
        if count == len(stamps):
            if count and t < stamps[count - 1]:
                self._add_late(t, value)
                return
            stamps.append(t)
        elif count + 1 != len(stamps) or stamps[count] != t:
            if count and t < stamps[count - 1]:
                self._add_late(t, value)
                return
            self._times = self._times.read(count, t)
        values.append(math.nan if value is None else value)

    def _add_late(self, t: float, value: float | None) -> None:
        self._late.append((t, math.nan if value is None else value))

    def _settle(self) -> None:
        """Put late readings in their places."""
        if not self._late:
            return
        count = len(self._values)
        pairs = [*zip(self._times.stamps[:count], self._values, strict=True), *self._late]
        first = bisect_right(self._times.stamps, min(t for t, _ in self._late), 0, count)
        # Of equal times the first reading stays first.
        pairs[first:] = sorted(pairs[first:], key=lambda pair: pair[0])
        self._times = Times(array("d", [t for t, _ in pairs]))
        self._values[first:] = array("d", [value for _, value in pairs[first:]])
        self._late = []
        self._peaks.forget(first)

    def _count(self, t: float) -> int:
        """Return how many readings there are up to time t."""
        self._settle()
        count, stamps = len(self._values), self._times.stamps
        # The last reading is needed more often than any other.
        if not count or stamps[count - 1] <= t:
            return count
        return bisect_right(stamps, t)

    def at(self, t: float) -> float | None:
        """Return the reading valid at time t; None if unknown or older than `hold`."""
        place = self._count(t) - 1
        if place < 0 or t - self._times.stamps[place] > self.hold:
            return None
        value = self._values[place]
        return None if value != value else value

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """Return (time, value) of the readings after `start` up to `end`; NaN is "unknown"."""
        low, high = self._count(start), self._count(end)
        return list(zip(self._times.stamps[low:high], self._values[low:high], strict=True))

    def last_before(self, t: float) -> tuple[float, float] | None:
        """Return (time, value) of the last known reading at or before t, however old."""
        place = self._peaks.last_known(self._count(t))
        return None if place < 0 else (self._times.stamps[place], self._values[place])

    def columns(self, start: float, width: float, count: int, until: float) -> list[float]:
        """Return the highest reading in each of `count` columns of `width` seconds from `start`.

        Column i covers (start + i·width, start + (i+1)·width]; nothing after `until` counts.
        A column without a reading repeats the one before it for at most `hold` seconds, then
        is NaN. The highest, so that a peak of one sample never disappears.
        """
        result = [math.nan] * count
        low, end = self._count(start), self._count(until)
        stamps, values, highest = self._times.stamps, self._values, self._peaks.highest
        for column in range(count):
            left = start + column * width
            if left >= until:
                break
            right = min(left + width, until)
            high = bisect_right(stamps, right, low, end)
            if high > low:
                result[column] = highest(low, high) if high - low > 1 else values[low]
            elif low > 0 and right - stamps[low - 1] <= self.hold:
                result[column] = values[low - 1]
            low = high
        return result
