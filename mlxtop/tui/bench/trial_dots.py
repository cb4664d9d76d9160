"""Trials of one point as points, where there are more than there is room for as bars."""

import math
from collections.abc import Sequence

from mlxtop import format as fmt
from mlxtop.bench.result import PointResult
from mlxtop.bench.statistics import Spread
from mlxtop.plotting import Line, Plot
from mlxtop.tui.bench.figures import Figure, known
from mlxtop.tui.bench.scales import top_of
from mlxtop.tui.bench.shown import Shown
from mlxtop.tui.zoom.charts import LABEL, value_ticks


def trial_dots(figure: Figure, one: PointResult, shown: Shown) -> list[Plot]:
    """Return the trials in their order, with the median and what lies around it as lines."""
    counted: list[tuple[float, float]] = []
    others: list[tuple[float, float]] = []
    for trial in one.trials:
        value = getattr(trial, figure.name)
        if fmt.known(value):
            (counted if trial.counts else others).append((float(trial.number), float(value)))
    if not counted and not others:
        return []
    last = max((trial.number for trial in one.trials), default=1)
    limits = (0.4, last + 0.6)
    lines = [_dots("a trial", figure.ink, counted, "•")]
    if others:
        lines.append(_dots("does not count", "warn", others, "×"))
    spread = known(one, figure)
    if spread is not None and len(counted) > 1:
        lines += _levels(figure, spread, limits, 2 * (shown.width - LABEL - 1))
    top = top_of([y for _, y in (*counted, *others)])
    step = max(1, math.ceil(last * 8 / max(1, shown.width - LABEL)))
    return [
        Plot(
            f"{figure.title}: each trial, in their order",
            lines=lines,
            x_limits=limits,
            y_limits=(0.0, top),
            x_ticks=[(float(n), f"trial {n}") for n in range(1, last + 1, step)],
            y_ticks=value_ticks(top, shown.height, figure.scale(top)),
        )
    ]


def _dots(label: str, ink: str, points: Sequence[tuple[float, float]], sign: str) -> Line:
    return Line(label, ink, [x for x, _ in points], [y for _, y in points], sign=sign)


def _levels(figure: Figure, spread: Spread, limits: tuple[float, float], count: int) -> list[Line]:
    """Return the median and, where there is one, its interval as lines from side to side."""
    low, high = limits
    # A point for each dot of the chart, so that dashes are even.
    xs = [low + (high - low) * place / count for place in range(count + 1)]
    found = [Line(f"median {figure.words(spread.median)}", "mark", xs, [spread.median] * len(xs))]
    ends = [end for end in (spread.low, spread.high) if end is not None and fmt.known(end)]
    if len(ends) == 2 and ends[0] != ends[1]:
        says = f"95 % interval {figure.words(ends[0])} – {figure.words(ends[1])}"
        for label, end in zip((says, ""), ends, strict=True):
            found.append(Line(label, "value", xs, [end] * len(xs), 3))
    return found
