"""What is under way: a model that loads, a prompt that is read; measured, never a timer."""

from dataclasses import dataclass
from typing import Literal

from mlxtop import format as fmt
from mlxtop.events import LoadProgress, LoadStart
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.figures import bar
from mlxtop.tui.widgets.rows import Row, length, merge

_TAIL = 20
"""Cells kept for the estimate, so that the bar does not move when it comes."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load or a prefill has come."""

    what: Literal["load", "prefill"]
    done: float
    total: float
    left_seconds: float | None
    """What is left at the rate measured so far; None before there is one."""
    name: str = ""

    @property
    def share(self) -> float:
        """Part that is done, 0–1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


def _left(first: tuple[float, float], last: tuple[float, float], total: float) -> float | None:
    """Return seconds left from (time, amount) at the first and at the last report."""
    if last[0] <= first[0] or last[1] <= first[1]:
        return None
    return (total - last[1]) * (last[0] - first[0]) / (last[1] - first[1])


def _prefill(turn: Turn, t: float) -> Progress | None:
    if turn.ended(t) is not None or turn.first_token(t) is not None:
        return None
    last = turn.prefill.at(t)
    if last is None:
        return Progress("prefill", 0, 0, None)
    first_time, first = turn.prefill.times[0], turn.prefill.values[0]
    left = _left((first_time, first.done_tokens), (last.t, last.done_tokens), last.total_tokens)
    return Progress("prefill", last.done_tokens, last.total_tokens, left)


def _load(timeline: Timeline, t: float) -> Progress | None:
    last = timeline.loading.at(t)
    if not isinstance(last, LoadStart | LoadProgress):
        return None
    reports = timeline.loading.until(t)
    place = len(reports) - 1
    while place > 0 and not isinstance(reports[place], LoadStart):
        place -= 1
    start = reports[place]
    if not isinstance(start, LoadStart):
        return None
    name = one_line(start.model, 60)
    if isinstance(last, LoadStart):
        return Progress("load", 0, last.weights_bytes or 0, None, name)
    left = _left((start.t, 0), (last.t, last.done_bytes), last.total_bytes)
    return Progress("load", last.done_bytes, last.total_bytes, left, name)


def progress_at(timeline: Timeline, t: float) -> Progress | None:
    """Return what is under way at time t."""
    match timeline.phases.at(t):
        case "load":
            return _load(timeline, t)
        case "prefill":
            turn = timeline.turn_log.at(t)
            return None if turn is None else _prefill(turn, t)
        case _:
            return None


def progress_row(progress: Progress, width: int) -> Row:
    """Return progress as words, a bar, and an estimate of what is left."""
    if progress.what == "load":
        head = f"loading {progress.name}  "
        amount = f"{fmt.size(progress.done)} of {fmt.size(progress.total)}"
    else:
        head = "prefill  "
        amount = f"{fmt.count(progress.done)} of {fmt.count(progress.total)} tokens"
    if progress.total <= 0:
        return ((head.rstrip(), progress.what), (" …", "quiet"))
    left = progress.left_seconds
    tail = (
        "" if left is None or progress.share >= 1 else f"  about {fmt.seconds(max(0.0, left))} left"
    )
    room = width - len(amount) - 2 - _TAIL
    if length(((head, ""),)) > room:
        head = "loading  " if progress.what == "load" else "prefill  "
    free = width - length(((head + amount + "  ", ""),)) - _TAIL
    spans: Row = ((head, progress.what), (amount, "value"))
    if free >= 6:
        spans = (*spans, ("  ", "quiet"), *bar(progress.share, min(free, 40), progress.what))
    return merge((*spans, (tail, "quiet")))
