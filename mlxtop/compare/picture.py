"""Two curves in a chart with axes."""

import math
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.compare.curves import Axis, CurveFigure, CurvePoint, curve, merged, of_each, window
from mlxtop.compare.part import Part
from mlxtop.figures import Levels
from mlxtop.plots import Line, Plot
from mlxtop.recording.library import unevictable

LABEL = 8
"""Cells of a label of the vertical axis."""
_LARGEST = 1e100
"""No figure is larger; a damaged file must not overflow a scale."""
INKS = ("speed", "cpu")
BELOW = "quiet"
"""Ink of single replies below their medians."""
SIGNS = ("⠤⠤⠤", "⠤×⠤")
"""Signs of A and B: a line, and a line with crosses, distinct without colours."""
CROSS_EVERY = 4


@dataclass(frozen=True)
class Picture:
    """A chart of two curves, and the points in it."""

    plot: Plot
    curves: tuple[list[CurvePoint], list[CurvePoint]]
    axis: Axis
    in_context: bool
    caption: str
    """The figure and the axis in words."""

    @property
    def step(self) -> float:
        """Maximum distance between two connected points."""
        low, high = self.plot.x_limits
        return (high - low) / max(8, max(len(one) for one in self.curves))


def picture(
    parts: tuple[Part, Part],
    figure: CurveFigure,
    axis: Axis,
    width: int,
    height: int,
    *,
    fitted: bool | None = None,
    plain: bool = False,
) -> Picture | None:
    """Return the chart for `width` × `height` cells; None if neither run has the figure.

    `fitted`: whether the scale fits the data; None: as the figure says. `plain`: A and B are drawn
    with letters.
    """
    cells = max(8, width - LABEL - 1)
    in_context = any(len(part.replies) > 1 for part in parts)
    tokens = window(parts, cells)
    one, other = (
        curve(part, figure, axis, in_context=in_context, points=cells, window=tokens)
        for part in parts
    )
    below = [of_each(part, figure, axis, in_context=in_context, window=tokens) for part in parts]
    known = [point for line in (one, other, *below) for point in line if abs(point.y) <= _LARGEST]
    if not known:
        return None
    x_limits = min(point.x for point in known), max(point.x for point in known)
    if axis == "tokens" and not in_context:
        ends = [len(reply.times) + reply.before for part in parts for reply in part.replies]
        x_limits = 0.0, float(max(ends))
    if x_limits[0] >= x_limits[1]:
        x_limits = x_limits[0] - 0.5, x_limits[1] + 0.5
    fit = not figure.from_zero if fitted is None else fitted
    y_limits, y_ticks = _scale(figure, [point.y for point in known], height, fit)
    # First, so that the medians are drawn over them.
    lines = [
        Line("", BELOW, [p.x for p in points], [p.y for p in points])
        for points in below
        if points and not plain
    ]
    lines += [
        Line(name, ink, [p.x for p in points], [p.y for p in points], sign=name if plain else "")
        for name, ink, points in zip("ab", INKS, (one, other), strict=True)
    ]
    if not plain:
        crosses = other[::CROSS_EVERY]
        xs, ys = [p.x for p in crosses], [p.y for p in crosses]
        lines.append(Line("b", INKS[1], xs, ys, sign="×"))
    title = figure.title
    if figure.id == "wired" and all(unevictable(part.run.header) for part in parts):
        title += " (Unevictable)"
    note = f"scale from {figure.words(y_limits[0])}" if y_limits[0] else ""
    plot = Plot(
        title,
        lines=lines,
        x_limits=x_limits,
        y_limits=y_limits,
        x_ticks=_x_ticks(axis, x_limits, cells),
        y_ticks=y_ticks,
        note=note,
    )
    words = _along(parts, axis, in_context)
    unit = ", tok/s" if figure.id == "speed" else ""
    over = "" if figure.series else f"; each point over up to {tokens} tokens"
    of = _medians_of(parts, axis)
    caption = f"{title}{unit}, {words}{of}{f'; {note}' if note else ''}{over}"
    return Picture(plot, (one, other), axis, in_context, caption)


def _medians_of(parts: tuple[Part, Part], axis: Axis) -> str:
    of = [part.of_benchmark for part in parts if merged(part, axis)]
    if not of:
        return ""
    return f"; medians of all {'trials' if all(of) else 'replies'}"


def _along(parts: tuple[Part, Part], axis: Axis, in_context: bool) -> str:
    if axis == "tokens":
        return "by tokens in the context" if in_context else "by token of the reply"
    marked = [part.zero < part.replies[0].times[0] or part.replies[0].before for part in parts]
    return "by seconds since the mark" if any(marked) else "by seconds since the first token"


def _scale(
    figure: CurveFigure, values: list[float], height: int, fit: bool
) -> tuple[tuple[float, float], list[tuple[float, str]]]:
    """Return the limits of the vertical axis and its ticks."""
    if isinstance(figure.codes, Levels):
        words = figure.codes.words
        ticks = [(float(level), word.rjust(LABEL)) for level, word in enumerate(words)]
        return (0.0, len(words) - 0.8), ticks
    parts = max(2, min(6, height // 4))
    low, high = (min(values) if fit else 0.0), max(values)
    spread = max(high - low, abs(high) * 1e-3) or 1.0
    step = _round_step(spread / parts)
    while True:
        first = math.floor(low / step) * step
        count = max(1, math.ceil((high - first) / step - 1e-9))
        values = [first + step * place for place in range(count + 1)]
        ticks = [(value, _label(figure, value, step)) for value in values]
        # An almost constant line is drawn flat, unless three digits distinguish its ends.
        if len({label for _, label in ticks}) == len(ticks):
            return (first, first + step * count), ticks
        step = _round_step(1.5 * step)


def _round_step(value: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5 × 10^k that is at least `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((s * power for s in (1, 2, 2.5, 5) if value <= s * power * (1 + 1e-9)), 10 * power)


def _label(figure: CurveFigure, value: float, step: float) -> str:
    unit = figure.unit
    words = figure.words(value) if unit is None else f"{fmt.on_scale(step)(value)}{unit}"
    return words.rjust(LABEL)


def _x_ticks(axis: Axis, limits: tuple[float, float], cells: int) -> list[tuple[float, str]]:
    low, high = limits
    step = _round_step((high - low) / max(1, cells // 14))
    if axis == "tokens":
        step = max(1.0, round(step))
    first = math.ceil(low / step)
    values = [step * place for place in range(first, math.floor(high / step) + 1)]
    return [(value, fmt.count(value) if axis == "tokens" else _seconds(value)) for value in values]


def _seconds(value: float) -> str:
    if abs(value) >= 60:
        return fmt.clock(value)
    return f"{value:g} s" if abs(value) > 1e-9 else "0 s"
