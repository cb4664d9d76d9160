"""The kernel's counts of pages: one call a tick for all who read them, and what is new in it.

The kernel answers `host_statistics64` of programs that are not Apple's own two to ten times a
second, a number drawn at random each second, for all programs together; in between it repeats its
last answer (osfmk/kern/host.c, rate_limit_host_statistics). A repetition is not a reading: it would
be recorded as newer than it is, and its counters would seem to stand still.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mlxtop.clock import now
from mlxtop.sensors.macos.sources import Answers, Counts


@dataclass(frozen=True)
class Answer:
    """What was new at a call."""

    t: float
    """When it was called for, seconds on the shared clock."""
    within: float
    """In how many seconds before that the answer was made, maybe for another program: those since
    the call before."""
    counts: Counts


class SharedCounts:
    """The counts of `source`, for users that read them in the same order in every tick."""

    def __init__(self, source: Answers, clock: Callable[[], float] = now) -> None:
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
