"""The chart of two curves with a cursor line."""

import math

from textual import events
from textual.message import Message
from textual.reactive import reactive

from mlxtop import format as fmt
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.curves import Axis, CurveFigure, CurvePoint, moment, value_at
from mlxtop.compare.picture import INKS, LABEL, SIGNS, Picture, picture
from mlxtop.plots import SMALLEST, draw
from mlxtop.tui.widgets.rows import Row, RowsWidget, Span, fit, length, merge

_HEAD_ROWS = 2
"""Rows above the chart: caption, and the legend with the values at the cursor."""


class CurveView(RowsWidget):
    """Two curves, their legend, and the values at the cursor."""

    share: reactive[float] = reactive(0.5)
    """Position of the cursor, from 0 at the left end of the chart to 1."""

    class Moved(Message):
        """The cursor was moved."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.result: Comparison | None = None
        self.figure: CurveFigure | None = None
        self.axis: Axis = "tokens"
        self.fitted: bool | None = None
        self.times_drawn = 0
        """How often plotext had to draw."""
        self._key: tuple[object, ...] = ()
        self._picture: Picture | None = None
        self._cells: list[list[Span]] = []

    def show(
        self, result: Comparison, figure: CurveFigure, axis: Axis, fitted: bool | None
    ) -> None:
        """Draw a figure of both runs."""
        self.result, self.figure, self.axis, self.fitted = result, figure, axis, fitted
        self._draw()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def watch_share(self) -> None:
        """Move the cursor's line without drawing the curves again."""
        self._draw()

    def move(self, cells: int) -> None:
        """Move the cursor by so many cells."""
        columns = max(1, self.size.width - LABEL - 2)
        place = round(self.share * columns) + cells
        self.share = max(0.0, min(1.0, place / columns))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the mouse."""
        columns = max(1, self.size.width - LABEL - 2)
        self.share = max(0.0, min(1.0, (event.x - LABEL - 1) / columns))

    @property
    def x(self) -> float | None:
        """Position of the cursor on the horizontal axis; None if nothing is drawn."""
        if self._picture is None:
            return None
        low, high = self._picture.plot.x_limits
        x = low + self.share * (high - low)
        return float(round(x)) if self.axis == "tokens" else x

    def moments(self) -> tuple[float, float] | None:
        """Return the moments at the cursor on the clocks of A and of B."""
        x, made, result = self.x, self._picture, self.result
        if x is None or made is None or result is None:
            return None
        one, other = (
            moment(side.part, made.axis, x, in_context=made.in_context)
            for side in (result.first, result.second)
        )
        return one, other

    def _draw(self) -> None:
        width, height = self.size
        if self.result is None or self.figure is None or width <= 0:
            return
        rows = self._chart(self.result, self.figure, width, height)
        self.put((rows + [fit((), width)] * (height - len(rows)))[:height])

    def _chart(self, result: Comparison, figure: CurveFigure, width: int, height: int) -> list[Row]:
        room = height - _HEAD_ROWS
        key = (id(result), figure.id, self.axis, self.fitted, width, room)
        if key != self._key:
            self._key = key
            parts = result.first.part, result.second.part
            self._picture = picture(parts, figure, self.axis, width, room, fitted=self.fitted)
            self._cells = []
            if self._picture is not None and width >= SMALLEST[0] and room >= SMALLEST[1]:
                self._cells = draw(self._picture.plot, width, room)
                self.times_drawn += 1
        made = self._picture
        if made is None:
            return [fit(((f" {figure.title}: neither recording has it", "quiet"),), width)]
        return [
            fit(((f" {made.caption}", "title"),), width),
            fit(self._readout(figure, made, width), width),
            *(fit(merge(cells), width) for cells in self._with_cursor(self._cells, width)),
        ]

    def _readout(self, figure: CurveFigure, made: Picture, width: int) -> Row:
        """Return the legend of each curve, with its value at the cursor.

        Each has room for its longest value, so that nothing moves with the cursor.
        """
        x = self.x
        assert x is not None
        one, other = (value_at(points, x, made.step, steps=figure.steps) for points in made.curves)
        where = f"token {fmt.count(x)}" if made.axis == "tokens" else fmt.seconds(x)
        spans: list[Span] = []
        for name, sign, ink, points, value in zip(
            "AB", SIGNS, INKS, made.curves, (one, other), strict=True
        ):
            known = [point.y for point in points if math.isfinite(point.y)]
            room = max((len(figure.words(each)) for each in known), default=0)
            words = figure.words(value) if known else "not known"
            spans += [(f" {sign} {name} {words:<{room}} ", ink), (" ", "quiet")]
        at: Span = (f" │ at {where}", "cursor")
        if figure.codes is None and all(map(self._has_values, made.curves)):
            ratio = f"{other / one:.3f}" if one and other is not None else fmt.UNKNOWN
            for words in (f" B / A here {ratio:<5} ", f" B / A {ratio:<5} "):
                row = merge([*spans, (words, "value"), at])
                if length(row) <= width:
                    return row
        return merge([*spans, at])

    @staticmethod
    def _has_values(points: list[CurvePoint]) -> bool:
        return any(math.isfinite(point.y) for point in points)

    def _with_cursor(self, rows: list[list[Span]], width: int) -> list[list[Span]]:
        """Return the chart's rows with the cursor's line behind the curves."""
        place = LABEL + 1 + round(self.share * (width - LABEL - 2))
        found = [list(row) for row in rows]
        # The last two are the axis and its labels.
        for row in found[:-2]:
            row += [(" ", "quiet")] * (width - len(row))
            if row[place][0] == " ":
                row[place] = ("│", "cursor")
        return found
