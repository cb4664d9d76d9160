"""Ratios of interleaved pairs, with a bootstrap interval: what a claim of a few percent needs."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 10_000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A median ratio and the interval that 95 % of the resampled medians lie in."""

    median: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return f"{self.median:.4f}  [{self.low:.4f}, {self.high:.4f}]  over {self.pairs} pairs"


def interval(ratios: Sequence[float], seed: int = 1) -> Interval:
    """Return the median of the ratios with its 95 % percentile-bootstrap interval."""
    draw = random.Random(seed)
    medians = sorted(
        statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES)
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = medians[int(tail * RESAMPLES)], medians[int((1 - tail) * RESAMPLES) - 1]
    return Interval(statistics.median(ratios), low, high, len(ratios))
