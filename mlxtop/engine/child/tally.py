"""What a turn came to, for the event that ends it."""

from dataclasses import dataclass, field

from mlxtop import clock
from mlxtop.events import Channel, FinishReason, TurnEnd


@dataclass
class Tally:
    """What a turn came to so far, so that it can be told however the turn ends."""

    arrived: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated: list[int] = field(default_factory=list)
    from_draft: list[bool] = field(default_factory=list)
    first_token: float | None = None
    prompt_rate: float | None = None
    generation_rate: float | None = None
    tail_text: str | None = None
    tail_channel: Channel = "reply"

    def end(self, turn: int, reason: FinishReason, error: str = "") -> TurnEnd:
        """Return the event that ends the turn."""
        first = self.first_token
        return TurnEnd(
            t=clock.now(),
            turn=turn,
            finish_reason=reason,
            prompt_tokens=self.prompt_tokens,
            cached_tokens=self.cached_tokens,
            generation_tokens=len(self.generated),
            ttft_seconds=None if first is None else first - self.arrived,
            prompt_tokens_per_second=self.prompt_rate,
            generation_tokens_per_second=self.generation_rate,
            tail_text=self.tail_text,
            tail_channel=self.tail_channel,
            error=error,
        )
