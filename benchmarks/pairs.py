"""Ratios of interleaved pairs, with a bootstrap interval: what a claim of a few percent needs."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.bench.statistics import median_interval


@dataclass(frozen=True, slots=True)
class Interval:
    """A median ratio and the interval that 95 % of the resampled medians lie in."""

    median: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return f"{self.median:.4f}  [{self.low:.4f}, {self.high:.4f}]  over {self.pairs} pairs"


def interval(ratios: Sequence[float]) -> Interval:
    """Return the median of the ratios with its 95 % percentile-bootstrap interval."""
    low, high = median_interval(ratios)
    return Interval(statistics.median(ratios), low, high, len(ratios))
