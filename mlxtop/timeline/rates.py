"""Tokens/s over time, whichever turn they are of."""

import math
from bisect import bisect_right

from mlxtop.folds.log import Log
from mlxtop.folds.turn import Turn


def token_rates(
    turns: Log[Turn], start: float, width: float, count: int, until: float
) -> list[float]:
    """Return tokens/s at the right edge of each of `count` columns; NaN outside of decode.

    A reply that ended inside of a column shows in it, however short it was, where no later one
    is being written at the edge.
    """
    result = [math.nan] * count
    for column in range(count):
        left = start + column * width
        if left >= until:
            break
        right = min(left + width, until)
        rate = _rate(turns, left, right)
        if rate is not None:
            result[column] = rate
    return result


def _rate(log: Log[Turn], left: float, right: float) -> float | None:
    turns, place = log.values, bisect_right(log.times, right) - 1
    rate = turns[place].rate(right) if place >= 0 else None
    while rate is None and place >= 0:
        rate = turns[place].last_rate(left, right)
        if turns[place].start.t <= left:
            break
        place -= 1
    return rate
