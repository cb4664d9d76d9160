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


def scale_words(top: float) -> Callable[[float | None], str]:
    """Return how the values of a scale of tok/s are written, of which there are quarters."""
    return fmt.on_scale(top / 4)


def token_ticks(low: float, high: float, width: int) -> list[tuple[float, str]]:
    """Return round numbers of tokens, as many as have room."""
    step = max(1.0, fmt.nice((high - low) / _parts(width)))
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [(step * place, fmt.count(step * place)) for place in places]


def clock_ticks(span: float, width: int) -> list[tuple[float, str]]:
    """Return round times from 0 to `span` seconds, as many as have room."""
    parts = _parts(width)
    days = 86400 * math.ceil(span / parts / 86400)
    step = next((step for step in fmt.CLOCK_STEPS if span / step <= parts), days)
    return [(float(step * place), fmt.clock(step * place)) for place in range(int(span / step) + 1)]


def _parts(width: int) -> int:
    return max(1, min(6, width // 16))
