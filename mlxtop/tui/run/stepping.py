"""Where a step has led, in words: what the strip of time is too coarse to show."""

from bisect import bisect_left

from mlxtop import format as fmt
from mlxtop.sources.steps import Unit
from mlxtop.text import one_line
from mlxtop.timeline import Timeline

_PHASES = {"load": "Loading the model", "prefill": "Prefill", "decode": "Decode", "idle": "Idle"}


def step_words(timeline: Timeline, t: float, unit: Unit) -> str:
    """Return what is at time t, that was stepped to; empty where the screen shows it."""
    match unit:
        case "token":
            return _token(timeline, t)
        case "phase":
            turn = timeline.turn_log.at(t)
            name = timeline.phases.at(t)
            of = f" of reply {turn.number}" if turn and name in ("prefill", "decode") else ""
            return f"{_PHASES[name]}{of} begins here."
        case "mark":
            mark = timeline.marks.at(t)
            return f"⚑ {one_line(mark.note, 300) or 'a mark without a note'}" if mark else ""
        case "sample":
            return ""


def _token(timeline: Timeline, t: float) -> str:
    turn = timeline.turn_log.at(t)
    if turn is None or not len(turn.times):
        return ""
    place = bisect_left(turn.times, t)
    words = f"Token {place + 1:,} of {len(turn.times):,} of reply {turn.number}"
    if place == 0:
        return f"{words}, {fmt.seconds(t - turn.start.t)} after it was asked for (TTFT)."
    return f"{words}, {fmt.seconds(t - turn.times[place - 1])} after the one before."
