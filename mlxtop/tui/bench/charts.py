"""The pages of a result: charts, tables, and trials left out."""

from dataclasses import replace
from textwrap import wrap

from mlxtop.bench import report
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import ChartName
from mlxtop.bench.result import Result
from mlxtop.plots import SMALLEST, Plot
from mlxtop.text import one_line
from mlxtop.tui.bench.bars import ROWS_OF_A_POINT, BarChart, bar_rows, point_bars, trial_bars
from mlxtop.tui.bench.figures import FIGURES, Shown
from mlxtop.tui.bench.lines import (
    MOST_LINES,
    between_tokens,
    over_context,
    over_length,
    over_time,
    swept_length,
    trial_dots,
)
from mlxtop.tui.widgets.rows import Row, fit
from mlxtop.tui.zoom.charts import legend, plot_rows

NAMES: dict[ChartName, str] = {
    "speed": "generation",
    "prefill": "prompt",
    "TTFT": "TTFT",
    "context": "over the context",
    "gaps": "between tokens",
    "time": "over time",
}
_AROUND = 3
"""Rows above and below the bars: their points, a title, a scale."""


def chart_names(result: Result) -> list[ChartName]:
    """Return the charts of a plan."""
    return list(KINDS[result.plan.kind].charts)


def group(name: ChartName, result: Result, width: int, height: int) -> int:
    """Return how many points a chart of so many columns and rows can draw."""
    if name not in FIGURES:
        return MOST_LINES if name == "context" else 1
    if swept_length(result):
        return max(1, len(result.points))
    return max(1, (height - _AROUND) // ROWS_OF_A_POINT)


def bars(name: ChartName, shown: Shown, count: int) -> BarChart | None:
    """Return the bars of so many points, or of the trials of a single point.

    None for other charts, and if nothing is known.
    """
    if name not in FIGURES or swept_length(shown.result):
        return None
    if len(shown.result.points) == 1:
        return trial_bars(FIGURES[name], shown.result.points[0])
    return point_bars(FIGURES[name], shown.points(count), shown.width)


def second(name: ChartName, shown: Shown) -> list[Plot]:
    """Return the chart below the bars of the speed, if there is room."""
    points = shown.result.points
    if name != "speed" or len(points) > MOST_LINES:
        return []
    return between_tokens(shown) if len(points) == 1 else over_context(shown)


def plots(name: ChartName, shown: Shown) -> list[Plot]:
    """Return a chart without bars; empty if there is nothing to draw."""
    if shown.width < SMALLEST[0] or shown.height < SMALLEST[1]:
        return []
    if name in FIGURES:
        if length := swept_length(shown.result):
            return over_length(FIGURES[name], length, shown)
        points = shown.result.points
        return trial_dots(FIGURES[name], points[0], shown) if len(points) == 1 else []
    if name == "context":
        return over_context(shown)
    return between_tokens(shown) if name == "gaps" else over_time(shown)


TABLES, LEFT_OUT = "tables", "left out"
ALL_BARS = "figures"
"""The page with the bars of all figures."""
_NOTHING = " Nothing to draw yet: no trial that counts has this figure."
_WIDE = 60
"""Minimum columns for that page."""
SECOND = 14
"""Minimum rows for a second chart below bars."""


def page_names(result: Result, width: int = 0, height: int = 0) -> list[str]:
    """Return the names of the pages in order; bars are together if all fit into these cells."""
    charts = chart_names(result)
    if together(result, width, height):
        others = [NAMES[name] for name in charts if name not in FIGURES]
        return [ALL_BARS, *others, TABLES, LEFT_OUT]
    return [*(NAMES[name] for name in charts), TABLES, LEFT_OUT]


def together(result: Result, width: int, height: int) -> bool:
    """Return whether the bars of all figures fit on one page."""
    charts = [name for name in chart_names(result) if name in FIGURES]
    if len(charts) < 2 or swept_length(result) or width < _WIDE:
        return False
    points = result.points
    bars_each = len(points[0].trials) + 1 if len(points) == 1 else ROWS_OF_A_POINT * len(points)
    return len(charts) * (bars_each + _AROUND) <= height and bool(result.trials)


def all_bars(shown: Shown) -> list[Row]:
    """Return the bars of all figures, and a chart in the rows that are left."""
    result, width = shown.result, shown.width
    rows: list[Row] = []
    charts = [name for name in chart_names(result) if name in FIGURES]
    for place, name in enumerate(charts):
        chart = bars(name, shown, len(result.points))
        if chart is not None:
            room = (shown.height - len(rows)) // (len(charts) - place)
            rows += [*([fit((), width)] if rows else []), *bar_rows(chart, width, room - 1)]
    if not rows:
        return [fit(((_NOTHING, "quiet"),), width)]
    left = shown.height - len(rows) - 1
    if left >= SECOND and (made := second("speed", replace(shown, height=left))):
        rows += [fit((), width), *_plot_rows(made[0], width, left)]
    return rows


def chart_of(name: str) -> ChartName | None:
    """Return the chart of a page; None for a page of text."""
    return next((chart for chart, title in NAMES.items() if title == name), None)


def chart_rows(name: ChartName, shown: Shown) -> list[Row]:
    """Return a page with a chart, or two that share its rows."""
    width, height = shown.width, shown.height
    count = group(name, shown.result, width, height)
    rows = _which(name, shown, count)
    chart = bars(name, shown, count)
    made = second(name, shown) if chart is not None else []
    room = height - len(rows)
    drawn = [] if chart is None else bar_rows(chart, width, room - SECOND if made else room)
    if chart is not None and not drawn:
        drawn, made = bar_rows(chart, width, room), []
    rows += drawn
    if not drawn:
        made = plots(name, replace(shown, height=room))
    if not drawn and not made:
        nothing = _NOTHING
        if width < 24 or height < 8:
            nothing = " There is not enough room for a chart."
        return [*rows, fit(((nothing, "quiet"),), width)]
    for place, plot in enumerate(made):
        if rows:
            rows = [*rows, fit((), width)]
        rows = [*rows, *_plot_rows(plot, width, (height - len(rows)) // (len(made) - place))]
    return rows


def _plot_rows(plot: Plot, width: int, height: int) -> list[Row]:
    rows = [fit(((f" {plot.note or plot.title}", "value"),), width)]
    if named := [line for line in plot.lines if line.label]:
        rows.append(fit(((" ", "quiet"), *legend(replace(plot, lines=named))), width))
    return rows + plot_rows(plot, width, height - len(rows))


def _which(name: ChartName, shown: Shown, count: int) -> list[Row]:
    """Return a row with the points that are drawn, if they are not all."""
    points = shown.result.points
    if len(points) <= count or not points:
        return []
    first, last = shown.first, min(shown.first + count, len(points))
    label = one_line(points[first].point.label, 60)
    words = f" points {first + 1} to {last} of {len(points)}"
    if count == 1:
        words = f" {label}   point {first + 1} of {len(points)}"
    return [fit(((words, "title"), ("   ↑ ↓ others", "quiet")), shown.width)]


def table_lines(result: Result, width: int) -> list[str]:
    """Return the lines of the page of tables for a width; a table may be wider."""
    return [f" {line}" for line in report.text(result, max(10, width - 2)).splitlines()]


def left_out_lines(result: Result, width: int) -> list[str]:
    """Return the trials that do not count or could not be judged, and notes, for a width."""
    said = [*report.remarks(result), *report.unchecked(result), *report.notes(result)]
    if not said:
        said = ["Nothing was left out: every trial is valid, and none has a note."]
    if result.trials and not result.enough:
        said.append(report.TOO_FEW)
    lines = []
    for sentence in said:
        lines += [f" {line}" for line in wrap(sentence, max(10, width - 2), subsequent_indent="  ")]
    return lines
