"""The moments that a view steps by: samples, tokens, phases, marks."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

from mlxtop.timeline import Timeline

Unit = Literal["sample", "token", "phase", "mark"]


def next_moment(timeline: Timeline, t: float, unit: Unit, *, forward: bool) -> float | None:
    """Return the nearest moment after t (or before it) at which such a thing is, if any.

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
    # Most turns have tokens, so that the first or second one looked at has it.
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
