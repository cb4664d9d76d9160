"""The enlarged chart of each pane: from timeline, moment and span to what plotext draws."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from mlxtop import format as fmt
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Kind
from mlxtop.tui.panes.cpu import SYSTEM, USER, busy
from mlxtop.tui.panes.gpu import BUSY, ENGINE, absence, figures_there
from mlxtop.tui.panes.memory import limits_at, total_at
from mlxtop.tui.widgets.chart import Grid, columns, grid, highest
from mlxtop.tui.zoom.plot import Line, Plot

LABEL = 8
"""Cells of a label of the vertical axis."""
_Read = Callable[[str], list[float]]


class _OverTime(Protocol):
    def __call__(
        self,
        title: str,
        lines: Sequence[Line],
        top: float,
        label: Callable[[float], str] | None = None,
        note: str = "",
    ) -> Plot: ...


def time_ticks(span: float, width: int) -> list[tuple[float, str]]:
    """Return round times before the moment looked at, as many as have room."""
    room = max(1, width // 12)
    days = 86400 * math.ceil(span / room / 86400)
    step = next((step for step in fmt.CLOCK_STEPS if span / step <= room), days)
    count = int(span / step)
    return [
        (-step * place, "0:00" if place == 0 else f"-{fmt.clock(step * place)}")
        for place in range(count, -1, -1)
    ]


def value_ticks(
    top: float, height: int, label: Callable[[float], str] | None = None
) -> list[tuple[float, str]]:
    """Return four or two even parts of the scale; equal widths, so that charts align.

    `label` writes a value with its unit; without it the bare number is shown.
    """
    parts = 4 if height >= 14 else 2
    written = label or fmt.on_scale(top / parts)
    values = [top * place / parts for place in range(parts + 1)]
    return [(value, written(value).rjust(LABEL)) for value in values]


def plots(
    kind: Kind,
    timeline: Timeline,
    t: float,
    span: float,
    width: int,
    height: int,
    *,
    fitted: bool = False,
) -> list[Plot]:
    """Return the charts of a pane, the main one first; none where there is nothing to draw.

    `fitted`: the scale of memory ends above the data, not at all the memory there is.
    """
    shown = grid(t, max(1, width - LABEL - 1), span)
    xs = [shown.start + (place + 1) * shown.width - t for place in range(shown.count)]

    def read(name: str) -> list[float]:
        return columns(timeline.series.get(name), shown, t)

    def over_time(
        title: str,
        lines: Sequence[Line],
        top: float,
        label: Callable[[float], str] | None = None,
        note: str = "",
    ) -> Plot:
        return Plot(
            title,
            lines=lines,
            x_limits=(-span, 0.0),
            y_limits=(0.0, top if top > 0 else 1.0),
            x_ticks=time_ticks(span, width),
            y_ticks=value_ticks(top if top > 0 else 1.0, height, label),
            marks=[at - t for at in timeline.marks.times if t - span <= at <= t],
            note=note,
        )

    match kind:
        case "speed":
            rates = timeline.token_rates(shown.start, shown.width, shown.count, t)
            top = max(10.0, fmt.nice(highest(rates)))
            line = Line("tokens per second", "speed", xs, rates)
            made = [over_time("speed", [line], top)]
            return made + histogram(timeline, t)
        case "memory":
            lines, top, note = _memory(timeline, t, xs, read, fitted)
            return [over_time("memory", lines, top, fmt.size, note)]
        case "pressure":
            return _pressure(timeline, t, xs, read, over_time)
        case "gpu":
            if not figures_there(timeline):
                return []
            busy_lines = [Line("busy", "gpu", xs, read(BUSY))]
            share = read(ENGINE)
            if any(math.isfinite(value) for value in share):
                busy_lines = [Line("busy", "gpu", xs, read(BUSY), letter="b")]
                busy_lines.append(Line("engine's share", "cpu", xs, share, 3, letter="e"))
            made = [over_time("GPU busy", busy_lines, 100.0, fmt.percent)]
            return made + _others(timeline, xs, read, over_time)
        case "cpu":
            return [over_time("CPU", _cpu(timeline, t, shown, xs, read), 100.0, fmt.percent)]


def _memory(
    timeline: Timeline, t: float, xs: list[float], read: _Read, fitted: bool
) -> tuple[list[Line], float, str]:
    """Return the lines, the upper end of the scale, and what is to be said of it."""
    total = total_at(timeline, t) or 0.0
    lines = [
        Line("used", "memory", xs, read("memory.used_bytes"), letter="u"),
        Line("wired", "wired", xs, read("memory.wired_bytes"), 3, letter="w"),
        Line("compressed", "compressed", xs, read("memory.compressed_bytes"), 1, letter="c"),
        Line("MLX active", "speed", xs, read("mlx.active_bytes"), 3, letter="m"),
        Line("engine process", "cpu", xs, read("engine.memory_bytes"), 1, letter="e"),
    ]
    there = [line for line in lines if any(math.isfinite(value) for value in line.ys)]
    high = highest([value for line in there for value in line.ys])
    top, note = total or high, ""
    if fitted and 0 < high < total:
        step = fmt.nice(high / 8)
        # A little more than the data need, so that the highest line is not the frame.
        top = min(total, math.ceil(1.05 * high / step) * step)
        note = f"scale fits the data: 0 to {fmt.size(top)} of {fmt.size(total)}"
    for name, limit in limits_at(timeline, t):
        label = f"{name} {fmt.size(limit)}"
        if limit <= top:
            there.append(Line(label, "mark", xs, [limit] * len(xs), 1))
        elif note:
            note += f", {label} above it"
    return there, top, note


def _pressure(
    timeline: Timeline,
    t: float,
    xs: list[float],
    read: _Read,
    over_time: _OverTime,
) -> list[Plot]:
    names = ("NORMAL", "WARN", "CRITICAL")
    level = Line("level", "warn", xs, read("pressure.level"))
    plot = over_time("pressure", [level], 2.0)
    ticks = [(float(place), name.rjust(LABEL)) for place, name in enumerate(names)]
    made = [
        Plot(
            plot.title,
            lines=plot.lines,
            x_limits=plot.x_limits,
            y_limits=(0.0, 2.2),
            x_ticks=plot.x_ticks,
            y_ticks=ticks,
            marks=plot.marks,
        )
    ]
    total = timeline.value("swap.total_bytes", t)
    if total:
        used = Line("swap used", "swap", xs, read("swap.used_bytes"))
        made.append(over_time("swap", [used], total, fmt.size))
    some = read("pressure.some_avg10_percent")
    if any(math.isfinite(value) for value in some):
        full = Line("PSI full", "critical", xs, read("pressure.full_avg10_percent"), 1, letter="f")
        made.append(
            over_time(
                "PSI", [Line("PSI some", "warn", xs, some, letter="s"), full], 100.0, fmt.percent
            )
        )
    return made


def _others(
    timeline: Timeline,
    xs: list[float],
    read: _Read,
    over_time: _OverTime,
) -> list[Plot]:
    made = []
    for name, label in (("gpu.power_watts", "power, W"), ("gpu.temperature_celsius", "°C")):
        values = read(name)
        if any(math.isfinite(value) for value in values):
            line = Line(label, "gpu", xs, values)
            made.append(over_time(label, [line], fmt.nice(highest(values))))
    return made


def _cpu(timeline: Timeline, t: float, shown: Grid, xs: list[float], read: _Read) -> list[Line]:
    return [
        Line("user + system", "cpu", xs, busy(timeline, shown, t), letter="+"),
        Line("user", "value", xs, read(USER), 3, letter="u"),
        Line("system", "quiet", xs, read(SYSTEM), 1, letter="s"),
    ]


def histogram(timeline: Timeline, t: float, bins: int = 24) -> list[Plot]:
    """Return how often which time passed between two tokens of the turn; none before three.

    With a draft model between two of its steps, which give several tokens each.
    """
    turn = timeline.turn_at(t)
    if turn is None:
        return []
    gaps = turn.intervals(t)
    what = "steps" if turn.with_draft else "tokens"
    return histogram_of(gaps, what, "this turn", bins)


def histogram_of(gaps: Sequence[float], what: str, of: str, bins: int = 24) -> list[Plot]:
    """Return how often which of the gaps is; none for fewer than two. Seconds, ascending.

    The title says what the axes are: `what` the gaps are between, and `of` what.
    """
    title = f"how many intervals between {what} took how long: {fmt.count(len(gaps))} in {of}"
    gaps = [1000 * gap for gap in gaps]
    if len(gaps) < 2:
        return []
    # Up to the 99th percentile: one stall would push all the rest into a single bar.
    low, high = gaps[0], gaps[math.ceil(0.99 * len(gaps)) - 1]
    width = (high - low) / bins
    if width <= 0:
        return []
    counts = [0] * bins
    for gap in gaps:
        if gap <= high:
            counts[min(bins - 1, int((gap - low) / width))] += 1
    top = fmt.nice(max(counts))
    places = (0, bins // 2, bins)
    written = fmt.on_scale((high - low) / 2, 0.01)
    if len([gap for gap in gaps if gap > high]):
        title += ", the slowest 1 % left out"
    return [
        Plot(
            title,
            bars=[(low + (place + 0.5) * width, n) for place, n in enumerate(counts) if n],
            x_limits=(low, high),
            y_limits=(0.0, top),
            x_ticks=[
                (low + place * width, f"{written(low + place * width)} ms") for place in places
            ],
            y_ticks=value_ticks(top, 10),
        )
    ]


def nothing(kind: Kind, timeline: Timeline) -> str:
    """Return the sentence that stands where there is no chart."""
    return absence(timeline) if kind == "gpu" else "nothing to draw yet"
