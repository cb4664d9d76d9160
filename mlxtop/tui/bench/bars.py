"""A result as bars: a row for each point, or for each trial of a single point."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.bench.point import Point, short_label
from mlxtop.bench.result import PointResult
from mlxtop.bench.trial import Trial
from mlxtop.text import one_line
from mlxtop.tui.bench.figures import ChartFigure, around, known, meaning, top_of
from mlxtop.tui.bench.trial_table import state_of
from mlxtop.tui.widgets.rows import Row, Span, fit, merge

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL, NOT_COUNTED = "█", "░"
ROWS_OF_A_POINT = 2
"""The bar, and the stroke below."""
SHORTEST = 8
"""Minimum cells of a scale."""
_LONGEST_LABEL = 40
_TICK = 12
"""Minimum cells between two values of the scale."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value from 0, or a mark on the scale; its name is at the left, words are at the right."""

    label: str
    value: float | None
    """None: only words are shown."""
    words: str
    ink: str
    counts: bool = True
    is_mark: bool = False
    """Whether to draw a sign at the value instead of a bar."""
    ends: tuple[float, float] | None = None
    """Ends of a stroke around the value of a mark."""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars in groups, separated if there is room, on one scale from 0."""

    title: str
    groups: Sequence[Sequence[Bar]]
    top: float
    scale: Callable[[float], str]

    @property
    def fewest_rows(self) -> int:
        """The rows it needs: a title, the bars, a scale."""
        return 2 + sum(map(len, self.groups))


def bar_rows(chart: BarChart, width: int, height: int) -> list[Row]:
    """Return the chart in at most `height` rows; empty without enough room."""
    bars = [bar for group in chart.groups for bar in group]
    longest = max((cell_len(bar.label) for bar in bars), default=0)
    label = min(_LONGEST_LABEL, width // 3, longest)
    # Words beside a bar that does not count may be long: other bars are not shortened for them.
    measured = [bar for bar in bars if bar.counts] or bars
    beside = max((cell_len(bar.words) + 1 for bar in measured), default=0)
    cells = width - label - 4 - min(beside, width // 3)
    if cells < SHORTEST or height < chart.fewest_rows:
        return []
    gap = chart.fewest_rows + len(chart.groups) - 1 <= height
    rows: list[Row] = [((f" {chart.title}", "value"),)]
    for place, group in enumerate(chart.groups):
        if place and gap:
            rows.append(_named("", label))
        rows += [_bar(bar, label, cells, chart.top) for bar in group]
    rows.append(_scale(chart, label, cells))
    return [fit(row, width) for row in rows]


def _named(name: str, label: int) -> Row:
    return (("  ", "quiet"), *fit(((name, "value"),), label), (" │", "rule"))


def _bar(bar: Bar, label: int, cells: int, top: float) -> Row:
    drawn = _mark(bar, cells, top) if bar.is_mark else _filled(bar, cells, top)
    words: Span = (f" {bar.words}", "value" if bar.counts else "warn")
    return merge((*_named(bar.label, label), (drawn, bar.ink), words))


def _filled(bar: Bar, cells: int, top: float) -> str:
    eighths = round(_place(bar.value, cells, top) * 8)
    if not bar.counts:
        return NOT_COUNTED * round(eighths / 8)
    return FULL * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _mark(bar: Bar, cells: int, top: float) -> str:
    """Return a sign at the value, in a stroke if its ends are some cells apart."""

    def cell(value: float | None) -> int:
        return min(cells - 1, int(_place(value, cells, top)))

    at = cell(bar.value)
    low, high = (cell(end) for end in bar.ends) if bar.ends else (at, at)
    drawn = [" "] * (high + 1)
    if low < high:
        drawn[low:] = ["├", *"─" * (high - low - 1), "┤"]
    drawn[at] = {low: "┣", high: "┫"}.get(at, "┃") if low < high else "┃"
    return "".join(drawn)


def _place(value: float | None, cells: int, top: float) -> float:
    return cells * max(0.0, min(1.0, (value or 0.0) / top))


def _scale(chart: BarChart, label: int, cells: int) -> Row:
    """Return the values of the scale, each at its column."""
    parts = next((parts for parts in (4, 2) if cells // parts >= _TICK), 1)
    drawn = ""
    for part in range(parts + 1):
        column = round(cells * part / parts)
        words = chart.scale(chart.top * part / parts)
        # Above its column, but for the first: the end of the scale must not be cut off.
        drawn = drawn.ljust(max(0, column - (cell_len(words) - 1 if part else 0))) + words
    return ((" " * (label + 4), "quiet"), (drawn, "quiet"))


def point_bars(figure: ChartFigure, points: Sequence[PointResult], width: int) -> BarChart | None:
    """Return a bar for each point with the range of its trials; None without figures."""
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
    """Return what distinguishes a point, for a prompt also its beginning."""
    if point.beginning:
        return one_line(point.title, cells)
    return short_label(one_line(point.label, 200), cells)


def trial_bars(figure: ChartFigure, one: PointResult) -> BarChart | None:
    """Return a bar for each trial in order, and below the median with its interval."""
    bars = [_trial(figure, trial) for trial in one.trials]
    values = [bar.value for bar in bars if bar.value is not None]
    if not values:
        return None
    groups = [[bar] for bar in bars]
    spread = known(one, figure)
    if spread is not None and spread.trials > 1:
        low, high, guessed = around(spread)
        words = figure.words(spread.median)
        if low != high:
            of = "lowest to highest" if guessed else "95 % interval"
            words += f", {of} {figure.words(low)} – {figure.words(high)}"
        around_it = low, high
        groups.append([Bar("median", spread.median, words, "mark", is_mark=True, ends=around_it)])
    top = top_of(values)
    return BarChart(f"{figure.title}: each trial, in order", groups, top, figure.scale(top))


def _trial(figure: ChartFigure, trial: Trial) -> Bar:
    value = getattr(trial, figure.name)
    there = fmt.known(value)
    words = figure.words(value if there else None)
    if not trial.valid:
        words += f"  {state_of(trial)[0]}"
    ink = figure.ink if trial.counts else "warn"
    return Bar(f"trial {trial.number}", value if there else None, words, ink, counts=trial.counts)
