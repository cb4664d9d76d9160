"""The moment being looked at: following now, frozen, or playing a recording."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from mlxtop import clock
from mlxtop.timeline import Timeline

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Playing speeds, as multiples of the time it took."""


class Playhead:
    """A time on a timeline, and how it moves.

    Live it follows the clock until it is frozen or moved; in a replay it plays from the
    beginning. `now` gives seconds on the shared clock (replaced in tests).
    """

    def __init__(
        self, timeline: Timeline, *, live: bool, now: Callable[[], float] = clock.now
    ) -> None:
        self.timeline = timeline
        self.live = live
        self.speed = 1.0
        self.following = live
        self.playing = not live
        self._now = now
        self._position = 0.0
        self._moved_at = now()

    @property
    def start(self) -> float:
        """The earliest moment there is to see."""
        origin = self.timeline.origin
        return self._now() if origin is None else origin

    @property
    def end(self) -> float:
        """The latest moment there is to see: now, or the end of the file."""
        if self.live:
            return self._now()
        return self.start if self.timeline.last is None else self.timeline.last

    @property
    def frozen(self) -> bool:
        """True while a live run goes on behind a view that stands still."""
        return self.live and not self.following

    @property
    def at_end(self) -> bool:
        """True where there is nothing later to see."""
        return self.time() >= self.end

    def time(self) -> float:
        """Return the moment being looked at, in seconds on the shared clock."""
        if self.following:
            return self._now()
        if self.playing:
            now = self._now()
            self._position += (now - self._moved_at) * self.speed
            self._moved_at = now
            if self._position >= self.end:
                self._position = self.end
                self.playing = False
        return max(self.start, min(self._position, self.end))

    def toggle(self) -> None:
        """Freeze or follow a live run; play or pause a replay, from its start when at its end."""
        if self.live:
            if self.following:
                self.go_to(self._now())
            else:
                self.go_end()
            return
        if self.playing:
            self._position = self.time()
            self.playing = False
        else:
            position = self.start if self.at_end else self.time()
            self.playing = True
            self._position, self._moved_at = position, self._now()

    def go_to(self, t: float) -> None:
        """Look at time t, as near as there is something to see; a live view freezes there."""
        self.following = False
        self._position = max(self.start, min(t, self.end))
        self._moved_at = self._now()

    def go_start(self) -> None:
        """Look at the earliest moment."""
        self.go_to(self.start)

    def go_end(self) -> None:
        """Look at the latest moment; a live view follows it again."""
        self.go_to(self.end)
        self.following = self.live

    def skip(self, seconds: float) -> None:
        """Move by seconds, back where negative."""
        self.go_to(self.time() + seconds)

    def step(self, count: int) -> None:
        """Move by samples, back where negative; a replay stops playing."""
        t = self.time()
        self.playing = False
        ticks = self.timeline.ticks
        place = bisect_right(ticks, t) if count > 0 else bisect_left(ticks, t) - 1
        place += count - 1 if count > 0 else count + 1
        if 0 <= place < len(ticks):
            self.go_to(ticks[place])
        else:
            self.go_to(self.end if count > 0 else self.start)

    def change_speed(self, steps: int) -> None:
        """Play faster, or slower where negative, within 0.25 to 64 times."""
        t = self.time()
        place = SPEEDS.index(self.speed) + steps
        self.speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]
        if not self.following:
            self.go_to(t)
