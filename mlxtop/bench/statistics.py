"""Figures over the valid trials: median, spread, and how sure the median is."""

import random
import statistics
from collections.abc import Sequence
from functools import lru_cache

import msgspec

FEWEST = 3
"""Valid trials below which the result is called too few."""
FEWEST_FOR_INTERVAL = 5
"""Of fewer trials the resampled medians are just the trials."""
RESAMPLES = 4000
CONFIDENCE = 0.95


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over the trials."""

    median: float
    lowest: float
    highest: float
    low: float | None = None
    """95 % bootstrap interval of the median; None for fewer than five trials."""
    high: float | None = None
    trials: int


def median_interval(values: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """Return between what 95 % of the medians of resampled values lie."""
    draw = random.Random(seed)
    medians = sorted(
        statistics.median(draw.choices(values, k=len(values))) for _ in range(RESAMPLES)
    )
    tail = round((1 - CONFIDENCE) / 2 * RESAMPLES)
    return medians[tail], medians[-1 - tail]


@lru_cache(maxsize=2048)
def _interval(values: tuple[float, ...], seed: int) -> tuple[float, float]:
    """Return the interval, reckoned once: it takes some 20 ms, and a screen asks again."""
    return median_interval(values, seed)


def spread(values: Sequence[float | None], seed: int = 1) -> Spread | None:
    """Return a figure over the trials that know it; None where none does."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low = high = None
    if len(known) >= FEWEST_FOR_INTERVAL:
        low, high = _interval(tuple(known), seed)
    return Spread(
        median=statistics.median(known),
        lowest=min(known),
        highest=max(known),
        low=low,
        high=high,
        trials=len(known),
    )
