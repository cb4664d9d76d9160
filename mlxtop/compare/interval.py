"""How sure a ratio of two speeds is, where each was observed in one run.

Tokens of a run are many, but the run is one: equal runs differ by more than their tokens do among
themselves, because whatever disturbs a machine lasts. So the stretches of a run are not averaged
away: a run as a whole is taken to be as far off as a sixteenth of it is. What changes steadily with
the length of the context is no disturbance and is left out (a quantized KV cache costs more the
longer it is). docs/architecture.md has what was measured.
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
"""For 95 %, both sides, and as many degrees of freedom as stretches less the two of a line."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two speeds, and between what it would lie for 95 % of such pairs of runs."""

    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The ratio and its interval: `0.858 [0.575, 1.280]`."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, or `inconclusive` where the interval holds 1."""
        if self.low > 1:
            return "faster"
        return "slower" if self.high < 1 else "inconclusive"

    @property
    def reach(self) -> float:
        """The smallest difference that would be told, as a share of the speed."""
        return self.high / self.value - 1


def ratio(first: Sequence[float], second: Sequence[float]) -> Ratio | None:
    """Return the speed of `second` over that of `first`; None for fewer than 128 intervals.

    Both are seconds between tokens, and what stands at one place was observed at equal places.
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
    """Whether each pair has as many tokens before it; else as many of its own reply."""


def common(first: Sequence[Reply], second: Sequence[Reply]) -> Common:
    """Return the intervals of tokens that have as many tokens before them in the context.

    A token is slower the longer its context is. Where contexts hardly overlap, the tokens are
    paired by their place in the reply instead, the replies in their order.
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
    """Return pairs of several comparisons as those of one."""
    return Common(
        [interval for part in parts for interval in part.first],
        [interval for part in parts for interval in part.second],
        all(part.in_context for part in parts),
    )


def _by_context(replies: Sequence[Reply]) -> dict[tuple[int, int], float]:
    """Return intervals by (how often that place came before, tokens in the context).

    Another conversation passes the same places again: those are kept apart, so that what follows
    one another in time does so here too.
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
