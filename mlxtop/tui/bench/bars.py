"""A figure as bars: a median for each point, or each trial of one point."""

from collections.abc import Sequence

from mlxtop import format as fmt
from mlxtop.bench.point import Point, short_label
from mlxtop.bench.result import PointResult
from mlxtop.bench.trial import Trial
from mlxtop.text import one_line
from mlxtop.tui.bench.bar_rows import Bar, BarChart
from mlxtop.tui.bench.columns import state_of
from mlxtop.tui.bench.figures import Figure, around, known, meaning
from mlxtop.tui.bench.scales import top_of

ROWS_OF_A_POINT = 2
"""Its bar, and the stroke below."""


def point_bars(figure: Figure, points: Sequence[PointResult], width: int) -> BarChart | None:
    """Return a bar for each point, below it what its trials lie between; None without figures."""
    groups, values, rough = [], [], False
    for one in points:
        label = _label(one.point, max(3, width // 3))
        spread = known(one, figure)
        if spread is None:
            why = one_line(one.point.invalid, 200) or "no valid trial yet"
            groups.append([Bar(label, None, f"— {why}", figure.ink, counts=False)])
            continue
        low, high, guessed = around(spread)
        rough = rough or guessed
        values += [spread.median, high]
        group = [Bar(label, spread.median, figure.words(spread.median), figure.ink)]
        if low != high:
            between = f"{figure.words(low)} – {figure.words(high)}"
            stroke = Bar("", spread.median, between, "mark", is_mark=True, ends=(low, high))
            group.append(stroke)
        groups.append(group)
    if not values:
        return None
    top = top_of(values)
    title = f"{figure.title}: medians"
    if any(len(group) > 1 for group in groups):
        title += f", ├─┤ {meaning(rough)}"
    return BarChart(title, groups, top, figure.scale(top))


def _label(point: Point, cells: int) -> str:
    """Return what tells a point from others, of a prompt also how it begins."""
    if point.beginning:
        return one_line(point.title, cells)
    return short_label(one_line(point.label, 200), cells)


def trial_bars(figure: Figure, one: PointResult) -> BarChart | None:
    """Return a bar for each trial in their order, and below the median with its interval."""
    bars = [_trial(figure, trial) for trial in one.trials]
    values = [bar.value for bar in bars if bar.value is not None]
    if not values:
        return None
    groups = [[bar] for bar in bars]
    spread = known(one, figure)
    if spread is not None and spread.trials > 1:
        low, high, guessed = around(spread)
        words = figure.words(spread.median)
        if not guessed and low != high:
            words += f", 95 % interval {figure.words(low)} – {figure.words(high)}"
        ends = None if guessed else (low, high)
        groups.append([Bar("median", spread.median, words, "mark", is_mark=True, ends=ends)])
    top = top_of(values)
    return BarChart(f"{figure.title}: each trial, in their order", groups, top, figure.scale(top))


def _trial(figure: Figure, trial: Trial) -> Bar:
    value = getattr(trial, figure.name)
    there = fmt.known(value)
    words = figure.words(value if there else None)
    if not trial.valid:
        words += f"  {state_of(trial)[0]}"
    ink = figure.ink if trial.counts else "warn"
    return Bar(f"trial {trial.number}", value if there else None, words, ink, counts=trial.counts)
