"""The enlarged chart of each pane: from timeline, moment and span to what plotext draws."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from mlxtop import figures
from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE, Levels, first_of, gpu_number, of_gpu
from mlxtop.figures.of_machine import CPU_PLOT, MEMORY_PLOT
from mlxtop.figures.units import PERCENT
from mlxtop.folds.turn import token_rates
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Kind
from mlxtop.tui.panes.cpu import busy
from mlxtop.tui.panes.gpu import absence, figures_there
from mlxtop.tui.panes.memory import limits_at, total_at
from mlxtop.tui.widgets.chart import columns, grid, highest
from mlxtop.tui.zoom.plot import Line, Plot

LABEL = 8
"""Cells of a label of the vertical axis."""
FURTHER_INKS = ("memory", "swap", "speed", "cpu", "wired", "active")
"""In turn, for the lines of further GPUs, which have their number as a letter."""
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

    if kind == "speed":
        rates = token_rates(timeline.turn_log, shown.start, shown.width, shown.count, t)
        top = max(10.0, fmt.nice(highest(rates)))
        line = Line("tokens per second", "speed", xs, rates)
        made = [over_time("speed", [line], top)]
        return made + histogram(timeline, t)
    if kind == "gpu" and not figures_there(timeline):
        return []
    made = []
    for plot in CATALOGUE.plots(kind):
        lines = _lines(plot, timeline, xs, read)
        # The first chart of a pane is there without a reading too.
        empty = not any(math.isfinite(value) for line in lines for value in line.ys)
        if plot is MEMORY_PLOT:
            lines, top, note = _memory(timeline, t, xs, read, fitted)
            made.append(over_time(plot.title, lines, top, fmt.size, note))
        elif plot is CPU_PLOT:
            total = Line("user + system", "cpu", xs, busy(timeline, shown, t), letter="+")
            made.append(over_time(plot.title, [total, *lines], 100.0, fmt.percent))
        elif not made or not empty:
            made += _plot(plot, timeline, t, lines, over_time)
    return made


def _plot(
    plot: figures.Plot, timeline: Timeline, t: float, lines: list[Line], over_time: _OverTime
) -> list[Plot]:
    """Return a chart of the catalogue; none where there is none of what it is a part of."""
    entry = CATALOGUE.charted(plot)[0]
    if isinstance(entry.codes, Levels):
        return [_levels(over_time(plot.title, lines, 1.0), entry.codes)]
    top = timeline.readings.value(plot.top, t) if isinstance(plot.top, str) else plot.top
    if isinstance(plot.top, str) and not top:
        return []
    if top is None:
        top = fmt.nice(highest([value for line in lines for value in line.ys]))
    bare = not entry.unit.scales and entry.unit is not PERCENT
    # The title of a chart of bare numbers names their unit.
    return [over_time(plot.title, lines, top, None if bare else entry.unit.words)]


def _levels(plot: Plot, codes: Levels) -> Plot:
    """Return the chart with a word for each level at its axis."""
    ticks = [(float(place), word.rjust(LABEL)) for place, word in enumerate(codes.words)]
    return replace(plot, y_limits=(0.0, len(ticks) - 0.8), y_ticks=ticks)


def _lines(plot: figures.Plot, timeline: Timeline, xs: list[float], read: _Read) -> list[Line]:
    """Return the lines of a chart: each figure that has readings, of each GPU that has it.

    The first one is there without a reading too, and so is all of the CPU's.
    """
    found: list[Line] = []
    for entry in CATALOGUE.charted(plot):
        chart = entry.chart
        assert chart is not None
        for name in _of_each_gpu(entry.name, timeline):
            number, values = gpu_number(name) or 0, read(name)
            if found and plot is not CPU_PLOT and not any(map(math.isfinite, values)):
                continue
            if number:
                ink = FURTHER_INKS[number % len(FURTHER_INKS)]
                label = f"{number}: {chart.label}"
                found.append(Line(label, ink, xs, values, chart.dash, letter=str(number % 10)))
            else:
                found.append(
                    Line(chart.label, chart.ink, xs, values, chart.dash, letter=chart.letter)
                )
    # A line that is alone needs no letter to tell it from others.
    alone = len(found) == 1 and plot is not MEMORY_PLOT
    return [replace(found[0], letter="")] if alone else found


def _of_each_gpu(name: str, timeline: Timeline) -> list[str]:
    """Return the names that a figure has: its own, and those of further GPUs that have it."""
    if gpu_number(name) is None:
        return [name]
    numbers = {gpu_number(other) for other in timeline.series if first_of(other) == name}
    return [of_gpu(name, number) for number in sorted({0, *filter(None, numbers)})]


def _memory(
    timeline: Timeline, t: float, xs: list[float], read: _Read, fitted: bool
) -> tuple[list[Line], float, str]:
    """Return the lines, the upper end of the scale, and what is to be said of it."""
    total = total_at(timeline, t) or 0.0
    lines = _lines(MEMORY_PLOT, timeline, xs, read)
    there = [line for line in lines if any(map(math.isfinite, line.ys))]
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


def histogram(timeline: Timeline, t: float, bins: int = 24) -> list[Plot]:
    """Return how often which time passed between two tokens of the turn; none before three.

    With a draft model between two of its steps, which give several tokens each.
    """
    turn = timeline.turn_log.at(t)
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
