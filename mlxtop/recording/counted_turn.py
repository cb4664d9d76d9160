"""A turn as a recording is read: its figures in one pass, whatever its length."""

from bisect import bisect_right

from mlxtop import events
from mlxtop.recording.figures import TurnFigures


class CountedTurn:
    """Takes a turn's tokens as they come, and holds no more than what its figures need."""

    def __init__(self, start: events.TurnStart, prompt: str) -> None:
        """Begin; `prompt` is what the user said last."""
        self.start = start
        self.prompt = prompt
        self.tokens = 0
        """Those whose times are known."""
        self._first: float | None = None
        """When the first token came."""
        self._decode_began: float | None = None
        """When the first step ended."""
        self._with_prefill = 0
        """Tokens of the first step, whose time is the prefill's too."""
        self._stepped = 0
        """Tokens up to the end of the last whole step."""
        self._last = 0.0
        """When that step ended."""
        self._drafted = False

    @property
    def may_count(self) -> bool:
        """Whether its figures are those of a chat or of a trial."""
        return self.start.purpose is None or self.start.purpose.what == "trial"

    @property
    def ttft(self) -> float | None:
        """Seconds from the request to the first token."""
        return None if self._first is None else self._first - self.start.t

    @property
    def decoded(self) -> int:
        """Tokens of whole steps after the first one."""
        return self._stepped - self._with_prefill

    @property
    def rate(self) -> float | None:
        """Tokens/s from the end of the first step to that of the last, as the timeline has it."""
        if self._decode_began is None or self._last <= self._decode_began:
            return None
        return self.decoded / (self._last - self._decode_began)

    def add(self, batch: events.Tokens) -> tuple[int, float]:
        """Take the next tokens; return those that whole steps added, and the seconds they took.

        None of the first step, for its time is the prefill's.
        """
        times, before = batch.times, self.tokens
        self.tokens += len(times)
        if self._first is None:
            self._first = times[0]
        first, last = self._whole_steps(batch)
        if not last:
            return 0, 0.0
        if self._decode_began is None:
            self._decode_began = self._last = times[first - 1]
            self._with_prefill = self._stepped = before + first
        since, stepped = self._last, self._stepped
        self._last, self._stepped = times[last - 1], before + last
        return self._stepped - stepped, self._last - since

    def _whole_steps(self, batch: events.Tokens) -> tuple[int, int]:
        """Return how many of these tokens came by the end of the first step, and of the last."""
        times, draft = batch.times, batch.draft
        if self.start.batch > 1:
            return bisect_right(times, times[0]), len(times)
        self._drafted = self._drafted or any(draft or ())
        if draft is None or not self._drafted:
            return 1, len(times)
        if False not in draft:
            return 0, 0
        return draft.index(False) + 1, len(draft) - draft[::-1].index(False)

    def line(self, end: events.TurnEnd | None = None) -> TurnFigures:
        """Return its figures as they stand, or at its end."""
        return TurnFigures(
            number=self.start.turn,
            prompt=self.prompt,
            prompt_tokens=0 if end is None else end.prompt_tokens,
            tokens=(end.generation_tokens if end is not None else 0) or self.tokens,
            ttft_seconds=self.ttft,
            tokens_per_second=self.rate,
            finish_reason="" if end is None else end.finish_reason,
        )
