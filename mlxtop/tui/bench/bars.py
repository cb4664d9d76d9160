"""Charts of one figure: a bar for each point, each trial of one point, or a line over a length."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlxtop import format as fmt
from mlxtop.bench.point import Point, short_label
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.statistics import Spread
from mlxtop.plotting import Line, Plot
from mlxtop.text import one_line
from mlxtop.tui.bench.scales import scale_words, top_of
from mlxtop.tui.bench.shown import Shown
from mlxtop.tui.zoom.charts import LABEL, value_ticks

NARROWEST_BAR = 9
"""Columns of a bar with its name."""
NARROWEST_TRIAL = 3
"""Columns of the bar of a trial; where there is less room it is a point."""
FEWEST_WIDE = 4
"""Trials that there is room for at least: the bar of a single one need not fill the screen."""
FEWEST_LENGTHS = 3
"""Of fewer there is no course to be seen: they are bars."""
LENGTHS = {"prompt_tokens": "prompt tokens", "generation_tokens": "generated tokens"}
"""Settings that a figure is drawn over when a sweep changes nothing else."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of trials that has a chart of its own."""

    name: str
    """Field of `Trial`."""
    title: str
    words: Callable[[float | None], str]
    ink: str

    def ticks(self, top: float, height: int) -> list[tuple[float, str]]:
        """Return the scale from 0 to `top`."""
        words = self.words if self.ink == "decode" else scale_words(top)
        return value_ticks(top, height, words)


FIGURES = {
    "speed": Figure("generation_tokens_per_second", "generation, tok/s", fmt.rate_number, "speed"),
    "prefill": Figure("prompt_tokens_per_second", "prompt, tok/s", fmt.rate_number, "prefill"),
    "TTFT": Figure("ttft_seconds", "TTFT", fmt.seconds, "decode"),
}


