"""The speed pane: tokens per second in large, and the figures of this turn."""

from mlxtop import format as fmt
from mlxtop.folds.turn import Turn, token_rates
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face, Head
from mlxtop.tui.panes.context import context_at, figures_of, meter
from mlxtop.tui.panes.figures import GAP, Item, table
from mlxtop.tui.panes.progress import progress_at, progress_row, progress_rows
from mlxtop.tui.widgets.areas import area
from mlxtop.tui.widgets.chart import Canvas, Grid, highest, with_scale
from mlxtop.tui.widgets.large import LARGEST, ROWS, large_number
from mlxtop.tui.widgets.rows import Row, Span, fit, merge
from mlxtop.tui.zoom.charts import Axes, Line, Plot, histogram

LOWEST_TOP = 10.0
_LATENCY = 31
"""Cells of three percentiles with their names and unit."""
_WORDS = len("last answer")
_LARGE = LARGEST + 2 + _WORDS + 2
"""Cells of a large number with what is beside it."""
_BESIDE = 18
"""Fewest cells beside a large number for figures."""
_BESIDE_WIDE = 44
"""Cells beside a large number for the percentiles of latency."""


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
        "Tokens per second now, or of the last answer. TTFT: time to first token. decode: "
        "(n − 1) / (last − first token) of this turn. Percentiles of the time between tokens. "
        "context: tokens of the conversation, of those that the model can take. mlx-lm's own "
        "figures are in the enlarged pane."
    )
    needs_model = True
    share = 16
    rows_from = "flat"

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return tokens per second now or last, or the progress of a load or a prefill."""
        under_way = progress_at(timeline, t)
        if under_way is not None:
            share = fmt.percent(under_way.share * 100) if under_way.total > 0 else ""
            return ((f"{under_way.word} ", "quiet"), (f"{share:>5}", under_way.what))
        rate, is_last = speed_at(timeline, t)
        if rate is None:
            return (("—", "quiet"), (" tok/s", "quiet"))
        number = fmt.rate_number(rate)
        before = f"{'last ' if is_last else '':>{max(0, 11 - len(number))}}"
        return ((before, "quiet"), (number, "speed"), (" tok/s", "quiet"))

    def head(self, timeline: Timeline, t: float, width: int, rows: int, *, blocks: bool) -> Head:
        """Return the figure in large with others beside it; with little room in one row."""
        if rows >= ROWS and blocks and width >= _LARGE + _BESIDE:
            return Head(_large(timeline, t, width), has_figures=True)
        if rows <= 0:
            return Head()
        under_way = progress_at(timeline, t)
        if under_way is not None:
            return Head([progress_row(under_way, width)])
        rate, is_last = speed_at(timeline, t)
        number = (f"{fmt.rate_number(rate):>6}", "large" if rate is not None else "quiet")
        words = _when(timeline.turn_log.at(t)) if is_last else ""
        return Head([(number, (f" tok/s  {words}", "quiet"))])

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
        return table(_first(timeline, t, width) + _further(timeline, t, width), width)

    def further_lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the figures that are not beside the large number."""
        turn = timeline.turn_log.at(t)
        latency = [] if width - _LARGE >= _BESIDE_WIDE else [_latency(turn, t, width)]
        return table(latency + _further(timeline, t, width), width)

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return tokens per second, below it the intervals between tokens of the turn."""
        shown, timeline, t = axes.grid, axes.timeline, axes.t
        rates = token_rates(timeline.turn_log, shown.start, shown.width, shown.count, t)
        top = max(LOWEST_TOP, fmt.nice(highest(rates)))
        line = Line("tokens per second", "speed", axes.xs, rates, words=fmt.rate)
        plot = axes.over_time("speed", [line], top, note=_of_mlx_lm(timeline.turn_log.at(t), t))
        return [plot, *histogram(timeline, t)]

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return the speed of the running or last turn."""
        rate, is_last = speed_at(timeline, t)
        return f"{'last ' if is_last else ''}{fmt.rate(rate)}", "$chart-speed"


def speed_at(timeline: Timeline, t: float) -> tuple[float | None, bool]:
    """Return tokens per second at time t, and whether it is the speed of a turn that has ended."""
    turn = timeline.turn_log.at(t)
    if turn is None:
        return None, False
    if turn.ended(t) is not None:
        return turn.decode_rate(t), True
    return turn.rate(t), False


def _when(turn: Turn | None) -> str:
    return "last trial" if turn is not None and turn.start.purpose else "last answer"


