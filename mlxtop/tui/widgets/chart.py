"""Charts over time: the grid of their columns, their scale and their marks.

Columns are on an absolute grid of time, and a chart moves by whole cells: the column of a moment
never changes while it scrolls by. Live and replayed charts are equal, because the only inputs are
figures, time and size. `areas.py` draws the columns.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.timeline.series import Series
from mlxtop.tui.widgets.rows import Row, merge

WINDOW_SECONDS = 60.0
GUTTER = 8
"""Cells for the scale left of every chart, equal everywhere so that charts align in time."""
_FINEST = 1 / 1024


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns of time: column i covers (start + i·width, start + (i + 1)·width]."""

    start: float
    width: float
    count: int

    def before(self, windows: int = 1) -> "Grid":
        """Return the grid that ends where this one begins, `windows` times as long."""
        count = self.count * windows
        return Grid(self.start - count * self.width, self.width, count)


def grid(t: float, cells: int, window: float = WINDOW_SECONDS, in_cell: int = 1) -> Grid:
    """Return the columns of a chart `cells` wide whose last cell holds the moment t.

    A column's width is a multiple of 1/1024 s, so that every edge is exact in floating point and
    a reading is always in the same column, wherever the window starts. Braille has two columns
    `in_cell`.
    """
    if cells <= 0:
        return Grid(t, 1.0, 0)
    width = max(1, math.ceil(window / (in_cell * cells) / _FINEST)) * _FINEST
    last = math.ceil(t / (in_cell * width)) - 1
    return Grid((last - cells + 1) * in_cell * width, width, in_cell * cells)


@dataclass(frozen=True, slots=True)
class Canvas:
    """The room of a chart in a pane, and the seconds that it shows."""

    width: int
    rows: int
    gutter: int = 0
    """Cells of the scale on the left, part of the width."""
    window: float = WINDOW_SECONDS

    def grid(self, t: float) -> Grid:
        """Return the columns of time up to t."""
        return grid(t, self.width - self.gutter, self.window)


def columns(series: Series | None, grid: Grid, t: float) -> list[float]:
    """Return the highest reading of each column up to time t; NaN in gaps."""
    if series is None:
        return [math.nan] * grid.count
    return series.columns(grid.start, grid.width, grid.count, t)


def highest(values: Sequence[float]) -> float:
    """Return the highest known value; 0 if there is none."""
    return max((value for value in values if value == value), default=0.0)


def with_scale(
    rows: Sequence[Row], gutter: int, top: str, bottom: str = "0", name: str = ""
) -> list[Row]:
    """Return the rows with a scale on the left: top value, name, and bottom value."""
    result = []
    for place, row in enumerate(rows):
        if place == 0:
            label = top
        else:
            label = bottom if place == len(rows) - 1 else name if place == 1 else ""
        scale = f"{label[: max(0, gutter - 1)]:>{gutter - 1}} " if gutter > 0 else ""
        result.append(merge(((scale, "quiet"), *row)))
    return result


def with_mark(rows: Sequence[Row], share: float, ink: str = "mark", label: str = "") -> list[Row]:
    """Return the rows with a dashed line at `share` (0–1) of the height, in free cells.

    The label is in the first gap of the line where it fits, or left out.
    """
    result = list(rows)
    if not rows or not 0 < share <= 1:
        return result
    place = min(len(rows) - 1, int((1 - share) * len(rows)))
    cells = [(sign, span_ink) for text, span_ink in rows[place] for sign in text]
    line = [("╌", ink) if cell[0] == " " else cell for cell in cells]
    # With a dash on both sides, so that it reads as the line's name.
    found = "".join(sign for sign, _ in line).find("╌" * (len(label) + 4)) if label else -1
    if found >= 0:
        line[found + 1 : found + 3 + len(label)] = [(sign, ink) for sign in f" {label} "]
    result[place] = merge(line)
    return result
