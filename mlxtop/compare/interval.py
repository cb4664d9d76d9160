"""How sure a ratio of two speeds is: a bootstrap over blocks of tokens."""

import random
from dataclasses import dataclass
from itertools import chain

BLOCK_TOKENS = 16
"""Neighbouring tokens are alike, so they are drawn in blocks and not one by one."""
MOST_BLOCKS = 400
FEWEST_BLOCKS = 8
RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of speeds and the interval that 95 % of the resampled ratios lie in."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, or `no difference` where the interval holds 1."""
        if self.low > 1:
            return "faster"
        return "slower" if self.high < 1 else "no difference"


def _blocks(replies: list[list[float]]) -> list[tuple[float, int]]:
    total = sum(map(len, replies))
    size = max(BLOCK_TOKENS, -(-total // MOST_BLOCKS))
    return [
        (sum(block), len(block))
        for block in chain.from_iterable(
            [reply[place : place + size] for place in range(0, len(reply), size)]
            for reply in replies
        )
    ]


def ratio(first: list[list[float]], second: list[list[float]], seed: int = 1) -> Ratio | None:
    """Return the speed of `second` over that of `first`, from the seconds between tokens.

    The lists hold the intervals of each reply. None where either has fewer than eight blocks of
    16 tokens: too few to say anything.
    """
    one, other = _blocks(first), _blocks(second)
    if min(len(one), len(other)) < FEWEST_BLOCKS:
        return None
    draw = random.Random(seed)

    def speed(blocks: list[tuple[float, int]]) -> float:
        return sum(count for _, count in blocks) / sum(seconds for seconds, _ in blocks)

    drawn = sorted(
        speed(draw.choices(other, k=len(other))) / speed(draw.choices(one, k=len(one)))
        for _ in range(RESAMPLES)
    )
    tail = round((1 - CONFIDENCE) / 2 * RESAMPLES)
    return Ratio(speed(other) / speed(one), drawn[tail], drawn[-1 - tail])
