"""Filled charts in eighths of a cell: areas, stacks and bands, one column of time to a cell.

Pure functions from figures to rows. An area is darker at the bottom: each row has one shade of
its ink (`speed:3`). In a stack a cell shared by two layers has both inks (`wired on active`), so
every boundary is exact to the eighth. Terminals of few colours get textures instead
(`mlxtop/tui/widgets/textures.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mlxtop.tui.widgets.rows import Row, merge
from mlxtop.tui.widgets.shades import both, shades

BLOCKS = " ▁▂▃▄▅▆▇█"
"""A cell filled from the bottom by as many eighths as the place of the character."""
EIGHTHS = 8
SWATCH = "■"
"""A sign of a layer's colour in a legend."""

_SMALLEST_TOP = 1e-30
"""Smallest top of a scale: dividing by less may overflow a float."""


def level(value: float, top: float, eighths: int) -> int:
    """Return the eighths of a value: none in a gap, at least one if it is known."""
    if value != value or top <= 0:
        return 0
    return round(max(1.0, min(eighths, value / top * eighths)))


@lru_cache(maxsize=4096)
def fill_column(filled: int, rows: int) -> tuple[str, ...]:
    """Return a column of cells, top first, filled up to so many eighths."""
    return tuple(
        BLOCKS[max(0, min(EIGHTHS, filled - (rows - 1 - row) * EIGHTHS))] for row in range(rows)
    )


def area(values: Sequence[float], rows: int, top: float, ink: str) -> list[Row]:
    """Return the rows of an area chart, a value to a cell, `top` at the upper edge."""
    if rows <= 0:
        return []
    if not values:
        return [()] * rows
    eighths = rows * EIGHTHS
    cells = [fill_column(level(value, top, eighths), rows) for value in values]
    lines = map("".join, zip(*cells, strict=True))
    return [((line, shade),) for line, shade in zip(lines, shades(ink, rows), strict=True)]


@dataclass(frozen=True, slots=True)
class StackLayer:
    """One layer of a stack: its figures and its ink."""

    values: Sequence[float]
    ink: str


def stack(layers: Sequence[StackLayer], rows: int, top: float) -> list[Row]:
    """Return the rows of layers on top of one another, the first lowest; NaN adds nothing."""
    if rows <= 0:
        return []
    if not layers or not len(layers[0].values):
        return [()] * rows
    inks = tuple(layer.ink for layer in layers)
    cells = [stack_column(ends, inks, rows) for ends in _ends(layers, rows * EIGHTHS, top)]
    return [merge(row) for row in zip(*cells, strict=True)]


def _ends(layers: Sequence[StackLayer], eighths: int, top: float) -> list[tuple[int, ...]]:
    """Return the upper end of each layer in eighths, for every column."""
    scale = eighths / top if top >= _SMALLEST_TOP else 0.0
    ends = []
    for values in zip(*(layer.values for layer in layers), strict=True):
        total, column = 0.0, []
        for value in values:
            if value > 0:
                total += value
            end = total * scale
            column.append(round(end) if end < eighths else eighths)
        ends.append(tuple(column))
    return ends


@lru_cache(maxsize=16384)
def stack_column(
    ends: tuple[int, ...], inks: tuple[str, ...], rows: int
) -> tuple[tuple[str, str], ...]:
    """Return a column of (cell, ink), top first; `ends` are the upper ends of the layers."""
    return tuple(_stacked(ends, inks, (rows - 1 - row) * EIGHTHS) for row in range(rows))


def _stacked(ends: tuple[int, ...], inks: tuple[str, ...], base: int) -> tuple[str, str]:
    """Return the cell above `base`: the lower layer on the upper one, or on what is free.

    Of more layers than two the largest are kept; the upper end of the stack is always exact.
    """
    parts: list[tuple[int, int, str]] = []
    filled = 0
    for end, ink in zip(ends, inks, strict=True):
        reached = min(EIGHTHS, end - base)
        if reached > filled:
            parts.append((filled - reached, reached, ink))
            filled = reached
    if not parts:
        return " ", "free"
    room = 2 if filled == EIGHTHS else 1
    kept = sorted(sorted(parts)[:room], key=lambda part: part[1])
    if room == 1:
        return BLOCKS[filled], kept[0][2]
    if len(kept) == 1:
        return BLOCKS[EIGHTHS], kept[0][2]
    return BLOCKS[kept[0][1]], both(kept[0][2], kept[1][2])


def band(levels: Sequence[float], rows: int, inks: Sequence[str]) -> list[Row]:
    """Return a band of levels 0, 1, 2…: higher if more serious, each in its own ink."""
    if rows <= 0:
        return []
    eighths, last = rows * EIGHTHS, len(inks) - 1
    columns = []
    for value in levels:
        known = value == value
        ink = inks[min(last, max(0, int(value)))] if known else "quiet"
        filled = level(value if last else 1.0, last or 1.0, eighths) if known else 0
        columns.append([(sign, ink) for sign in fill_column(filled, rows)])
    return [merge(row) for row in zip(*columns, strict=True)] or [()] * rows
