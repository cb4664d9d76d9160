"""A small interface to plotext: takes lines or bars with axes, gives rows of text in inks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

SMALLEST = (24, 6)
"""Smallest useful columns and rows of a chart with axes."""
AXIS, LABELS, MARKS = "rule", "quiet", "mark"
"""Inks of everything except data."""

LETTERS_EVERY = 48
"""Points of a line from one of its letters to the next."""
LETTERS_APART = 8
"""Points from a line's letter to that of the next line: the lines may overlap."""
# plotext knows numbers of colours, not inks; each ink gets a number that is mapped back below.
_FIRST_NUMBER = 16
_LARGEST = 1e300
"""Largest value: leaves room to compute, because twice the largest float is infinite."""
_Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over x; NaN breaks the line."""

    label: str
    ink: str
    xs: Sequence[float]
    ys: Sequence[float]
    dash: int = 0
    """Points drawn, and left out, in turn; 0 for a line without gaps of its own."""
    sign: str = ""
    """Drawn at each point instead of a line."""
    letter: str = ""
    """Drawn now and then on the line, so that not only its colour distinguishes it."""
    words: Callable[[float], str] | None = None
    """Writes a value with its unit, for a cursor; None if its label has the value."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart without its size."""

    title: str
    lines: Sequence[Line] = ()
    bars: Sequence[tuple[float, float]] = ()
    """(x, height) of a histogram."""
    bar_ink: str = "speed"
    x_limits: tuple[float, float] = (0.0, 1.0)
    y_limits: tuple[float, float] = (0.0, 1.0)
    x_ticks: Sequence[tuple[float, str]] = ()
    y_ticks: Sequence[tuple[float, str]] = ()
    marks: Sequence[float] = field(default=())
    """Moments with a vertical line."""
    note: str = ""
    """A note on the vertical axis, if it is not the usual one."""

    @property
    def inks(self) -> list[str]:
        """All inks it is drawn in."""
        return sorted({AXIS, LABELS, MARKS, self.bar_ink, *(line.ink for line in self.lines)})


def load() -> None:
    """Import plotext, which takes 100 to 200 ms: for a thread, before the first chart."""
    import plotext  # noqa: F401


def draw(plot: Plot, width: int, height: int) -> list[list[tuple[str, str]]]:
    """Return the rows of the chart with its axes, with a (character, ink) for every cell.

    `width` and `height` are at least `SMALLEST`.
    """
    # Imported here: it takes 100 to 200 ms, and most runs never draw a full chart.
    import plotext

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.canvas("default")
    figure.legend(False)
    numbers = {ink: _FIRST_NUMBER + place for place, ink in enumerate(plot.inks)}

    def pixel(ink: str) -> Any:
        return plotext.pixel(foreground=numbers[ink], background="default")

    figure.axes(pixel=pixel(AXIS))
    figure.axes(False, axis=["x", "y"], side=1)
    figure.ruler(["x", "y"], [0, 1]).pixel(pixel(LABELS))
    x, y = figure.ruler("x"), figure.ruler("y")
    x_limits, y_limits = _sane(plot.x_limits), _sane(plot.y_limits)
    x.lim(*x_limits)
    y.lim(*y_limits)
    for moment in plot.marks:
        figure.line(moment, "vertical", pixel=pixel(MARKS), style="dotted")
    if plot.bars:
        marker = plotext.marker("full", pixel(plot.bar_ink))
        at, heights = zip(*plot.bars, strict=True)
        shown = [_within(each, y_limits) for each in heights]
        figure.draw(figure.bar(list(at), shown, marker=marker, width=0.9))
    # After the bars, which would cover them.
    for line in plot.lines:
        _draw_line(plotext, line, (x_limits, y_limits), pixel(line.ink))
    # After all lines: a later line would be drawn over them.
    for place, line in enumerate(plot.lines):
        _draw_letters(plotext, line, place, (x_limits, y_limits), pixel(line.ink))
    # After the bars, which set ticks of their own.
    if plot.x_ticks:
        x.ticks([at for at, _ in plot.x_ticks], [label for _, label in plot.x_ticks])
    if plot.y_ticks:
        y.ticks([at for at, _ in plot.y_ticks], [label for _, label in plot.y_ticks])
    inks = {number: ink for ink, number in numbers.items()}
    return [_cells(row, inks) for row in figure.build().string().splitlines()[:height]]


def _sane(limits: _Limits) -> _Limits:
    low, high = limits
    return max(-_LARGEST, min(low, _LARGEST)), max(-_LARGEST, min(high, _LARGEST))


def _within(value: float, limits: _Limits) -> float:
    """Return the value, or one just outside the chart if it is far outside.

    plotext makes a point for each cell of a line, visible or not: a line to 10¹⁵ kills the process.
    """
    low, high = limits
    return max(low - (high - low), min(value, high + (high - low)))


def _draw_line(plotext: Any, line: Line, limits: tuple[_Limits, _Limits], pixel: Any) -> None:
    """Draw a line; NaN never reaches plotext, which would abort the process."""
    xs: list[float] = []
    ys: list[float] = []
    begins: list[int] = []
    drawing = False
    for place, (x, y) in enumerate(zip(line.xs, line.ys, strict=True)):
        shown = math.isfinite(y) and not (line.dash and place // line.dash % 2)
        if shown:
            if not drawing:
                begins.append(len(xs))
            xs.append(_within(x, limits[0]))
            ys.append(_within(y, limits[1]))
        drawing = shown
    if not xs:
        return
    if line.sign:
        plotext.figure.draw(plotext.figure.signal(xs, ys, marker=plotext.marker(line.sign, pixel)))
        return
    signal = plotext.figure.signal(xs, ys, marker=plotext.marker("braille", pixel)).lines()
    for begin in begins:
        signal.line(begin, False)
    plotext.figure.draw(signal)


def _draw_letters(
    plotext: Any, line: Line, place: int, limits: tuple[_Limits, _Limits], pixel: Any
) -> None:
    """Draw a line's letter at some of its points, different ones for each line."""
    if not line.letter:
        return
    points = [(x, y) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
    # From the right, the newest point.
    last = max(0, len(points) - LETTERS_APART * place)
    lettered = points[:last][::-LETTERS_EVERY] or points[-1:]
    if not lettered:
        return
    xs = [_within(x, limits[0]) for x, _ in lettered]
    ys = [_within(y, limits[1]) for _, y in lettered]
    marker = plotext.marker(line.letter, pixel)
    plotext.figure.draw(plotext.figure.signal(xs, ys, marker=marker))


def _cells(ansi: str, inks: dict[int, str]) -> list[tuple[str, str]]:
    from rich.style import Style
    from rich.text import Text

    text = Text.from_ansi(ansi)
    found = [LABELS] * len(text.plain)
    for span in text.spans:
        style = span.style if isinstance(span.style, Style) else Style.parse(span.style)
        if style.color is not None and style.color.number in inks:
            found[span.start : span.end] = [inks[style.color.number]] * (span.end - span.start)
    return list(zip(text.plain, found, strict=True))
