"""The value in the middle of those that are known."""

import statistics
from collections.abc import Iterable


def median_of_known(values: Iterable[float | None]) -> float | None:
    """Return the median of the values that are not None; None where there is none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
