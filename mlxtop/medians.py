"""The value in the middle: of those that are known, or of weighted ones."""

import statistics
from collections.abc import Iterable


def median_of_known(values: Iterable[float | None]) -> float | None:
    """Return the median of the values that are not None; None where there is none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def weighted_median(values: Iterable[tuple[float, int]]) -> float | None:
    """Return the value in the middle where each stands as often as its weight says.

    The mean of the two in the middle where there are two; None for nothing.
    """
    ordered = sorted(values)
    half, before = sum(weight for _, weight in ordered) / 2, 0
    middle: list[float] = []
    for value, weight in ordered:
        before += weight
        if before >= half:
            middle.append(value)
        if before > half:
            break
    return statistics.fmean(middle) if middle else None
