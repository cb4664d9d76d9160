"""The counts of a turn, for the event that ends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mlxtop import clock
from mlxtop.events import Breakdown, Channel, FinishReason, TurnEnd


@dataclass
class TurnCounts:
    """The counts of a turn so far, available however it ends."""

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
    template_seconds: float | None = None
    tokenize_seconds: float | None = None
    parts: dict[str, float] = field(default_factory=dict)
    """Seconds of the timed parts, without chat template and tokenization."""

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time of the block to a part of the turn."""
        began = clock.now()
        try:
            yield
        finally:
            self.parts[part] = self.parts.get(part, 0.0) + clock.now() - began

    def breakdown(self, turn: int, began: float, t: float) -> Breakdown:
        """Return the parts of the time from `began` to `t`; the rest is overhead."""
        text = {"template": self.template_seconds, "tokenize": self.tokenize_seconds}
        parts = {part: seconds for part, seconds in text.items() if seconds is not None}
        parts |= self.parts
        parts["overhead"] = t - began - sum(parts.values())
        return Breakdown(t=t, turn=turn, parts=parts, steps=len(self.generated))

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
            template_seconds=self.template_seconds,
            tokenize_seconds=self.tokenize_seconds,
            error=error,
        )
