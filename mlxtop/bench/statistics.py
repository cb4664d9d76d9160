"""Figures over the trials that count: median, range, and the interval of the median."""

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache

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


def can_distinguish(first: int, second: int) -> bool:
    """Return whether so many values each are enough to see a difference, if none overlap."""
    return math.comb(first + second, first) * (1 - CONFIDENCE) >= 2 - 1e-9


def distinguished(first: Sequence[float], second: Sequence[float]) -> bool:
    """Return whether two groups of values differ with 95 % confidence.

    The two-sided rank-sum test of Mann and Whitney, exact for up to 1,000 pairs and then from the
    normal distribution; equal values count for neither group.
    """
    if not first or not second:
        return False
    pairs = len(first) * len(second)
    ordered = sorted(first)
    higher = sum(bisect_left(ordered, b) + bisect_right(ordered, b) for b in second) / 2
    least = min(higher, pairs - higher)
    if pairs > _EXACT:
        width = math.sqrt(pairs * (len(first) + len(second) + 1) / 12)
        chance = 2 * statistics.NormalDist().cdf((least + 0.5 - pairs / 2) / width)
    else:
        ways = _rank_sums(len(first), len(second))
        chance = (
            2 * sum(ways[: math.ceil(least) + 1]) / math.comb(len(first) + len(second), len(first))
        )
    return chance <= 1 - CONFIDENCE + 1e-9


@cache
def _rank_sums(first: int, second: int) -> list[int]:
    """Return in how many orders of two groups 0, 1, 2, … pairs have the second value higher."""
    ways = [1] + [0] * (first * second)
    for size in range(1, first + 1):
        # Times 1 − q^(second + size), then divided by 1 − q^size: a Gaussian binomial.
        for place in range(len(ways) - 1, second + size - 1, -1):
            ways[place] -= ways[place - second - size]
        for place in range(size, len(ways)):
            ways[place] += ways[place - size]
    return ways
