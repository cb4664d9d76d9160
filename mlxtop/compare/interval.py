"""The confidence of a ratio of two speeds, each observed in a single run.

A run has many tokens, but it is a single run: equal runs differ more than their tokens do, because
disturbances of a machine last. So the variation between sections of a run is not averaged away: a
whole run is assumed to be as far off as a sixteenth of it. A steady change with the length of the
context is not a disturbance and is removed (a quantized KV cache gets slower with its length).
docs/architecture.md has what was measured.
"""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.compare.part import Reply

STRETCHES = 16
FEWEST_TOKENS = 8 * STRETCHES
_STUDENT_T = 2.145
"""For 95 %, two-sided; degrees of freedom: the sections minus the two of a line."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two speeds, with the range for 95 % of such pairs of runs."""

    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The ratio and its interval: `0.858 [0.575, 1.280]`."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, or `inconclusive` if the interval contains 1."""
        if self.low > 1:
            return "faster"
        return "slower" if self.high < 1 else "inconclusive"

    @property
    def reach(self) -> float:
        """The smallest visible difference, as a share of the speed."""
        return self.high / self.value - 1


def ratio(first: Sequence[float], second: Sequence[float]) -> Ratio | None:
    """Return the speed of `second` over that of `first`; None for fewer than 128 intervals.

    Both are seconds between tokens; equal indexes are equal places.
    """
    count = len(first)
    if count < FEWEST_TOKENS or not sum(first) > 0 or not sum(second) > 0:
        return None
    logs = []
    for place in range(STRETCHES):
        low, high = (count * edge // STRETCHES for edge in (place, place + 1))
        one, other = sum(first[low:high]), sum(second[low:high])
        if not one > 0 or not other > 0:
            return None
        logs.append(math.log(one / other))
    value = sum(first) / sum(second)
    reach = math.exp(_STUDENT_T * _scatter(logs))
    return Ratio(value, value / reach, value * reach)


def _scatter(values: Sequence[float]) -> float:
    """Return the standard deviation of the values around the straight line through them."""
    places = range(len(values))
    slope, start = statistics.linear_regression(places, values)
    squares = [(value - start - slope * x) ** 2 for x, value in zip(places, values, strict=True)]
    return math.sqrt(math.fsum(squares) / (len(values) - 2))


@dataclass(frozen=True, slots=True)
class Common:
    """Seconds between tokens of both runs, pair by pair."""

    first: list[float]
    second: list[float]
    in_context: bool
    """Whether pairs have equal places in the context; otherwise in the reply."""


def common(first: Sequence[Reply], second: Sequence[Reply]) -> Common:
    """Return the intervals of tokens at equal places in the context.

    Tokens get slower with the length of the context. If contexts hardly overlap, tokens are paired
    by their place in the reply instead, replies in order.
    """
    one, other = _by_context(first), _by_context(second)
    shared = sorted(one.keys() & other.keys())
    if len(shared) >= FEWEST_TOKENS:
        return Common([one[at] for at in shared], [other[at] for at in shared], True)
    mine: list[float] = []
    yours: list[float] = []
    for a, b in zip(first, second, strict=False):
        sides = [
            dict(enumerate(reply.intervals, reply.even.place - reply.before)) for reply in (a, b)
        ]
        both = sorted(sides[0].keys() & sides[1].keys())
        mine += [sides[0][place] for place in both]
        yours += [sides[1][place] for place in both]
    return Common(mine, yours, False)


def joined(parts: Sequence[Common]) -> Common:
    """Return the pairs of several comparisons as one."""
    return Common(
        [interval for part in parts for interval in part.first],
        [interval for part in parts for interval in part.second],
        all(part.in_context for part in parts),
    )


def _by_context(replies: Sequence[Reply]) -> dict[tuple[int, int], float]:
    """Return intervals by (earlier visits of that place, tokens in the context).

    Another conversation has the same places again: separate visits keep the order in time.
    """
    found: dict[tuple[int, int], float] = {}
    times: Counter[int] = Counter()
    for reply in replies:
        before = reply.prompt_tokens
        if before is None:
            continue
        for place, interval in enumerate(reply.intervals, before + reply.even.place):
            found[times[place], place] = interval
            times[place] += 1
    return found
