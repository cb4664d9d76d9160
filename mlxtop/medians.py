"""Medians: of known values, or of weighted values."""

import statistics
from collections.abc import Iterable


def median_of_known(values: Iterable[float | None]) -> float | None:
    """Return the median of the values that are not None; None if there is none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def weighted_median(values: Iterable[tuple[float, int]]) -> float | None:
    """Return the weighted median: each value counts as often as its weight.

    The mean of the two in the middle if there are two; None without values.
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
