"""The turns of a recording in one pass: the figures of each, and their medians."""

from collections.abc import Collection
from dataclasses import dataclass

from mlxtop import events
from mlxtop.folds.steps import Decode
from mlxtop.medians import median_of_known, weighted_median
from mlxtop.recording.figures import TurnFigures


class CountedTurn:
    """A turn whose tokens are counted, but not kept."""

    def __init__(self, start: events.TurnStart, prompt: str) -> None:
        """Begin; `prompt` is the user's last message."""
        self.start = start
        self.prompt = prompt
        self.decode = Decode(batch=start.batch > 1)

    @property
    def may_count(self) -> bool:
        """Whether its figures count: those of a chat or of a trial."""
        return self.start.purpose is None or self.start.purpose.what == "trial"

    @property
    def ttft(self) -> float | None:
        """Seconds from the request to the first token."""
        first = self.decode.first_token
        return None if first is None else first - self.start.t

    def line(self, end: events.TurnEnd | None = None) -> TurnFigures:
        """Return its figures so far, or at its end."""
        return TurnFigures(
            number=self.start.turn,
            prompt=self.prompt,
            prompt_tokens=0 if end is None else end.prompt_tokens,
            tokens=(end.generation_tokens if end is not None else 0) or self.decode.tokens,
            ttft_seconds=self.ttft,
            tokens_per_second=self.decode.rate,
            finish_reason="" if end is None else end.finish_reason,
        )


@dataclass(frozen=True, slots=True)
class _Speed:
    """The figures of a turn that may count."""

    turn: int
    of_chat: bool
    rate: float | None
    """Tokens/s of so many `tokens`."""
    tokens: int
    ttft: float | None


class Speeds:
    """Keeps the figures of each turn that may count."""

    def __init__(self) -> None:
        self._speeds: list[_Speed] = []

    def take(self, turn: CountedTurn) -> None:
        """Take the figures of a turn that has ended."""
        self._speeds += _speed(turn)

    def medians(
        self, going_on: CountedTurn | None, valid: Collection[int]
    ) -> tuple[float | None, float | None]:
        """Return tokens/s and seconds to the first token: medians over valid trials.

        If there was a chat, tokens/s is the median over the tokens of its turns and
        of the valid trials, with the open turn as it is. `valid` has the trials' turns.
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
    of_chat, decode = turn.start.purpose is None, turn.decode
    return [_Speed(turn.start.turn, of_chat, decode.rate, decode.decoded, turn.ttft)]
