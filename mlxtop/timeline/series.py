"""A figure over time: columns of (time, value), read as of any moment."""

import math
from array import array
from bisect import bisect_right

HOLD_SECONDS = 2.5
"""A reading stands this long when no newer one comes; after that there is a gap."""


class Series:
    """Times in seconds on the shared clock, ascending, and a value at each; NaN is "unknown"."""

    __slots__ = ("hold", "times", "values")

    def __init__(self, hold: float = HOLD_SECONDS) -> None:
        self.times = array("d")
        self.values = array("d")
        self.hold = hold

    def __len__(self) -> int:
        return len(self.times)

    def add(self, t: float, value: float | None) -> None:
        """Store a reading; one that comes late is put in its place."""
        number = math.nan if value is None else value
        if not self.times or t >= self.times[-1]:
            self.times.append(t)
            self.values.append(number)
            return
        place = bisect_right(self.times, t)
        self.times.insert(place, t)
        self.values.insert(place, number)

    def at(self, t: float) -> float | None:
        """Return the reading that stood at time t; None where unknown or older than `hold`."""
        place = bisect_right(self.times, t) - 1
        if place < 0 or t - self.times[place] > self.hold:
            return None
        value = self.values[place]
        return None if math.isnan(value) else value

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """Return (time, value) of the readings after `start` up to `end`; NaN is "unknown"."""
        low, high = bisect_right(self.times, start), bisect_right(self.times, end)
        return list(zip(self.times[low:high], self.values[low:high], strict=True))

    def last_before(self, t: float) -> tuple[float, float] | None:
        """Return (time, value) of the last known reading at or before t, however old."""
        place = bisect_right(self.times, t) - 1
        while place >= 0:
            if not math.isnan(self.values[place]):
                return self.times[place], self.values[place]
            place -= 1
        return None

    def columns(self, start: float, width: float, count: int, until: float) -> list[float]:
        """Return the highest reading in each of `count` columns of `width` seconds from `start`.

        Column i covers (start + i·width, start + (i+1)·width]; nothing after `until` counts.
        A column without a reading repeats the one before it for at most `hold` seconds, then
        is NaN. The highest, so that a spike of one sample never disappears.
        """
        times, values = self.times, self.values
        result = [math.nan] * count
        low = bisect_right(times, start)
        for column in range(count):
            left = start + column * width
            if left >= until:
                break
            right = min(left + width, until)
            high = bisect_right(times, right, low)
            if high > low:
                best = math.nan
                for value in values[low:high]:
                    # A comparison with NaN is false, so the first known value wins over it.
                    if not best >= value:
                        best = value if not math.isnan(value) else best
                result[column] = best
            elif low > 0 and right - times[low - 1] <= self.hold:
                result[column] = values[low - 1]
            low = high
        return result
