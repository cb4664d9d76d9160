"""Ratios of interleaved pairs with their interval: what a claim of a few percent needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.bench.statistics import spread


@dataclass(frozen=True, slots=True)
class Interval:
    """A median ratio and its 95 % interval; of fewer than six pairs lowest and highest."""

    median: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return f"{self.median:.4f}  [{self.low:.4f}, {self.high:.4f}]  over {self.pairs} pairs"


def interval(ratios: Sequence[float]) -> Interval:
    """Return the median of the ratios with its 95 % interval; raises ValueError without any."""
    found = spread(ratios)
    if found is None:
        raise ValueError("there are no pairs")
    low = found.lowest if found.low is None else found.low
    high = found.highest if found.high is None else found.high
    return Interval(found.median, low, high, found.trials)
