"""Figures over the trials that count: median, range, and the interval of the median."""

import math
import statistics
from collections.abc import Sequence

import msgspec

FEWEST = 3
"""With fewer trials that count, a result has too few."""
FEWEST_FOR_INTERVAL = 6
"""With fewer, lowest to highest contains the median less than 95 times in 100."""
FEWEST_IN_WORDS = "six"
"""The same number in words."""
CONFIDENCE = 0.95
_EXACT = 1000
"""Up to this many values the rank is exact; beyond, from the normal distribution."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over the trials."""

    median: float
    lowest: float
    highest: float
    low: float | None = None
    """Of an interval that contains the median with 95 % confidence; None below six trials."""
    high: float | None = None
    trials: int


def rank(count: int) -> int:
    """Return k such that the k-th lowest and k-th highest of `count` values enclose the median.

    Their confidence is at least 95 % for any distribution of the values; k is the largest such
    rank, 0 if there is none. A value is below the median with probability one half, so the k-th
    lowest is above it with P(Binomial(count, ½) < k) (David and Nagaraja, Order
    Statistics, 7.1).
    """
    if count > _EXACT:
        wide = statistics.NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(count) / 2
        return math.floor(count / 2 - wide)
    ways, below, found = 1, 0, 0
    # In whole numbers: 2 · below / 2^count is the probability that the interval misses.
    while 40 * (below := below + ways) <= 2**count:
        found += 1
        ways = ways * (count - found + 1) // found
    return found


def coverage(count: int, place: int = 1) -> float:
    """Return how often, 0 to 1, the `place`-th lowest and highest of `count` hold the median."""
    missed = 2 * sum(math.comb(count, below) for below in range(place))
    chance: float = missed / 2**count
    return max(0.0, 1 - chance)


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return a figure over the trials that have it; None if none has."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    place = rank(len(known))
    return Spread(
        median=statistics.median(known),
        lowest=known[0],
        highest=known[-1],
        low=known[place - 1] if place else None,
        high=known[-place] if place else None,
        trials=len(known),
    )
