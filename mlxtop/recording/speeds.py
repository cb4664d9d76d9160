"""The speeds of a recording's turns, and what they come to together."""

import statistics
from collections.abc import Collection, Iterable

from mlxtop.recording.counted_turn import CountedTurn


class Speeds:
    """Holds three figures of each turn that may count."""

    def __init__(self) -> None:
        self._rates: list[tuple[int, float, int]] = []
        """The turn, its tokens/s, and how many of its tokens came at it."""
        self._ttfts: list[tuple[int, float]] = []
        """The turn, and its seconds to the first token."""

    def take(self, turn: CountedTurn) -> None:
        """Take the figures of a turn that has ended."""
        self._rates += _rates(turn)
        self._ttfts += _ttfts(turn)

    def medians(
        self, going_on: CountedTurn | None, left_out: Collection[int]
    ) -> tuple[float | None, float | None]:
        """Return tokens/s over the tokens, and seconds to the first token over the turns.

        With the turn that goes on, as it stands, and without those of these numbers.
        """
        rates, ttfts = self._rates, self._ttfts
        if going_on is not None:
            rates, ttfts = rates + _rates(going_on), ttfts + _ttfts(going_on)
        waits = [ttft for number, ttft in ttfts if number not in left_out]
        return (
            weighted_median(
                (rate, count) for number, rate, count in rates if number not in left_out
            ),
            statistics.median(waits) if waits else None,
        )


def _rates(turn: CountedTurn) -> list[tuple[int, float, int]]:
    rate = turn.rate if turn.may_count else None
    return [] if rate is None else [(turn.start.turn, rate, turn.decoded)]


def _ttfts(turn: CountedTurn) -> list[tuple[int, float]]:
    ttft = turn.ttft if turn.may_count else None
    return [] if ttft is None else [(turn.start.turn, ttft)]


def weighted_median(values: Iterable[tuple[float, int]]) -> float | None:
    """Return the value in the middle where each stands as often as its weight says.

    The mean of the two in the middle where there are two; None for nothing.
    """
    ordered = sorted(values)
    half, before = sum(weight for _, weight in ordered) / 2, 0
    middle: list[float] = []
    for value, weight in ordered:
        before += weight
        if before >= half:
            middle.append(value)
        if before > half:
            break
    return statistics.fmean(middle) if middle else None
