"""Values that replace one another over time, read as of any moment."""

from bisect import bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """Times in seconds, ascending, and a value at each."""

    __slots__ = ("times", "values")

    def __init__(self) -> None:
        self.times: list[float] = []
        self.values: list[T] = []

    def __len__(self) -> int:
        return len(self.times)

    def add(self, t: float, value: T) -> None:
        """Store a value; one that comes late is put in its place."""
        place = bisect_right(self.times, t)
        self.times.insert(place, t)
        self.values.insert(place, value)

    def at(self, t: float) -> T | None:
        """Return the latest value at or before t."""
        place = bisect_right(self.times, t)
        return self.values[place - 1] if place else None

    def until(self, t: float) -> list[T]:
        """Return every value at or before t, oldest first."""
        return self.values[: bisect_right(self.times, t)]

    def between(self, start: float, end: float) -> list[tuple[float, T]]:
        """Return (time, value) for start < time ≤ end."""
        low, high = bisect_right(self.times, start), bisect_right(self.times, end)
        return list(zip(self.times[low:high], self.values[low:high], strict=True))