def _large(timeline: Timeline, t: float, width: int) -> list[Row]:
    """Return three rows: the number, what it is, and the most important figures."""
    under_way = progress_at(timeline, t)
    beside = width - _LARGE
    ink = "large"
    if under_way is not None:
        number = f"{100 * under_way.share:.0f}" if under_way.total > 0 else fmt.UNKNOWN
        ink, when, unit = under_way.what, under_way.word, "%"
        right = progress_rows(under_way, beside)
    else:
        rate, is_last = speed_at(timeline, t)
        number, unit = fmt.rate_number(rate), "tok/s"
        when = "" if rate is None else "now"
        if is_last:
            when = _when(timeline.turn_log.at(t))
        if rate is None:
            ink = "quiet"
        right = _beside(timeline, t, beside)
    return [
        merge(
            (
                (f"{digits:>{LARGEST}}  ", ink),
                (f"{words:<{_WORDS}}  ", "quiet"),
                *fit(row, beside),
            )
        )
        for digits, words, row in zip(large_number(number), (when, "", unit), right, strict=True)
    ]


def _beside(timeline: Timeline, t: float, width: int) -> list[Row]:
    """Return the figures beside the large number."""
    turn = timeline.turn_log.at(t)
    ttft, decode = _ttft(turn, t), _decode(turn, t)
    bottom = meter(context_at(timeline, t), width)
    if width < _BESIDE_WIDE:
        return [ttft.row(width), decode.row(width), bottom]
    slot = (width - GAP) // 2
    top = (*ttft.row(slot), (" " * GAP, "quiet"), *decode.row(width - GAP - slot))
    return [top, _latency(turn, t, width).row(width), bottom]


def _ttft(turn: Turn | None, t: float) -> Item:
    return Item("TTFT", fmt.seconds(None if turn is None else turn.ttft(t)))


def _decode(turn: Turn | None, t: float) -> Item:
    return Item("decode", fmt.rate(None if turn is None else turn.decode_rate(t)), room=12)


def _first(timeline: Timeline, t: float, width: int) -> list[Item]:
    """Return the figures of the head, for a pane without a large number."""
    turn = timeline.turn_log.at(t)
    context = figures_of(context_at(timeline, t))
    return [_ttft(turn, t), _decode(turn, t), _latency(turn, t, width), context]


def _further(timeline: Timeline, t: float, width: int) -> list[Item]:
    """Return the counts of tokens, and how the turn goes."""
    turn = timeline.turn_log.at(t)
    end = None if turn is None else turn.ended(t)
    prefill = None if turn is None else turn.prefill.at(t)
    prompt = end.prompt_tokens if end else prefill.total_tokens if prefill else None
    cached = end.cached_tokens if end else prefill.cached_tokens if prefill else None
    made = None if turn is None else end.generation_tokens if end else turn.tokens(t)
    return [
        Item("generated", _tokens(made), room=10),
        Item("prompt", _tokens(prompt), room=10),
        Item("cached", _tokens(cached), room=10),
        Item("reply", _state(turn, t), room=17),
    ]


def _of_mlx_lm(turn: Turn | None, t: float) -> str:
    """Return mlx-lm's own figures of a turn that has ended."""
    end = None if turn is None else turn.ended(t)
    if end is None:
        return ""
    decode, prefill = end.generation_tokens_per_second, end.prompt_tokens_per_second
    return f"decode (mlx-lm) {fmt.rate(decode)}   prefill (mlx-lm) {fmt.rate(prefill)}"


def _latency(turn: Turn | None, t: float, width: int) -> Item:
    """Return percentiles of the time between tokens; in few cells without their names."""
    latency = None if turn is None else turn.latency(t)
    draft = turn is not None and turn.with_draft
    label = "per step (draft model)" if draft else "between tokens"
    if width < len(label) + 1 + _LATENCY:
        label = "per step" if draft else "tokens"
    short = width < len(label) + 1 + _LATENCY
    if short:
        label = f"{'steps' if draft else 'tokens'}, p50 p95 p99"
    if latency is None:
        return Item(label, "—", room=_LATENCY)
    p50, p95, p99 = map(fmt.milliseconds, (latency.p50, latency.p95, latency.p99))
    if short:
        return Item(label, f"{p50} {p95} {p99} ms", room=_LATENCY)
    return Item(label, f"p50 {p50:>4}  p95 {p95:>4}  p99 {p99:>4} ms", room=_LATENCY)


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
