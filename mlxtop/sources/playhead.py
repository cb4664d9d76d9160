"""The viewed moment: live, frozen, or playing a recording."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Literal

from mlxtop import clock
from mlxtop.timeline import Timeline

Unit = Literal["sample", "token", "phase", "mark"]


def next_moment(timeline: Timeline, t: float, unit: Unit, *, forward: bool) -> float | None:
    """Return the nearest moment after t (or before it) with such a unit, if any.

    A phase has two: where it begins, and where it ends without another that begins there.
    """
    if unit == "token":
        return _token(timeline, t, forward=forward)
    if unit == "phase":
        return _phase(timeline, t, forward=forward)
    times = timeline.ticks if unit == "sample" else timeline.marks.times
    return _neighbour(times, t, forward=forward)


def _neighbour(times: Sequence[float], t: float, *, forward: bool) -> float | None:
    place = bisect_right(times, t) if forward else bisect_left(times, t) - 1
    return times[place] if 0 <= place < len(times) else None


def _token(timeline: Timeline, t: float, *, forward: bool) -> float | None:
    turns = timeline.turn_log.values
    place = bisect_right(timeline.turn_log.times, t) - 1
    # Most turns have tokens, so the first or second turn has it.
    nearest_first = range(max(0, place), len(turns)) if forward else range(place, -1, -1)
    for turn in (turns[place] for place in nearest_first):
        found = _neighbour(turn.times, t, forward=forward)
        if found is not None:
            return found
    return None


def _phase(timeline: Timeline, t: float, *, forward: bool) -> float | None:
    phases = timeline.phases
    place = bisect_right(phases, t, key=lambda phase: phase.start) - 1
    # The phase before t, the one around it and the one after it hold every candidate.
    around = phases[max(0, place - 1) : place + 2]
    moments = [phase.start for phase in around] + [phase.end for phase in around]
    last = timeline.last if timeline.last is not None else t
    moments = sorted(moment for moment in moments if moment <= last)
    return _neighbour(moments, t, forward=forward)


SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Playing speeds, as multiples of real time."""
SHORTEST_LOOP_SECONDS = 0.2


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
        self.is_growing = live
        """Whether the end is not known yet: the run continues, or its file is still read."""
        self.loop_from: float | None = None
        """Start of a loop whose end is not chosen yet."""
        self.loop: tuple[float, float] | None = None
        """Start and end of the range that repeats, in seconds on the shared clock."""
        self._now = now
        self._position = 0.0
        self._moved_at = now()

    @property
    def start(self) -> float:
        """The earliest moment that can be viewed."""
        origin = self.timeline.origin
        return self._now() if origin is None else origin

    @property
    def end(self) -> float:
        """The latest moment that can be viewed: now, or the end of the file."""
        if self.live:
            return self._now()
        return self.start if self.timeline.last is None else self.timeline.last

    @property
    def frozen(self) -> bool:
        """True while a live run continues behind a frozen view."""
        return self.live and not self.following

    @property
    def at_end(self) -> bool:
        """True if there is no later moment."""
        return self.time() >= self.end

    def time(self) -> float:
        """Return the viewed moment, in seconds on the shared clock."""
        if self.following:
            return self._now()
        if self.playing:
            now = self._now()
            self._position += (now - self._moved_at) * self.speed
            self._moved_at = now
            if self.loop is not None and self._position >= self.loop[1]:
                first, last = self.loop
                self._position = first + (self._position - last) % (last - first)
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
            position = self.start if self.at_end and self.loop is None else self.time()
            self.playing = True
            self._position, self._moved_at = position, self._now()

    def go_to(self, t: float) -> None:
        """View time t, or the nearest one available; a live view freezes there.

        A position outside of the loop clears it; otherwise playback would jump back.
        """
        self.following = False
        self._position = max(self.start, min(t, self.end))
        if self.loop is not None and not self.loop[0] <= self._position <= self.loop[1]:
            self.loop = None
        self._moved_at = self._now()

    def go_start(self) -> None:
        """View the earliest moment."""
        self.go_to(self.start)

    def go_end(self) -> None:
        """View the latest moment; a live view follows it again."""
        self.go_to(self.end)
        self.following = self.live

    def end_live(self, now: Callable[[], float] = clock.now) -> None:
        """End the run: from now on this is a replay at the same moment.

        `now` is the clock of playback: that of an ended run no longer advances.
        """
        t = self.time()
        self.live = self.following = self.playing = self.is_growing = False
        self._now = now
        self.go_to(t)

    def skip(self, seconds: float) -> None:
        """Move by seconds, back if negative."""
        self.go_to(self.time() + seconds)

    def step(self, unit: Unit, *, forward: bool) -> bool:
        """Move to the next sample, token, phase or mark, or the one before; a replay pauses.

        Return False, without moving, if there is none.
        """
        t = self.time()
        self.playing = False
        moment = next_moment(self.timeline, t, unit, forward=forward)
        if moment is not None and not self.start <= moment <= self.end:
            moment = None
        if moment is None and unit == "sample":
            edge = self.end if forward else self.start
            moment = edge if edge != t else None
        if moment is None:
            return False
        self.go_to(moment)
        return True

    def choose_loop(self) -> None:
        """Start a loop here; end it here and play it; or clear the current loop."""
        t = self.time()
        if self.loop is not None:
            self.loop = None
        elif self.loop_from is None:
            self.loop_from = t
        else:
            first, last = sorted((self.loop_from, t))
            self.loop_from = None
            if last - first >= SHORTEST_LOOP_SECONDS:
                self.loop = (first, last)
                self.go_to(first)
                self.playing, self._moved_at = True, self._now()

    def change_speed(self, steps: int) -> None:
        """Play faster, or slower if negative, within 0.25 to 64 times."""
        t = self.time()
        place = SPEEDS.index(self.speed) + steps
        self.speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]
        if not self.following:
            self.go_to(t)
