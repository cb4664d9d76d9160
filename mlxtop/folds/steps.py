"""The steps of a reply: the tokens that a model gives at once, and the speed of that.

A step gives one token; in a batch one for each request, with a draft model those that it proposed
and then one of the model's own. What came after the last such one is not a whole step: it was cut
off by the end of the reply, or is not over.
"""

import math
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, groupby
from operator import not_, sub

from mlxtop.events import Tokens

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
class Even:
    """Tokens with the tokens of a step spread evenly over it."""

    place: int
    """Tokens of the reply before the first of these."""
    times: Sequence[float]
    """From the end of the first step to the end of the last one."""


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0–1) of the ascending list lies (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def speed(tokens: int, seconds: float) -> float | None:
    """Return tokens/s; None if no time passed."""
    return tokens / seconds if seconds > 0 else None


def whole_steps(
    batch: Tokens, before: int, *, at_once: bool
) -> tuple[Sequence[float], Sequence[int]]:
    """Return when steps ended within these tokens, and the reply's tokens by each of the ends.

    `before`: tokens of the reply before these. `at_once`: requests are answered at once, so that
    what came at one time is a step.
    """
    times = batch.times
    if at_once:
        ends, counts = [], []
        for t, together in groupby(times):
            before += sum(1 for _ in together)
            ends.append(t)
            counts.append(before)
        return ends, counts
    every = range(before + 1, before + 1 + len(times))
    if not batch.draft:
        return times, every
    is_end = list(map(not_, batch.draft))
    return list(compress(times, is_end)), list(compress(every, is_end))


class Decode:
    """The speed of a reply over its whole steps, in one pass and without holding them."""

    def __init__(self, *, batch: bool) -> None:
        """Begin without a token."""
        self.tokens = 0
        """All that came."""
        self.first_token: float | None = None
        """When the first one came."""
        self._batch = batch
        self._first: tuple[float, int] | None = None
        """When the first step ended, and how many tokens had come by then."""
        self._last = (0.0, 0)
        """The same of the last whole step."""

    def add(self, batch: Tokens) -> tuple[int, float]:
        """Take the next tokens; return those that whole steps added, and the seconds they took.

        None of the first step, for the prefill is in its time.
        """
        before = self.tokens
        self.tokens += len(batch.times)
        if self.first_token is None:
            self.first_token = batch.times[0]
        ends, counts = whole_steps(batch, before, at_once=self._batch)
        if not ends:
            return 0, 0.0
        if self._first is None or (self._batch and ends[0] == self._first[0]):
            self._first = self._last = ends[0], counts[0]
        since, stepped = self._last
        self._last = ends[-1], counts[-1]
        return counts[-1] - stepped, ends[-1] - since

    @property
    def decoded(self) -> int:
        """Tokens of whole steps after the first one."""
        return 0 if self._first is None else self._last[1] - self._first[1]

    @property
    def rate(self) -> float | None:
        """Tokens/s from the end of the first step to that of the last; None before two steps."""
        return None if self._first is None else speed(self.decoded, self._last[0] - self._first[0])


class Steps:
    """The ends of a reply's steps, and how many tokens had come by each."""

    def __init__(self, times: "array[float]", *, batch: bool) -> None:
        """Begin without a step; `times` are those of the reply's tokens, and grow."""
        self._times = times
        self._batch = batch
        # If each token is a step, its time is all there is to know.
        self._own: array[float] | None = array("d") if batch else None
        self._counts = array("I")
        self._intervals: tuple[int, array[float]] = (0, array("d"))

    @property
    def ends(self) -> Sequence[float]:
        """When each step ended, ascending."""
        return self._times if self._own is None else self._own

    def __len__(self) -> int:
        return len(self.ends)

    def add(self, batch: Tokens) -> None:
        """Take tokens, before their times are added to those of the reply."""
        if self._own is None:
            if batch.draft is None or not any(batch.draft):
                return
            self._own = self._times[:]
            self._counts.extend(range(1, len(self._times) + 1))
        ends, counts = whole_steps(batch, len(self._times), at_once=self._batch)
        if self._batch and self._own and ends and self._own[-1] == ends[0]:
            # A step whose tokens came with two events.
            del self._own[-1], self._counts[-1]
        self._own.extend(ends)
        self._counts.extend(counts)

    def tokens(self, place: int) -> int:
        """Return how many tokens had come by the end of a step."""
        return place + 1 if self._own is None else self._counts[place]

    def until(self, t: float) -> int:
        """Return how many steps had ended by time t."""
        return bisect_right(self.ends, t)

    def rate(self, low: int, high: int) -> float | None:
        """Return tokens/s from the end of one step to that of a later one."""
        return speed(self.tokens(high) - self.tokens(low), self.ends[high] - self.ends[low])

    def rate_around(self, t: float) -> float | None:
        """Return tokens/s over the second before time t.

        A model slower than two steps a second is read over its last one; while no step ends, the
        open one counts, so that a stall shows.
        """
        ends, high = self.ends, self.until(t) - 1
        if high < 1:
            return None
        low = min(bisect_left(ends, t - RATE_WINDOW_SECONDS), high - 1)
        until = t if t - ends[high] > RATE_WINDOW_SECONDS else ends[high]
        return speed(self.tokens(high) - self.tokens(low), until - ends[low])

    def even(self, left: float, right: float) -> Even:
        """Return the tokens of the whole steps from `left` to `right`, evenly within each step.

        The first step's own time is not known, so that only its last token is there.
        """
        ends = self.ends
        low, high = bisect_left(ends, left), bisect_right(ends, right)
        if low >= high:
            return Even(0, ())
        first = self.tokens(low) - 1
        if self._own is None:
            return Even(first, ends[low:high])
        times = [ends[low]]
        for place in range(low + 1, high):
            count = self.tokens(place) - self.tokens(place - 1)
            width = (ends[place] - ends[place - 1]) / count
            times += [ends[place - 1] + width * number for number in range(1, count)]
            times.append(ends[place])
        return Even(first, times)

    def intervals(self, t: float) -> Sequence[float]:
        """Return the seconds between the ends of steps by time t, ascending.

        They are kept and extended: do not change them.
        """
        ends, count = self.ends, max(0, self.until(t) - 1)
        known, ordered = self._intervals
        if known > count or count - known > 64:
            ordered = array("d", sorted(map(sub, ends[1 : count + 1], ends)))
        else:
            for place in range(known, count):
                insort(ordered, ends[place + 1] - ends[place])
        self._intervals = (count, ordered)
        return ordered

    def latency(self, t: float) -> Latency | None:
        """Return percentiles of the `intervals` by time t."""
        ordered = self.intervals(t)
        if not ordered:
            return None
        p50, p95, p99 = (percentile(ordered, share) for share in (0.50, 0.95, 0.99))
        return Latency(len(ordered), p50, p95, p99, ordered[-1])
