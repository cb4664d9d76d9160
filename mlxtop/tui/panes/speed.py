"""The speed pane: tokens per second now, and the figures of this turn."""

from dataclasses import dataclass
from typing import Literal

from mlxtop import format as fmt
from mlxtop.events import LoadProgress, LoadStart
from mlxtop.folds.turn import Turn, token_rates
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.panes.figures import Item, bar, table
from mlxtop.tui.widgets.areas import area
from mlxtop.tui.widgets.chart import Canvas, Grid, highest, with_scale
from mlxtop.tui.widgets.rows import Row, Span, length, merge
from mlxtop.tui.zoom.charts import Axes, Line, Plot, histogram

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


LOWEST_TOP = 10.0
_LATENCY = 33
"""Cells of three percentiles with their names and unit."""


def rates_and_top(timeline: Timeline, t: float, columns: Grid) -> tuple[list[float], float]:
    """Return tokens per second over time, and the top of their scale.

    The top is a round number, and is lowered only when a whole window did not need it.
    """
    start = columns.start - columns.count * columns.width
    rates = token_rates(timeline.turn_log, start, columns.width, 2 * columns.count, t)
    return rates[columns.count :], max(LOWEST_TOP, fmt.nice(highest(rates)))


class SpeedFace(Face):
    """What the speed pane shows."""

    name = "speed"
    title = "speed"
    help = (
        "Tokens per second now. For this turn: TTFT (time to first token), decode speed as "
        "(n − 1) / (last − first token), mlx-lm's own figures, and the time between tokens."
    )
    needs_model = True
    share = 11
    rows_from = "flat"

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return tokens per second now, or the progress of a load or a prefill."""
        under_way = progress_at(timeline, t)
        if under_way is not None:
            word = "loading" if under_way.what == "load" else "prefill"
            share = fmt.percent(under_way.share * 100) if under_way.total > 0 else ""
            return ((f"{word} ", "quiet"), (f"{share:>5}", under_way.what))
        turn = timeline.turn_log.at(t)
        rate = None if turn is None else turn.rate(t)
        if rate is None:
            return (("—", "quiet"), (" tok/s", "quiet"))
        return ((f"{fmt.rate_number(rate):>6}", "speed"), (" tok/s", "quiet"))

    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        """Return tokens per second over the last minute; nothing outside decode."""
        rates, top = rates_and_top(timeline, t, canvas.grid(t))
        plot = area(rates, canvas.rows, top, "speed")
        words = f"{top:,.0f}/s" if top < 10_000 else f"{top / 1000:.0f}k/s"
        return with_scale(plot, canvas.gutter, words)

    def banner(self, timeline: Timeline, t: float, width: int) -> Row | None:
        """Return the bar of a load or a prefill."""
        under_way = progress_at(timeline, t)
        return None if under_way is None else progress_row(under_way, width)

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the figures of the running or last turn."""
        return table(turn_items(timeline.turn_log.at(t), t, width), width)

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return tokens per second, below it the intervals between tokens of the turn."""
        shown, timeline, t = axes.grid, axes.timeline, axes.t
        rates = token_rates(timeline.turn_log, shown.start, shown.width, shown.count, t)
        top = max(LOWEST_TOP, fmt.nice(highest(rates)))
        line = Line("tokens per second", "speed", axes.xs, rates)
        return [axes.over_time("speed", [line], top), *histogram(timeline, t)]

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return the speed of the running or last turn."""
        turn = timeline.turn_log.at(t)
        speed = fmt.rate(None)
        if turn is not None and turn.ended(t):
            speed = f"last {fmt.rate(turn.decode_rate(t))}"
        elif turn is not None:
            speed = fmt.rate(turn.rate(t))
        return speed, "$chart-speed"


def turn_items(turn: Turn | None, t: float, width: int) -> list[Item]:
    """Return the figures of a turn as of time t; in few cells latency is shorter."""
    end = None if turn is None else turn.ended(t)
    prefill = None if turn is None else turn.prefill.at(t)
    draft = turn is not None and turn.with_draft
    prompt = end.prompt_tokens if end else prefill.total_tokens if prefill else None
    cached = end.cached_tokens if end else prefill.cached_tokens if prefill else None
    made = None if turn is None else end.generation_tokens if end else turn.tokens(t)
    return [
        Item("TTFT", fmt.seconds(None if turn is None else turn.ttft(t))),
        Item("tok/s (n−1)/Δt", fmt.rate_number(None if turn is None else turn.decode_rate(t))),
        _latency(turn, t, draft, width),
        Item("tok/s mlx-lm", fmt.rate_number(end.generation_tokens_per_second if end else None)),
        Item("generated", _tokens(made), room=10),
        Item("prompt", _tokens(prompt), room=10),
        Item("cached", _tokens(cached), room=10),
        Item(
            "prompt tok/s mlx-lm",
            fmt.rate_number(end.prompt_tokens_per_second if end else None),
            room=6,
        ),
        Item("reply", _state(turn, t), room=17),
    ]


def _latency(turn: Turn | None, t: float, draft: bool, width: int) -> Item:
    latency = None if turn is None else turn.latency(t)
    label = "per step (draft model)" if draft else "between tokens"
    short = width <= len(label) + _LATENCY
    if short:
        label = f"{'steps' if draft else 'tokens'}, p50 p95 p99"
    if latency is None:
        return Item(label, "—", room=_LATENCY)
    p50, p95, p99 = map(fmt.milliseconds, (latency.p50, latency.p95, latency.p99))
    if short:
        return Item(label, f"{p50} {p95} {p99} ms", room=_LATENCY)
    return Item(label, f"p50 {p50:>5}  p95 {p95:>5}  p99 {p99:>5} ms", room=_LATENCY)


def _tokens(count: int | None) -> str:
    return "—" if count is None else f"{fmt.count(count)} tok"


def _state(turn: Turn | None, t: float) -> str:
    if turn is None:
        return "—"
    end = turn.ended(t)
    if end is not None:
        return fmt.ended(end.finish_reason)
    return "reading the prompt" if turn.first_token(t) is None else "running"


SPEED = SpeedFace()
