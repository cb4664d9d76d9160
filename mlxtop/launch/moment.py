"""The moment of a recording that --at names."""

from math import inf

from mlxtop.sources.replay import Replay
from mlxtop.tui.dialogs.moment import RunSpan


def moment_of(source: Replay, text: str) -> float | str:
    """Return the moment of a recording, read to its end, or what is wrong with --at."""
    playhead, timeline = source.playhead, source.timeline
    marks = [(t, mark.note) for t, mark in timeline.marks.between(-inf, inf)]
    run = RunSpan(playhead.start, playhead.end, timeline.wall(playhead.start), marks)
    moment = run.moment(text)
    if isinstance(moment, str):
        own = moment.startswith(text.strip())
        return f"--at {moment}" if own else f"--at {text}: {moment}"
    return moment
