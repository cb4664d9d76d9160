"""Enlarged charts shared by panes and screens: from the catalogue of figures, and of intervals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mlxtop import figures
from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE, Levels, first_of, gpu_number, of_gpu
from mlxtop.figures.units import PERCENT
from mlxtop.plots import SMALLEST, Line, Plot, draw
from mlxtop.timeline import Timeline
from mlxtop.tui.widgets.chart import Grid, columns, grid, highest
from mlxtop.tui.widgets.rows import Row, Span, fit, merge

__all__ = ["Line", "Plot", "legend", "plot_rows"]


def name_of(line: Line) -> Span:
    """Return the label of a line in its ink, with the sign it is drawn with."""
    sign = line.sign * 3 or {0: "⠤⠤⠤", 3: "⠤ ⠤"}.get(line.dash, "⠄ ⠄")
    if line.letter:
        sign = f"⠤{line.letter}⠤"
    return f"{sign} {line.label}", line.ink


def legend(plot: Plot) -> Row:
    """Return the names of the lines."""
    return merge([span for line in plot.lines for span in (name_of(line), ("   ", "quiet"))])


def plot_rows(plot: Plot, width: int, height: int) -> list[Row]:
    """Return the chart with its axes; empty rows if it does not fit."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [fit((), width)] * max(0, height)
    rows = [fit(merge(cells), width) for cells in draw(plot, width, height)]
    return rows + [fit((), width)] * (height - len(rows))


LABEL = 8
"""Cells of a label of the vertical axis."""


def time_ticks(span: float, width: int) -> list[tuple[float, str]]:
    """Return round times before the moment on the screen, as many as fit."""
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
    """Return ticks for four or two equal parts of the scale, of equal width, so that charts align.

    `label` writes a value with its unit; without it the bare number is shown.
    """
    parts = 4 if height >= 14 else 2
    written = label or fmt.on_scale(top / parts)
    values = [top * place / parts for place in range(parts + 1)]
    return [(value, written(value).rjust(LABEL)) for value in values]


@dataclass(frozen=True)
class Axes:
    """A moment, the span before it, and the size of the chart."""

    timeline: Timeline
    t: float
    span: float
    width: int
    height: int

    @cached_property
    def grid(self) -> Grid:
        """The columns of time."""
        return grid(self.t, max(1, self.width - LABEL - 1), self.span, in_cell=2)

    @cached_property
    def xs(self) -> list[float]:
        """Where each column ends, in seconds from the moment."""
        shown = self.grid
        return [shown.start + (place + 1) * shown.width - self.t for place in range(shown.count)]

    def read(self, name: str) -> list[float]:
        """Return a series over the columns; NaN without a reading."""
        return columns(self.timeline.series.get(name), self.grid, self.t)

    def over_time(
        self,
        title: str,
        lines: Sequence[Line],
        top: float,
        label: Callable[[float], str] | None = None,
        note: str = "",
    ) -> Plot:
        """Return a chart of lines from 0 to `top`, whose values `label` writes."""
        top = top if top > 0 else 1.0
        since = self.t - self.span
        return Plot(
            title,
            lines=lines,
            x_limits=(-self.span, 0.0),
            y_limits=(0.0, top),
            x_ticks=time_ticks(self.span, self.width),
            y_ticks=value_ticks(top, self.height, label),
            marks=[at - self.t for at in self.timeline.marks.times if since <= at <= self.t],
            note=note,
        )


FURTHER_INKS = ("memory", "swap", "speed", "cpu", "wired", "active")
"""Inks for the lines of further GPUs, which have their number as a letter."""


def catalogue_charts(pane: figures.Pane, axes: Axes) -> list[Plot]:
    """Return the charts of a pane from the catalogue of figures, the main one first."""
    made: list[Plot] = []
    for plot in CATALOGUE.plots(pane):
        lines = lines_of(plot, axes)
        # A single line needs no letter.
        lines = [replace(lines[0], letter="")] if len(lines) == 1 else lines
        # The first chart of a pane is shown even without readings.
        if not made or any(math.isfinite(value) for line in lines for value in line.ys):
            made += _plot(plot, axes, lines)
    return made


def _plot(plot: figures.Plot, axes: Axes, lines: list[Line]) -> list[Plot]:
    """Return a chart of the catalogue; none if the total of its scale is unknown."""
    entry = CATALOGUE.charted(plot)[0]
    if isinstance(entry.codes, Levels):
        return [_levels(axes.over_time(plot.title, lines, 1.0), entry.codes)]
    top = axes.timeline.readings.value(plot.top, axes.t) if isinstance(plot.top, str) else plot.top
    if isinstance(plot.top, str) and not top:
        return []
    if top is None:
        top = fmt.nice(highest([value for line in lines for value in line.ys]))
    bare = not entry.unit.scales and entry.unit is not PERCENT
    # The title of a chart of bare numbers names their unit.
    return [axes.over_time(plot.title, lines, top, None if bare else entry.unit.words)]


def _levels(plot: Plot, codes: Levels) -> Plot:
    """Return the chart with a word for each level on its axis."""
    ticks = [(float(place), word.rjust(LABEL)) for place, word in enumerate(codes.words)]
    return replace(plot, y_limits=(0.0, len(ticks) - 0.8), y_ticks=ticks)


def lines_of(plot: figures.Plot, axes: Axes, *, all: bool = False) -> list[Line]:
    """Return the lines of a chart: each figure that has readings, for each GPU that has it.

    The first one is included without readings too; with `all`, every one.
    """
    found: list[Line] = []
    for entry in CATALOGUE.charted(plot):
        chart = entry.chart
        assert chart is not None
        for name in _of_each_gpu(entry.name, axes.timeline):
            number, values = gpu_number(name) or 0, axes.read(name)
            if found and not all and not any(map(math.isfinite, values)):
                continue
            if number:
                ink = FURTHER_INKS[number % len(FURTHER_INKS)]
                label = f"{number}: {chart.label}"
                letter = str(number % 10)
            else:
                label, ink, letter = chart.label, chart.ink, chart.letter
            words = entry.words
            found.append(Line(label, ink, axes.xs, values, chart.dash, letter=letter, words=words))
    return found


def _of_each_gpu(name: str, timeline: Timeline) -> list[str]:
    """Return the names of a figure: its own, and those for further GPUs that have it."""
    if gpu_number(name) is None:
        return [name]
    numbers = {gpu_number(other) for other in timeline.series if first_of(other) == name}
    return [of_gpu(name, number) for number in sorted({0, *filter(None, numbers)})]


def histogram(timeline: Timeline, t: float, bins: int = 24) -> list[Plot]:
    """Return a histogram of the intervals between tokens of the turn; none before three tokens.

    With a draft model, of the intervals between its steps of several tokens each.
    """
    turn = timeline.turn_log.at(t)
    if turn is None:
        return []
    gaps = turn.intervals(t)
    what = "steps" if turn.with_draft else "tokens"
    return histogram_of(gaps, what, "this turn", bins)


def histogram_of(gaps: Sequence[float], what: str, of: str, bins: int = 24) -> list[Plot]:
    """Return a histogram of gaps in seconds, ascending; none for fewer than two.

    The title explains the axes: the gaps are between `what`, in `of`.
    """
    title = f"intervals between {what}, by length: {fmt.count(len(gaps))} in {of}"
    gaps = [1000 * gap for gap in gaps]
    if len(gaps) < 2:
        return []
    # Up to the 99th percentile: one stall would push everything else into a single bar.
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
