"""How sure a ratio of two speeds is, where each was observed in one run.

Tokens of a run are many, but the run is one: equal runs differ by more than their tokens do among
themselves, because whatever disturbs a machine lasts. Measured on a 2-core machine that others used
too, 24 equal runs of 800 tokens: of their 276 pairs, resampling blocks of 16 tokens called three in
four different, and the mean of eight long stretches with its own error still 46 %. So the stretches
are not averaged away: a run as a whole is taken to be as far off as an eighth of it is, which
called 8 % different.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

STRETCHES = 8
FEWEST_TOKENS = 16 * STRETCHES
_T_OF_7_DEGREES = 2.365
"""Student's t for 95 %, both sides, and as many degrees as there are stretches but one."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two speeds, and between what it would lie for 95 % of such pairs of runs."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, or `no difference` where the interval holds 1."""
        if self.low > 1:
            return "faster"
        return "slower" if self.high < 1 else "no difference"

    @property
    def smallest(self) -> float:
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
    reach = math.exp(_T_OF_7_DEGREES * statistics.stdev(logs))
    return Ratio(value, value / reach, value * reach)
