"""One reply: its prefill, its tokens each with its own time, its figures as of any moment."""

import math
from array import array
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass

from mlxtop.events import Prefill, Tokens, TurnEnd, TurnStart
from mlxtop.timeline.log import Log

RATE_WINDOW_SECONDS = 1.0
"""Span of "tokens per second now": long enough to read, short enough to see a stall."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Inter-token latency of a turn in seconds; with a draft model, of its steps."""

    count: int
    p50: float
    p95: float
    p99: float
    highest: float


@dataclass(frozen=True, slots=True)
class ReplyText:
    """A reply as it stood: what the model thought, and what it said. None: no text was kept."""

    thinking: str
    reply: str | None


def percentile(ordered: list[float], share: float) -> float:
    """Return the value below which `share` (0–1) of the ascending list lies (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class Turn:
    """Everything known about one reply."""

    def __init__(self, start: TurnStart) -> None:
        self.start = start
        self.number = start.turn
        self.prefill: Log[Prefill] = Log()
        self.end: TurnEnd | None = None
        self.times = array("d")
        self.has_text = True
        self.with_draft = bool(start.draft)
        # Characters of each channel after token i, so that the text at token i is two slices.
        self._thinking_ends = array("q")
        self._reply_ends = array("q")
        self._is_thinking = array("b")
        self._thinking: list[str] = []
        self._reply: list[str] = []
        self._joined: tuple[int, str, str] = (0, "", "")
        # Ends of steps: every token, but with a draft model only those the model itself gave.
        self._step_times = array("d")
        self._intervals: tuple[int, list[float]] = (0, [])

    def add(self, batch: Tokens) -> None:
        """Store a batch; batches of one turn come in order."""
        thinking = self._thinking_ends[-1] if self._thinking_ends else 0
        reply = self._reply_ends[-1] if self._reply_ends else 0
        if batch.text is None:
            self.has_text = False
        for place, t in enumerate(batch.times):
            piece = batch.text[place] if batch.text and place < len(batch.text) else ""
            if batch.channel == "thinking":
                self._thinking.append(piece)
                thinking += len(piece)
            else:
                self._reply.append(piece)
                reply += len(piece)
            self.times.append(t)
            self._is_thinking.append(batch.channel == "thinking")
            self._thinking_ends.append(thinking)
            self._reply_ends.append(reply)
            if batch.draft is None or not batch.draft[place]:
                self._step_times.append(t)
            else:
                self.with_draft = True

    def finish(self, end: TurnEnd) -> None:
        """Store the end of the turn."""
        self.end = end

    def ended(self, t: float) -> TurnEnd | None:
        """Return the turn's end if it had come by time t."""
        return self.end if self.end is not None and self.end.t <= t else None

    def tokens(self, t: float) -> int:
        """Return the number of tokens that had come by time t."""
        return bisect_right(self.times, t)

    def thinking_tokens(self, t: float) -> int:
        """Return how many of the tokens that had come by time t were thinking."""
        return sum(self._is_thinking[: self.tokens(t)])

    def text(self, t: float) -> ReplyText:
        """Return the reply as it stood at time t."""
        count = self.tokens(t)
        thinking, reply = self._whole()
        if count < len(self.times):
            thinking = thinking[: self._thinking_ends[count - 1] if count else 0]
            reply = reply[: self._reply_ends[count - 1] if count else 0]
        end = self.ended(t)
        if end is not None and end.tail_text:
            if end.tail_channel == "thinking":
                thinking += end.tail_text
            else:
                reply += end.tail_text
        return ReplyText(thinking, reply if self.has_text else None)

    def when_said(self, characters: int, *, thinking: bool = False) -> float:
        """Return the time by which so many characters of the reply (or thinking) had come."""
        ends = self._thinking_ends if thinking else self._reply_ends
        token = bisect_left(ends, characters)
        if token < len(self.times):
            return self.times[token]
        return self.start.t if self.end is None else self.end.t

    def _whole(self) -> tuple[str, str]:
        count, thinking, reply = self._joined
        if count != len(self.times):
            thinking, reply = "".join(self._thinking), "".join(self._reply)
            # Joining once a frame stays cheap because what was joined is kept as one piece.
            self._thinking, self._reply = [thinking], [reply]
            self._joined = (len(self.times), thinking, reply)
        return thinking, reply

    def first_token(self, t: float) -> float | None:
        """Return the time of the first token, if it had come by time t."""
        return self.times[0] if self.times and self.times[0] <= t else None

    def ttft(self, t: float) -> float | None:
        """Return seconds from the request to the first token."""
        first = self.first_token(t)
        return None if first is None else first - self.start.t

    def decode_rate(self, t: float) -> float | None:
        """Return tokens/s of the whole turn so far: (n − 1) / (last − first token's time)."""
        count = self.tokens(t)
        if count < 2 or self.times[count - 1] <= self.times[0]:
            return None
        return (count - 1) / (self.times[count - 1] - self.times[0])

    def rate(self, t: float) -> float | None:
        """Return tokens/s around time t, over the last second; None outside of decode.

        Intervals per time between the first and last token of the window. A model slower than
        two tokens a second is read over its last interval; while no token comes, the open
        interval counts, so that a stall shows.
        """
        return None if self.ended(t) is not None else self._rate(t)

    def last_rate(self, left: float, right: float) -> float | None:
        """Return tokens/s as of the last token, where that came after `left` and by `right`."""
        count = bisect_right(self.times, right)
        if count == 0 or self.times[count - 1] <= left or self.ended(right) is None:
            return None
        return self._rate(self.times[count - 1])

    def _rate(self, t: float) -> float | None:
        high = bisect_right(self.times, t)
        if high < 2:
            return None
        low = min(bisect_left(self.times, t - RATE_WINDOW_SECONDS), high - 2)
        span = self.times[high - 1] - self.times[low]
        if t - self.times[high - 1] > RATE_WINDOW_SECONDS:
            span = t - self.times[low]
        return (high - 1 - low) / span if span > 0 else None

    def intervals(self, t: float) -> list[float]:
        """Return the intervals between tokens (draft model: steps) by time t, ascending.

        The list is kept and extended: do not change it.
        """
        count = max(0, bisect_right(self._step_times, t) - 1)
        known, ordered = self._intervals
        times = self._step_times
        if known > count:
            known, ordered = 0, []
        if count - known > 64:
            ordered = sorted(times[i + 1] - times[i] for i in range(count))
        else:
            for i in range(known, count):
                insort(ordered, times[i + 1] - times[i])
        self._intervals = (count, ordered)
        return ordered

    def latency(self, t: float) -> Latency | None:
        """Return percentiles of the intervals between tokens (draft model: steps) by time t."""
        ordered = self.intervals(t)
        if not ordered:
            return None
        return Latency(
            len(ordered),
            percentile(ordered, 0.50),
            percentile(ordered, 0.95),
            percentile(ordered, 0.99),
            ordered[-1],
        )
