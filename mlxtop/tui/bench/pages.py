"""The pages of a result as rows: charts, tables, and what was left out."""

from dataclasses import replace
from textwrap import wrap

from mlxtop.bench import report
from mlxtop.bench.kinds.kind import ChartName
from mlxtop.bench.result import Result
from mlxtop.text import one_line
from mlxtop.tui.bench.bars import bar_rows
from mlxtop.tui.bench.charts import NAMES, bars, chart_names, group, plots, second
from mlxtop.tui.bench.figures import Shown
from mlxtop.tui.widgets.rows import Row, fit
from mlxtop.tui.zoom.plot import Plot, legend, plot_rows

TABLES, LEFT_OUT = "tables", "left out"
SECOND = 14
"""Rows from which there is room for a second chart below bars."""


def page_names(result: Result) -> list[str]:
    """Return the names of the pages in their order."""
    return [*(NAMES[name] for name in chart_names(result)), TABLES, LEFT_OUT]


def chart_of(name: str) -> ChartName | None:
    """Return the chart that a page shows; None for a page of text."""
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
        nothing = " Nothing to draw yet: no trial that counts has this figure."
        if width < 24 or height < 8:
            nothing = " There is no room for a chart here."
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
    """Return a row that says which points are drawn, where not all of them are."""
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
    """Return the page of tables within a width, a line each; a table may be wider."""
    return [f" {line}" for line in report.text(result, max(10, width - 2)).splitlines()]


def left_out_lines(result: Result, width: int) -> list[str]:
    """Return what does not count and why, what could not be judged, and notes, within a width."""
    said = [*report.remarks(result), *report.unchecked(result), *report.notes(result)]
    if not said:
        said = ["Nothing was left out: every trial is valid, and none has a note."]
    if result.trials and not result.enough:
        said.append(report.TOO_FEW)
    lines = []
    for sentence in said:
        lines += [f" {line}" for line in wrap(sentence, max(10, width - 2), subsequent_indent="  ")]
    return lines
