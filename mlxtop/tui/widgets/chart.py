"""Charts over time, drawn in braille dots: pure functions from figures to rows.

Columns are on an absolute grid of time, two to a cell, and a chart moves by whole cells: the
dots of a moment never change while it scrolls by. Live and replayed charts are equal, because
the only inputs are figures, time and size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mlxtop.timeline.series import Series
from mlxtop.tui.widgets.rows import Row, Span, merge

DOTS = 4
"""Dots in a cell from bottom to top."""

_BASE = 0x2800
# Bits of a cell's dots, from bottom to top, left column and right.
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))

FULL, SPARSE, LINES, CHECKS = range(4)
"""Textures that distinguish layers without colour."""

_TEXTURES = {
    FULL: ((1, 1, 1, 1), (1, 1, 1, 1)),
    SPARSE: ((1, 0, 0, 0), (0, 0, 1, 0)),
    LINES: ((1, 0, 1, 1), (1, 0, 1, 1)),
    CHECKS: ((1, 0, 1, 0), (0, 1, 0, 1)),
}


def glyph(bits: int) -> str:
    """Return the character with these dots; a space for none."""
    return chr(_BASE + bits) if bits else " "


def swatch(texture: int) -> str:
    """Return a cell filled with a texture, for legends."""
    return glyph(_cell((texture,) * DOTS, (texture,) * DOTS))


def _cell(left: tuple[int | None, ...], right: tuple[int | None, ...]) -> int:
    bits = 0
    for side, dots in enumerate((left, right)):
        for place, texture in enumerate(dots):
            if texture is not None and _TEXTURES[texture][side][place]:
                bits |= _BITS[side][place]
    return bits


@lru_cache(maxsize=16384)
def fill_column(left: int, right: int, rows: int) -> tuple[str, ...]:
    """Return a column of cells, top first, filled up to `left` and `right` dots."""
    cells = []
    for row in range(rows):
        base = (rows - 1 - row) * DOTS
        bits = 0
        for side, level in enumerate((left, right)):
            for place in range(max(0, min(DOTS, level - base))):
                bits |= _BITS[side][place]
        cells.append(glyph(bits))
    return tuple(cells)


@lru_cache(maxsize=16384)
def stack_column(
    left: tuple[int, ...], right: tuple[int, ...], textures: tuple[int, ...], rows: int
) -> tuple[tuple[str, int], ...]:
    """Return a column of (cell, layer), top first; −1 if a cell belongs to no layer.

    `left` and `right` hold the upper end of each layer in dots, lowest layer first. A cell
    shared by two layers has the colour of the one with more dots.
    """
    cells = []
    for row in range(rows):
        base = (rows - 1 - row) * DOTS
        owners = [[_owner(ends, base + place) for place in range(DOTS)] for ends in (left, right)]
        both = [owner for column in owners for owner in column if owner >= 0]
        most = max(sorted(set(both)), key=both.count) if both else -1
        sides = [
            tuple(textures[owner] if owner >= 0 else None for owner in column) for column in owners
        ]
        cells.append((glyph(_cell(sides[0], sides[1])), most))
    return tuple(cells)


def _owner(ends: tuple[int, ...], dot: int) -> int:
    for layer, end in enumerate(ends):
        if dot < end:
            return layer
    return -1


WINDOW_SECONDS = 60.0
GUTTER = 8
"""Cells for the scale left of every chart, equal everywhere so that charts align in time."""
_FINEST = 1 / 1024
_SMALLEST_TOP = 1e-30
"""Smallest top of a scale: dividing by less may overflow a float."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns of time: column i covers (start + i·width, start + (i + 1)·width]."""

    start: float
    width: float
    count: int

    @property
    def cells(self) -> int:
        """Terminal cells of the columns."""
        return self.count // 2

    def before(self, windows: int = 1) -> "Grid":
        """Return the grid that ends where this one begins, `windows` times as long."""
        count = self.count * windows
        return Grid(self.start - count * self.width, self.width, count)


