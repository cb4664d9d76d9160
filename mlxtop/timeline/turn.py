"""One reply: its prefill, its tokens each with its own time, its figures as of any moment."""

import math
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_, sub

from mlxtop.events import Breakdown, Channel, Prefill, Tokens, TurnEnd, TurnStart
from mlxtop.timeline.log import Log

RATE_WINDOW_SECONDS = 1.0
"""Span of "tokens per second now": long enough to read, short enough to see a stall."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Inter-token latency of a turn in seconds; with a draft model or in a batch, of steps."""

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


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0–1) of the ascending list lies (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True, slots=True)
class _Run:
    """Tokens of one channel in a row."""

    first: int
    """Place of its first token."""
    channel: Channel
    other: int
    """Characters of the other channel before it."""


class Turn:
    """Everything known about one reply."""

    def __init__(self, start: TurnStart) -> None:
        self.start = start
        self.number = start.turn
        self.prefill: Log[Prefill] = Log()
        self.end: TurnEnd | None = None
        self.breakdown: Breakdown | None = None
        self.times = array("d")
        self.has_text = True
        self.with_draft = bool(start.draft)
        # Characters of its own channel after each token, so that the text at a token is a slice.
        self._ends = array("I")
        self._runs: list[_Run] = []
        self._pieces: dict[Channel, list[str]] = {"thinking": [], "reply": []}
        self._lengths: dict[Channel, int] = {"thinking": 0, "reply": 0}
        self._joined: tuple[int, str, str] = (0, "", "")
        # Ends of steps of several tokens (draft model, batch); else every token ends a step.
        self._steps: array[float] | None = array("d") if start.batch > 1 else None
        self._intervals: tuple[int, array[float]] = (0, array("d"))

    def add(self, batch: Tokens) -> None:
        """Store a batch; batches of one turn come in order."""
        channel, count = batch.channel, len(batch.times)
        if not self._runs or self._runs[-1].channel != channel:
            other: Channel = "reply" if channel == "thinking" else "thinking"
            self._runs.append(_Run(len(self.times), channel, self._lengths[other]))
        length, ends = self._lengths[channel], self._ends
        if batch.text is None:
            self.has_text = False
        else:
            for piece in batch.text[:count]:
                length += len(piece)
                ends.append(length)
            self._pieces[channel].append("".join(batch.text[:count]))
            self._lengths[channel] = length
        self._add_steps(batch)
        self.times.extend(batch.times)
        # Tokens without a text of their own end where the one before them does.
        ends.extend([length] * (len(self.times) - len(ends)))

    def _add_steps(self, batch: Tokens) -> None:
        if self.start.batch > 1:
            assert self._steps is not None
            ends = dict.fromkeys(batch.times)
            if self._steps:
                ends.pop(self._steps[-1], None)
            self._steps.extend(ends)
            return
        if batch.draft is not None and any(batch.draft):
            self.with_draft = True
            if self._steps is None:
                self._steps = self.times[:]
        if self._steps is not None:
            drafted = batch.draft or [False] * len(batch.times)
            self._steps.extend(compress(batch.times, map(not_, drafted)))

    def finish(self, end: TurnEnd) -> None:
        """Store the end of the turn."""
        self.end = end
        # A day holds a million pieces of text, and each of them would be an object.
        self._whole()

    def ended(self, t: float) -> TurnEnd | None:
        """Return the turn's end if it had come by time t."""
        return self.end if self.end is not None and self.end.t <= t else None

    def tokens(self, t: float) -> int:
        """Return the number of tokens that had come by time t."""
        return bisect_right(self.times, t)

    def thinking_tokens(self, t: float) -> int:
        """Return how many of the tokens that had come by time t were thinking."""
        count = self.tokens(t)
        return sum(
            max(0, min(end, count) - run.first)
            for run, end in self._spans()
            if run.channel == "thinking"
        )

    def _spans(self) -> Iterator[tuple[_Run, int]]:
        """Yield each run of tokens with the place at which it ends."""
        ends = [run.first for run in self._runs[1:]] + [len(self.times)]
        return zip(self._runs, ends, strict=False)

    def text(self, t: float) -> ReplyText:
        """Return the reply as it stood at time t."""
        count = self.tokens(t)
        thinking, reply = self._whole()
        if count < len(self.times):
            lengths = self._lengths_after(count)
            thinking, reply = thinking[: lengths["thinking"]], reply[: lengths["reply"]]
        end = self.ended(t)
        if end is not None and end.tail_text:
            if end.tail_channel == "thinking":
                thinking += end.tail_text
            else:
                reply += end.tail_text
        return ReplyText(thinking, reply if self.has_text else None)

    def _lengths_after(self, count: int) -> dict[Channel, int]:
        """Return the characters of each channel after the first `count` tokens."""
        if count == 0:
            return {"thinking": 0, "reply": 0}
        run = self._runs[bisect_left(self._runs, count, key=lambda run: run.first) - 1]
        own = self._ends[count - 1]
        if run.channel == "thinking":
            return {"thinking": own, "reply": run.other}
        return {"thinking": run.other, "reply": own}

    def when_said(self, characters: int, channel: Channel) -> float:
        """Return the time by which so many characters of the reply (or thinking) had come."""
        for run, end in self._spans():
            if run.channel == channel and self._ends[end - 1] >= characters:
                return self.times[bisect_left(self._ends, characters, run.first, end)]
        return self.start.t if self.end is None else self.end.t

    def _whole(self) -> tuple[str, str]:
        count, thinking, reply = self._joined
        if count != len(self.times):
            thinking, reply = map("".join, (self._pieces["thinking"], self._pieces["reply"]))
            # Joining once a frame stays cheap because what was joined is kept as one piece.
            self._pieces = {"thinking": [thinking], "reply": [reply]}
            self._joined = (len(self.times), thinking, reply)
        return thinking, reply

    @property
    def draft_share(self) -> float | None:
        """The share (0–1) of the tokens that a draft model proposed; None without one."""
        if not self.with_draft or not self.times:
            return None
        return 0.0 if self._steps is None else 1 - len(self._steps) / len(self.times)

    def first_token(self, t: float) -> float | None:
        """Return the time of the first token, if it had come by time t."""
        return self.times[0] if self.times and self.times[0] <= t else None

    def ttft(self, t: float) -> float | None:
        """Return seconds from the request to the first token."""
        first = self.first_token(t)
        return None if first is None else first - self.start.t

    def decode_rate(self, t: float) -> float | None:
        """Return tokens/s of the whole turn so far: (n − 1) / (last − first token's time).

        In a batch those that came with the first one are left out as well.
        """
        count = self.tokens(t)
        if count < 2 or self.times[count - 1] <= self.times[0]:
            return None
        return self._after(0, count) / (self.times[count - 1] - self.times[0])

    def _after(self, place: int, end: int) -> int:
        """Return how many of the first `end` tokens came later than the one at a place."""
        return end - bisect_right(self.times, self.times[place], place, end)

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
        before = bisect_left(self.times, self.times[high - 1], 0, high) - 1
        if before < 0:
            return None  # a batch's first step
        low = min(bisect_left(self.times, t - RATE_WINDOW_SECONDS), before)
        span = self.times[high - 1] - self.times[low]
        if t - self.times[high - 1] > RATE_WINDOW_SECONDS:
            span = t - self.times[low]
        return self._after(low, high) / span if span > 0 else None

    def intervals(self, t: float) -> Sequence[float]:
        """Return the intervals between tokens (draft model, batch: steps) by time t, ascending.

        They are kept and extended: do not change them.
        """
        times = self.times if self._steps is None else self._steps
        count = max(0, bisect_right(times, t) - 1)
        known, ordered = self._intervals
        if known > count or count - known > 64:
            ordered = array("d", sorted(map(sub, times[1 : count + 1], times)))
        else:
            for i in range(known, count):
                insort(ordered, times[i + 1] - times[i])
        self._intervals = (count, ordered)
        return ordered

    def latency(self, t: float) -> Latency | None:
        """Return percentiles of the `intervals` by time t."""
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
