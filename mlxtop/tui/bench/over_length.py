"""A figure as a line over the one length that a sweep changes."""

import math
from itertools import pairwise

from mlxtop import format as fmt
from mlxtop.bench.point import Point
from mlxtop.bench.result import Result
from mlxtop.plotting import Line, Plot
from mlxtop.tui.bench.figures import Figure, around, known, meaning
from mlxtop.tui.bench.scales import top_of
from mlxtop.tui.bench.shown import Shown
from mlxtop.tui.zoom.charts import LABEL, value_ticks

FEWEST_LENGTHS = 3
"""Of fewer there is no course to be seen: they are bars."""
LENGTHS = {"prompt_tokens": "prompt tokens", "generation_tokens": "generated tokens"}
"""Settings that a figure is drawn over when a sweep changes nothing else."""


def swept_length(result: Result) -> str:
    """Return the length that is all that a sweep changes; empty where there is none."""
    names = list(result.plan.sweep)
    if len(names) != 1 or names[0] not in LENGTHS or len(result.measured) < FEWEST_LENGTHS:
        return ""
    return names[0]


def _length(point: Point, name: str) -> float:
    value = point.prompt_tokens if name == "prompt_tokens" else point.sampling.max_tokens
    return math.log2(max(1, value or 1))


def _stroke(x: float, low: float, high: float, half: float) -> list[Line]:
    """Return a stroke from one end to the other, with a bar across each end."""
    return [
        Line("", "mark", [x, x], [low, high]),
        *(Line("", "mark", [x - half, x + half], [end, end]) for end in (low, high)),
    ]


def over_length(figure: Figure, name: str, shown: Shown) -> list[Plot]:
    """Return the medians over the length, on a scale that doubles evenly."""
    found = [
        (_length(one.point, name), one, spread)
        for one in shown.result.points
        if (spread := known(one, figure)) is not None
    ]
    if not found:
        return []
    found.sort(key=lambda one: one[0])
    xs, ys = [x for x, _, _ in found], [spread.median for _, _, spread in found]
    margin = 0.06 * max(1.0, xs[-1] - xs[0])
    lines, rough = [], False
    if len(xs) > 1:
        lines.append(Line("", figure.ink, xs, ys))
    for x, _, spread in found:
        low, high, guessed = around(spread)
        rough = rough or guessed
        if low != high:
            lines += _stroke(x, low, high, margin / 6)
    lines.append(Line("", figure.ink, xs, ys, sign="●"))
    top = top_of([y for line in lines for y in line.ys])
    limits = (xs[0] - margin, xs[-1] + margin)
    cells = (shown.width - LABEL) / (limits[1] - limits[0])
    ticks = [
        (x, f"{fmt.count(round(2**x))}: {figure.words(spread.median)}") for x, _, spread in found
    ]
    if any((b[0] - a[0]) * cells < len(a[1]) + 2 for a, b in pairwise(ticks)):
        ticks = [(x, fmt.count(round(2**x))) for x in xs]
    return [
        Plot(
            f"{figure.title}, over {LENGTHS[name]}: medians, strokes: {meaning(rough)}",
            lines=lines,
            x_limits=limits,
            y_limits=(0.0, top),
            x_ticks=ticks,
            y_ticks=value_ticks(top, shown.height, figure.scale(top)),
        )
    ]