def room(result: Result, width: int) -> int:
    """Return how many points are drawn at once."""
    if swept_length(result):
        return max(1, len(result.points))
    return max(1, (width - LABEL - 2) // NARROWEST_BAR)


def figure_plots(figure: Figure, shown: Shown) -> list[Plot]:
    """Return the chart of a figure in the form that the plan asks for; none without figures."""
    points = shown.result.points
    if len(points) == 1:
        return _trials(figure, points[0], shown)
    name = swept_length(shown.result)
    return _over_length(figure, name, shown) if name else _by_point(figure, shown)


# -- a bar for each point --------------------------------------------------------------------------


def _by_point(figure: Figure, shown: Shown) -> list[Plot]:
    points = shown.points(room(shown.result, shown.width))
    bars, lines, ticks, rough = [], [], [], False
    each = (shown.width - LABEL - 2) // max(1, len(points))
    for place, one in enumerate(points):
        label = short_label(one_line(one.point.label, 200), max(3, each - 2))
        known = _known(one, figure)
        if known is None:
            ticks.append((float(place), label))
            continue
        named = f"{label}: {figure.words(known.median)}"
        ticks.append((float(place), named if len(named) < each else label))
        bars.append((float(place), known.median))
        low, high, guessed = _around(known)
        rough = rough or guessed
        if low != high:
            lines += _stroke(place, low, high, 0.1)
    if not bars:
        return []
    top = top_of([*(height for _, height in bars), *(y for line in lines for y in line.ys)])
    return [
        Plot(
            f"{figure.title}: medians, {_meaning(rough)}",
            bars=bars,
            bar_ink=figure.ink,
            lines=lines,
            x_limits=(-0.6, len(points) - 0.4),
            y_limits=(0.0, top),
            x_ticks=ticks,
            y_ticks=figure.ticks(top, shown.height),
        )
    ]


def _known(one: PointResult, figure: Figure) -> Spread | None:
    spread = one.figures.get(figure.name)
    return spread if spread is not None and fmt.known(spread.median) else None


def _around(spread: Spread) -> tuple[float, float, bool]:
    """Return the ends of the interval, or of all trials where there is none (True)."""
    low, high = spread.low, spread.high
    if low is None or high is None or not (fmt.known(low) and fmt.known(high)):
        low, high = spread.lowest, spread.highest
        if not (fmt.known(low) and fmt.known(high)):
            return spread.median, spread.median, True
        return low, high, True
    return low, high, False


def _meaning(rough: bool) -> str:
    return "from the lowest to the highest trial" if rough else "with their 95 % intervals"


def _stroke(x: float, low: float, high: float, half: float) -> list[Line]:
    """Return a stroke from one end to the other, with a bar across each end."""
    return [
        Line("", "mark", [x, x], [low, high]),
        *(Line("", "mark", [x - half, x + half], [end, end]) for end in (low, high)),
    ]


# -- the trials of one point -----------------------------------------------------------------------


def _trials(figure: Figure, one: PointResult, shown: Shown) -> list[Plot]:
    """Return the trials in their order, with the median and what lies around it as lines."""
    counted: list[tuple[float, float]] = []
    others: list[tuple[float, float]] = []
    for trial in one.trials:
        value = getattr(trial, figure.name)
        if fmt.known(value):
            (counted if trial.valid else others).append((float(trial.number), float(value)))
    if not counted and not others:
        return []
    last = max((trial.number for trial in one.trials), default=1)
    as_bars = last * NARROWEST_TRIAL <= shown.width - LABEL - 2
    limits = (0.4, max(last, FEWEST_WIDE) + 0.6)
    lines = [] if as_bars else [_dots("a trial", figure.ink, counted, "•")]
    if others:
        lines.append(_dots("does not count", "warn", others, "×"))
    spread = _known(one, figure)
    if spread is not None and len(counted) > 1:
        lines += _levels(figure, spread, limits, 2 * (shown.width - LABEL - 1))
    top = top_of([y for _, y in (*counted, *others)])
    step = max(1, math.ceil(last * 8 / max(1, shown.width - LABEL)))
    return [
        Plot(
            f"{figure.title}: each trial, in their order",
            bars=counted if as_bars else (),
            bar_ink=figure.ink,
            lines=lines,
            x_limits=limits,
            y_limits=(0.0, top),
            x_ticks=[(float(n), f"trial {n}") for n in range(1, last + 1, step)],
            y_ticks=figure.ticks(top, shown.height),
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


# -- a line over a length --------------------------------------------------------------------------


def swept_length(result: Result) -> str:
    """Return the length that is all that a sweep changes; empty where there is none."""
    names = list(result.plan.sweep)
    if len(names) != 1 or names[0] not in LENGTHS or len(result.measured) < FEWEST_LENGTHS:
        return ""
    return names[0]


def _length(point: Point, name: str) -> float:
    value = point.prompt_tokens if name == "prompt_tokens" else point.sampling.max_tokens
    return math.log2(max(1, value or 1))


def _over_length(figure: Figure, name: str, shown: Shown) -> list[Plot]:
    """Return the medians over the length, on a scale that doubles evenly."""
    known = [
        (_length(one.point, name), one, spread)
        for one in shown.result.points
        if (spread := _known(one, figure)) is not None
    ]
    if not known:
        return []
    known.sort(key=lambda found: found[0])
    xs, ys = [x for x, _, _ in known], [spread.median for _, _, spread in known]
    margin = 0.06 * max(1.0, xs[-1] - xs[0])
    lines, rough = [], False
    if len(xs) > 1:
        lines.append(Line("", figure.ink, xs, ys))
    for x, _, spread in known:
        low, high, guessed = _around(spread)
        rough = rough or guessed
        if low != high:
            lines += _stroke(x, low, high, margin / 6)
    lines.append(Line("", figure.ink, xs, ys, sign="●"))
    top = top_of([y for line in lines for y in line.ys])
    limits = (xs[0] - margin, xs[-1] + margin)
    cells = (shown.width - LABEL) / (limits[1] - limits[0])
    ticks = [
        (x, f"{fmt.count(round(2**x))}: {figure.words(spread.median)}") for x, _, spread in known
    ]
    if any((b[0] - a[0]) * cells < len(a[1]) + 2 for a, b in pairwise(ticks)):
        ticks = [(x, fmt.count(round(2**x))) for x in xs]
    return [
        Plot(
            f"{figure.title}, over {LENGTHS[name]}: medians, {_meaning(rough)}",
            lines=lines,
            x_limits=limits,
            y_limits=(0.0, top),
            x_ticks=ticks,
            y_ticks=figure.ticks(top, shown.height),
        )
    ]
