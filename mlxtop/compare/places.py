"""Which tokens of two runs are compared with each other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.compare.interval import FEWEST_TOKENS
from mlxtop.compare.part import Reply


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
