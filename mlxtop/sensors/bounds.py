"""Impossible values become None: a wrong figure is worse than no figure."""

from math import isfinite

# More than any machine has today, so that a corrupt counter is recognized.
LARGEST_SIZE = 1 << 50


def bounded_percent(value: float | None) -> float | None:
    """Return a share in percent, 0 to 100; None for any other value."""
    return bounded(value, 100.0)


def bounded_bytes(value: float | None, largest: float | None = None) -> float | None:
    """Return a size in bytes, or None if it is negative, not finite or beyond `largest`."""
    return bounded(value, LARGEST_SIZE if largest is None else largest)


def bounded(value: float | None, largest: float = 1e15) -> float | None:
    """Return the value if it is finite and within 0 to `largest`, else None."""
    if value is None or not isfinite(value) or value < 0 or value > largest:
        return None
    return value


class Traffic:
    """Turns counters that only grow into rates a second."""

    def __init__(self) -> None:
        """Begin without a reading: the first rate is None."""
        self._last: dict[str, tuple[float, float]] = {}

    def known(self, name: str) -> bool:
        """Return whether there is an earlier reading of `name`."""
        return name in self._last

    def rate(self, name: str, count: float | None, t: float) -> float | None:
        """Return the growth a second since the last reading of `name`.

        None at the first reading, after a missing reading, and if the counter went backwards
        (it was reset).
        """
        before = self._last.pop(name, None)
        if count is None:
            return None
        self._last[name] = (t, count)
        if before is None or t <= before[0] or count < before[1]:
            return None
        return bounded((count - before[1]) / (t - before[0]))
