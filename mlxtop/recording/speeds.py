"""The speeds of a recording's turns, and what they come to together."""

import statistics
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mlxtop.medians import median_of_known
from mlxtop.recording.counted_turn import CountedTurn


@dataclass(frozen=True, slots=True)
class _Speed:
    """What is held of a turn that may count."""

    turn: int
    of_chat: bool
    rate: float | None
    """Tokens/s, at which so many `tokens` came."""
    tokens: int
    ttft: float | None


class Speeds:
    """Holds the figures of each turn that may count."""

    def __init__(self) -> None:
        self._speeds: list[_Speed] = []

    def take(self, turn: CountedTurn) -> None:
        """Take the figures of a turn that has ended."""
        self._speeds += _speed(turn)

    def medians(
        self, going_on: CountedTurn | None, valid: Collection[int]
    ) -> tuple[float | None, float | None]:
        """Return tokens/s and seconds to the first token: medians over valid trials.

        Where anything was said in a chat, tokens/s is the median over the tokens of its turns and
        of the valid trials, with the turn that goes on as it stands. `valid` has the trials' turns.
        """
        speeds = self._speeds + ([] if going_on is None else _speed(going_on))
        counted = [one for one in speeds if one.of_chat or one.turn in valid]
        chat = any(one.of_chat for one in speeds)
        return (
            weighted_median(
                (one.rate, one.tokens if chat else 1) for one in counted if one.rate is not None
            ),
            median_of_known(one.ttft for one in counted),
        )


def _speed(turn: CountedTurn) -> list[_Speed]:
    if not turn.may_count:
        return []
    of_chat = turn.start.purpose is None
    return [_Speed(turn.start.turn, of_chat, turn.rate, turn.decoded, turn.ttft)]


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
