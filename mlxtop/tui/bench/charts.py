"""A result as charts: which there are, and what is drawn on each."""

from typing import Literal

from mlxtop.bench.result import Result
from mlxtop.plotting import SMALLEST, Plot
from mlxtop.tui.bench.bars import FIGURES, figure_plots, room
from mlxtop.tui.bench.lines import MOST_LINES, between_tokens, over_context, over_time
from mlxtop.tui.bench.shown import Shown

ChartName = Literal["speed", "prefill", "TTFT", "context", "gaps", "time"]
NAMES: dict[ChartName, str] = {
    "speed": "generation",
    "prefill": "prompt",
    "TTFT": "TTFT",
    "context": "over the context",
    "gaps": "between tokens",
    "time": "over time",
}
TWO_ROWS = 30
"""Rows from which there is room for a second chart below the first."""


def chart_names(result: Result) -> list[ChartName]:
    """Return the charts that there are of a plan."""
    if result.plan.kind == "stress":
        return ["time", "context", "gaps"]
    return ["speed", "prefill", "TTFT", "context", "gaps"]


def group(name: ChartName, result: Result, width: int) -> int:
    """Return how many points a chart draws at once."""
    if name in FIGURES:
        return room(result, width)
    return MOST_LINES if name == "context" else 1


def plots(name: ChartName, shown: Shown) -> list[Plot]:
    """Return the chart, and below it one that goes with it; none where there is nothing to draw."""
    if shown.width < SMALLEST[0] or shown.height < SMALLEST[1]:
        return []
    if name in FIGURES:
        found = figure_plots(FIGURES[name], shown)
        alone = len(shown.result.points) == 1 and name == "speed"
        if found and alone and shown.height >= TWO_ROWS:
            found += between_tokens(shown)
        return found
    if name == "context":
        return over_context(shown)
    return between_tokens(shown) if name == "gaps" else over_time(shown)
