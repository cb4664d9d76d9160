"""A result as charts: which there are, and what is drawn on each."""

from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import ChartName
from mlxtop.bench.result import Result
from mlxtop.plotting import SMALLEST, Plot
from mlxtop.tui.bench.bars import ROWS_OF_A_POINT, BarChart, point_bars, trial_bars
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

NAMES: dict[ChartName, str] = {
    "speed": "generation",
    "prefill": "prompt",
    "TTFT": "TTFT",
    "context": "over the context",
    "gaps": "between tokens",
    "time": "over time",
}
_AROUND = 3
"""Rows above and below the bars: which points they are, a title, a scale."""


def chart_names(result: Result) -> list[ChartName]:
    """Return the charts that there are of a plan."""
    return list(KINDS[result.plan.kind].charts)


def group(name: ChartName, result: Result, width: int, height: int) -> int:
    """Return how many points a chart draws at once on so many columns and rows."""
    if name not in FIGURES:
        return MOST_LINES if name == "context" else 1
    if swept_length(result):
        return max(1, len(result.points))
    return max(1, (height - _AROUND) // ROWS_OF_A_POINT)


def bars(name: ChartName, shown: Shown, count: int) -> BarChart | None:
    """Return the bars of so many points, or of the trials of the only one; None for other charts.

    None also where nothing is known.
    """
    if name not in FIGURES or swept_length(shown.result):
        return None
    if len(shown.result.points) == 1:
        return trial_bars(FIGURES[name], shown.result.points[0])
    return point_bars(FIGURES[name], shown.points(count), shown.width)


def second(name: ChartName, shown: Shown) -> list[Plot]:
    """Return what goes below the bars of the speed, where there is room for another chart."""
    points = shown.result.points
    if name != "speed" or len(points) > MOST_LINES:
        return []
    return between_tokens(shown) if len(points) == 1 else over_context(shown)


def plots(name: ChartName, shown: Shown) -> list[Plot]:
    """Return the chart where it is none of bars; none where there is nothing to draw."""
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
