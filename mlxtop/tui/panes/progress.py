"""The progress of a load or a prefill: how much is done, and how long the rest takes."""

from dataclasses import dataclass
from typing import Literal

from mlxtop import format as fmt
from mlxtop.events import LoadProgress, LoadStart
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.figures import bar
from mlxtop.tui.widgets.rows import Row, fit, length, merge

_TAIL = 20
"""Cells kept for the estimate, so that the bar does not move when it appears."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a load or a prefill."""

    what: Literal["load", "prefill"]
    done: float
    total: float
    left_seconds: float | None
    """Estimated time left at the rate so far; None without a rate."""
    name: str = ""

    @property
    def share(self) -> float:
        """Part that is done, 0–1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0

    @property
    def word(self) -> str:
        """What is under way, in a word."""
        return "loading" if self.what == "load" else "prefill"

    @property
    def left(self) -> str:
        """The estimated time left, in words; empty without an estimate."""
        left = self.left_seconds
        known = left is not None and self.share < 1
        return f"about {fmt.seconds(max(0.0, left or 0.0))} left" if known else ""


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
    """Return the progress at time t, if a load or a prefill is running."""
    match timeline.phases.at(t):
        case "load":
            return _load(timeline, t)
        case "prefill":
            turn = timeline.turn_log.at(t)
            return None if turn is None else _prefill(turn, t)
        case _:
            return None


def progress_row(progress: Progress, width: int) -> Row:
    """Return progress as words, a bar, and an estimate of the time left."""
    head = f"loading {progress.name}  " if progress.what == "load" else "prefill  "
    if progress.total <= 0:
        return ((head.rstrip(), progress.what), (" …", "quiet"))
    amount = _amount(progress)
    room = width - len(amount) - 2 - _TAIL
    if length(((head, ""),)) > room:
        head = f"{progress.word}  "
    free = width - length(((head + amount + "  ", ""),)) - _TAIL
    spans: Row = ((head, progress.what), (amount, "value"))
    if free >= 6:
        spans = (*spans, ("  ", "quiet"), *bar(progress.share, min(free, 40), progress.what))
    return merge((*spans, (f"  {progress.left}" if progress.left else "", "quiet")))


def progress_rows(progress: Progress, width: int) -> list[Row]:
    """Return progress in three rows, for beside its percentage: amount, bar, time left."""
    if progress.total <= 0:
        return [((f"{progress.name}  …".lstrip(), "quiet"),), (), ()]
    amount = _amount(progress)
    if len(amount) > width:
        amount = amount.removesuffix("ens")
    named = f"{progress.name}  {amount}"
    if progress.name and length(((named, ""),)) <= width:
        amount = named
    return [
        fit(((amount, "value"),), width),
        bar(progress.share, min(width, 40), progress.what),
        ((progress.left, "quiet"),),
    ]


def _amount(progress: Progress) -> str:
    if progress.what == "load":
        return f"{fmt.size(progress.done)} of {fmt.size(progress.total)}"
    return f"{fmt.count(progress.done)} of {fmt.count(progress.total)} tokens"
