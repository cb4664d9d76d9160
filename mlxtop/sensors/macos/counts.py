"""The kernel's counts of pages: one call a tick for all who read them, and rates of what is new.

The kernel answers `host_statistics64` of programs that are not Apple's own two to ten times a
second, how often being drawn anew each second, for all programs together; in between it repeats its
last answer (osfmk/kern/host.c, rate_limit_host_statistics). A repetition is not a reading: it would
be recorded as newer than it is, and a counter in it seems to stand still.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mlxtop.clock import now
from mlxtop.sensors.macos.sources import Counts, Source
from mlxtop.sensors.sane import amount

# An answer may have been made for another program at any time since our last call. Over this many
# calls a rate is therefore true within a tenth.
WINDOW_READINGS = 10


@dataclass(frozen=True)
class Answer:
    """What was new at a call."""

    t: float
    """When it was called for, seconds on the shared clock."""
    within: float
    """In how many seconds before that the answer was made: those since the call before."""
    counts: Counts


class SharedCounts:
    """The counts of `source`, for users that read them in the same order in every tick."""

    def __init__(self, source: Source, clock: Callable[[], float] = now) -> None:
        """Call `source` at times of `clock`."""
        self.source = source
        self._clock = clock
        self._calls = 0
        self._called_at = -math.inf
        self._answer: Answer | None = None
        self._seen: dict[str, tuple[int, Answer | None]] = {}

    def new(self, user: str) -> Answer | None:
        """Return the answer if `user` has not had it yet, else None; raises OSError.

        The kernel is called when a user asks who knows of the last call already: the first of a
        tick.
        """
        calls, had = self._seen.get(user, (0, None))
        if calls == self._calls:
            self._call()
        self._seen[user] = (self._calls, self._answer)
        return None if self._answer is had else self._answer

    def _call(self) -> None:
        counts = self.source.counts()
        t = self._clock()
        within, self._called_at = t - self._called_at, t
        self._calls += 1
        if self._answer is None or not counts.repeats(self._answer.counts):
            self._answer = Answer(t, within, counts)


class Rate:
    """Growth a second of a counter over at least `seconds` of answers."""

    def __init__(self, seconds: float) -> None:
        """Begin without an answer."""
        self._seconds = seconds
        self._points: deque[tuple[float, int]] = deque()

    def grown(self, t: float, count: int | None) -> float | None:
        """Return the rate up to `t`; None until it can be told.

        Begins anew after a missing count, and where the counter went backwards (it was reset).
        """
        points = self._points
        if count is None or (points and count < points[-1][1]):
            points.clear()
        if count is None:
            return None
        points.append((t, count))
        # The newest point that is old enough; a hair of tolerance for ticks of exactly 0.1 s.
        while len(points) > 1 and t - points[1][0] >= self._seconds - 1e-6:
            points.popleft()
        elapsed = t - points[0][0]
        if elapsed <= 0 or elapsed < self._seconds - 1e-6:
            return None
        return amount(round((count - points[0][1]) / elapsed, 1))
