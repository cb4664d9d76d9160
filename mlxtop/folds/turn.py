"""A reply: its prefill, its tokens each with its own time, its figures as of any moment."""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlxtop.events import Breakdown, Channel, Prefill, Tokens, TurnEnd, TurnStart
from mlxtop.folds.history import History
from mlxtop.folds.steps import RATE_WINDOW_SECONDS, Latency, Steps


@dataclass(frozen=True, slots=True)
class ReplyText:
    """The thinking and the text of a reply. None: no text was kept."""

    thinking: str
    reply: str | None


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
        self.prefill: History[Prefill] = History()
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
        self.steps = Steps(self.times, batch=start.batch > 1)

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
        self.with_draft = self.with_draft or any(batch.draft or ())
        self.steps.add(batch)
        self.times.extend(batch.times)
        # Tokens without text end at the same place as the one before.
        ends.extend([length] * (len(self.times) - len(ends)))

    def finish(self, end: TurnEnd) -> None:
        """Store the end of the turn."""
        self.end = end
        # A day has a million pieces of text, and each of them would be an object.
        self._whole()

    def ended(self, t: float) -> TurnEnd | None:
        """Return the turn's end if it had come by time t."""
        return self.end if self.end is not None and self.end.t <= t else None

    def fed_share(self, t: float) -> float:
        """Return how much of the prompt had been fed by time t, 0 to 1."""
        fed = self.prefill.at(t)
        return fed.done_tokens / fed.total_tokens if fed is not None and fed.total_tokens else 0.0

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
        """Return the reply as it was at time t."""
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

    def reply_span(self, place: int) -> tuple[int, int] | None:
        """Return where a token begins and ends in the text of the reply; None if it is thinking."""
        begin, end = (self._lengths_after(count)["reply"] for count in (place, place + 1))
        return (begin, end) if begin < end else None

    def gap(self, place: int) -> float:
        """Return the seconds between a token and the one before it."""
        return self.times[place] - self.times[place - 1]

    def slowest(self) -> list[int]:
        """Return the places of all tokens but the first, the slowest one first."""
        return sorted(range(1, len(self.times)), key=self.gap, reverse=True)

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
        return 1 - len(self.steps) / len(self.times)

    def first_token(self, t: float) -> float | None:
        """Return the time of the first token, if it had come by time t."""
        return self.times[0] if self.times and self.times[0] <= t else None

    def ttft(self, t: float) -> float | None:
        """Return seconds from the request to the first token."""
        first = self.first_token(t)
        return None if first is None else first - self.start.t

    def decode_rate(self, t: float) -> float | None:
        """Return tokens/s of the whole turn so far, from the end of its first step to its last.

        That is (n − 1) / (last − first token's time) where each step gives one token. With a draft
        model and in a batch the tokens of the first step are left out, for the prefill is in its
        time, and a last one that a draft model's proposals broke off in; None before two steps.
        """
        count = self.steps.until(t)
        return None if count < 2 else self.steps.rate(0, count - 1)

    def rate(self, t: float) -> float | None:
        """Return tokens/s around time t, over the last second; None outside of decode."""
        return None if self.ended(t) is not None else self.steps.rate_around(t)

    def last_rate(self, left: float, right: float) -> float | None:
        """Return tokens/s as of the last token, where that came after `left` and by `right`."""
        count = self.tokens(right)
        if count == 0 or self.times[count - 1] <= left or self.ended(right) is None:
            return None
        return self.steps.rate_around(self.times[count - 1])

    def intervals(self, t: float) -> Sequence[float]:
        """Return the seconds between tokens (draft model, batch: steps) by time t, ascending."""
        return self.steps.intervals(t)

    def latency(self, t: float) -> Latency | None:
        """Return percentiles of the `intervals` by time t."""
        return self.steps.latency(t)


def token_rates(
    turns: History[Turn], start: float, width: float, count: int, until: float
) -> list[float]:
    """Return tokens/s at the right edge of each of `count` columns; NaN outside of decode.

    A reply that ended inside of a column shows in it, however short it was, where no later one
    is being written at the edge.
    """
    result = [math.nan] * count
    for column in range(count):
        left = start + column * width
        if left >= until:
            break
        right = min(left + width, until)
        rate = _rate(turns, left, right)
        if rate is not None:
            result[column] = rate
    return result


def rate_between(log: History[Turn], left: float, right: float) -> float | None:
    """Return tokens/s from `left` to `right`, of the last reply that has tokens there.

    Over a second at least, as tokens per second now; None without a token there, or before two.
    """
    place = bisect_right(log.times, right) - 1
    while place >= 0:
        turn = log.values[place]
        steps = turn.steps
        high = steps.until(right) - 1
        if high >= 0 and steps.ends[high] >= left:
            low = bisect_left(steps.ends, min(left, right - RATE_WINDOW_SECONDS))
            low = max(0, min(low, high - 1))
            return steps.rate(low, high) if low < high else None
        if turn.start.t <= left:
            return None
        place -= 1
    return None


def _rate(log: History[Turn], left: float, right: float) -> float | None:
    turns, place = log.values, bisect_right(log.times, right) - 1
    rate = turns[place].rate(right) if place >= 0 else None
    while rate is None and place >= 0:
        rate = turns[place].last_rate(left, right)
        if turns[place].start.t <= left:
            break
        place -= 1
    return rate
