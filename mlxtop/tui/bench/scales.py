"""Scales of the charts of a result."""

import math
from collections.abc import Callable, Sequence

from mlxtop import format as fmt

_QUARTERS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def top_of(values: Sequence[float]) -> float:
    """Return the end of a scale from 0 that holds the values, with quarters in round numbers."""
    high = 1.02 * max((value for value in values if math.isfinite(value)), default=0.0)
    if high <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(high / 4))
    return 4 * power * next(step for step in _QUARTERS if step * power >= high / 4 or step == 10)


def scale_words(top: float) -> Callable[[float], str]:
    """Return how the values of a scale of tok/s are written."""
    return fmt.count if top >= 20 else fmt.rate_number


def even_ticks(
    low: float, high: float, width: int, words: Callable[[float | None], str]
) -> list[tuple[float, str]]:
    """Return even parts of a scale, as many as have room."""
    parts = max(1, min(6, width // 16))
    return [
        (x, words(x)) for x in (low + (high - low) * place / parts for place in range(parts + 1))
    ]
