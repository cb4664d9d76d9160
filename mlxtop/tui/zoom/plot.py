"""plotext behind a small door: lines or bars with axes in, rows in inks of the theme out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.style import Style
from rich.text import Text

from mlxtop.tui.widgets.rows import INKS, Row, Span, fit, merge

SMALLEST = (24, 6)
"""Columns and rows below which a chart with axes says nothing."""

# plotext knows numbers of colours, not inks; each ink gets a number that is taken back below.
_NUMBERS = {ink: 16 + place for place, ink in enumerate(INKS)}
_INKS = {number: ink for ink, number in _NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over x; NaN breaks the line."""

    label: str
    ink: str
    xs: Sequence[float]
    ys: Sequence[float]
    dash: int = 0
    """Points drawn, and left out, in turn; 0 for a line without gaps of its own."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything of a chart but its size."""

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
    """What is to be known of the vertical axis, where it is not what one expects."""

    @property
    def legend(self) -> Row:
        """Return the labels of the lines in their inks, with how each is drawn."""
        spans: list[Span] = []
        for line in self.lines:
            sign = {0: "⠤⠤⠤", 3: "⠤ ⠤"}.get(line.dash, "⠄ ⠄")
            spans += [(f"{sign} {line.label}", line.ink), ("   ", "quiet")]
        return merge(spans)


def plot_rows(plot: Plot, width: int, height: int) -> list[Row]:
    """Return the chart with its axes; empty rows where there is no room for one."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [fit((), width)] * max(0, height)
    # Here, because importing plotext takes 100 to 200 ms and most runs never enlarge a pane.
    import plotext

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.canvas("default")
    figure.legend(False)

    def pixel(ink: str) -> Any:
        return plotext.pixel(foreground=_NUMBERS[ink], background="default")

    figure.axes(pixel=pixel("rule"))
    figure.axes(False, axis=["x", "y"], side=1)
    figure.ruler(["x", "y"], [0, 1]).pixel(pixel("quiet"))
    x, y = figure.ruler("x"), figure.ruler("y")
    x.lim(*plot.x_limits)
    y.lim(*plot.y_limits)
    for moment in plot.marks:
        figure.line(moment, "vertical", pixel=pixel("mark"), style="dotted")
    for line in plot.lines:
        _draw_line(plotext, line, pixel(line.ink))
    if plot.bars:
        marker = plotext.marker("full", pixel(plot.bar_ink))
        at, heights = zip(*plot.bars, strict=True)
        figure.draw(figure.bar(list(at), list(heights), marker=marker, width=0.9))
    # After the bars, which set ticks of their own.
    if plot.x_ticks:
        x.ticks([at for at, _ in plot.x_ticks], [label for _, label in plot.x_ticks])
    if plot.y_ticks:
        y.ticks([at for at, _ in plot.y_ticks], [label for _, label in plot.y_ticks])
    return _rows(figure.build().string(), width, height)


def _draw_line(plotext: Any, line: Line, pixel: Any) -> None:
    """Draw a line; NaN never reaches plotext, which aborts the process on it."""
    xs: list[float] = []
    ys: list[float] = []
    begins: list[int] = []
    drawing = False
    for place, (x, y) in enumerate(zip(line.xs, line.ys, strict=True)):
        shown = math.isfinite(y) and not (line.dash and place // line.dash % 2)
        if shown:
            if not drawing:
                begins.append(len(xs))
            xs.append(x)
            ys.append(y)
        drawing = shown
    if not xs:
        return
    signal = plotext.figure.signal(xs, ys, marker=plotext.marker("braille", pixel)).lines()
    for begin in begins:
        signal.line(begin, False)
    plotext.figure.draw(signal)


def _rows(ansi: str, width: int, height: int) -> list[Row]:
    rows: list[Row] = []
    for line in ansi.splitlines()[:height]:
        text = Text.from_ansi(line)
        inks = ["quiet"] * len(text.plain)
        for span in text.spans:
            style = span.style if isinstance(span.style, Style) else Style.parse(span.style)
            if style.color is not None and style.color.number in _INKS:
                inks[span.start : span.end] = [_INKS[style.color.number]] * (span.end - span.start)
        rows.append(fit(merge(list(zip(text.plain, inks, strict=True))), width))
    return rows + [fit((), width)] * (height - len(rows))