def grid(t: float, cells: int, window: float = WINDOW_SECONDS) -> Grid:
    """Return the columns of a chart `cells` wide whose last cell holds the moment t.

    A column's width is a multiple of 1/1024 s, so that every edge is exact in floating point and
    a reading is always in the same column, wherever the window starts.
    """
    if cells <= 0:
        return Grid(t, 1.0, 0)
    width = max(1, math.ceil(window / (2 * cells) / _FINEST)) * _FINEST
    last = math.ceil(t / (2 * width)) - 1
    return Grid((last - cells + 1) * 2 * width, width, 2 * cells)


def columns(series: Series | None, grid: Grid, t: float) -> list[float]:
    """Return the highest reading of each column up to time t; NaN in gaps."""
    if series is None:
        return [math.nan] * grid.count
    return series.columns(grid.start, grid.width, grid.count, t)


def highest(values: Sequence[float]) -> float:
    """Return the highest known value; 0 if there is none."""
    return max((value for value in values if value == value), default=0.0)


def level(value: float, top: float, dots: int) -> int:
    """Return the dots of a value: none in a gap, at least one if it is known."""
    if value != value or top <= 0:
        return 0
    return round(max(1.0, min(dots, value / top * dots)))


def area(values: Sequence[float], rows: int, top: float) -> list[str]:
    """Return the rows of an area chart, two values to a cell, `top` at the upper edge."""
    if rows <= 0:
        return []
    dots = rows * DOTS
    levels = [level(value, top, dots) for value in values]
    cells = [
        fill_column(levels[place], levels[place + 1], rows)
        for place in range(0, len(levels) - 1, 2)
    ]
    return ["".join(row) for row in zip(*cells, strict=True)] or [""] * rows


@dataclass(frozen=True, slots=True)
class StackLayer:
    """One layer of a stack: its figures, ink and texture."""

    values: Sequence[float]
    ink: str
    texture: int


def stack(layers: Sequence[StackLayer], rows: int, top: float) -> list[Row]:
    """Return the rows of layers on top of one another, the first lowest; NaN adds nothing."""
    if rows <= 0:
        return []
    if not layers:
        return [()] * rows
    dots, textures = rows * DOTS, tuple(layer.texture for layer in layers)
    ends = _ends(layers, dots, top)
    cells = [
        stack_column(ends[place], ends[place + 1], textures, rows)
        for place in range(0, len(ends) - 1, 2)
    ]
    return [
        merge([(sign, layers[layer].ink if layer >= 0 else "free") for sign, layer in row])
        for row in zip(*cells, strict=True)
    ] or [()] * rows


def _ends(layers: Sequence[StackLayer], dots: int, top: float) -> list[tuple[int, ...]]:
    """Return the upper end of each layer in dots, for every column."""
    scale = dots / top if top >= _SMALLEST_TOP else 0.0
    ends = []
    for values in zip(*(layer.values for layer in layers), strict=True):
        total, column = 0.0, []
        for value in values:
            if value > 0:
                total += value
            end = round(total * scale)
            column.append(end if end < dots else dots)
        ends.append(tuple(column))
    return ends


def band(levels: Sequence[float], rows: int, inks: Sequence[str]) -> list[Row]:
    """Return a band of levels 0, 1, 2…: higher if more serious, each in its own ink."""
    if rows <= 0:
        return []
    dots, steps = rows * DOTS, len(inks)
    heights = [0 if value != value else _height(value, dots, steps) for value in levels]
    rows_of: list[list[Span]] = [[] for _ in range(rows)]
    for place in range(0, len(heights) - 1, 2):
        known = [value for value in levels[place : place + 2] if value == value]
        ink = inks[min(steps - 1, max(0, int(max(known))))] if known else "quiet"
        cells = fill_column(heights[place], heights[place + 1], rows)
        for row, sign in zip(rows_of, cells, strict=True):
            row.append((sign, ink))
    return [merge(row) for row in rows_of]


def _height(value: float, dots: int, steps: int) -> int:
    if value <= 0:
        return 1
    return round(max(1.0, min(dots, dots * value / (steps - 1)))) if steps > 1 else dots


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
