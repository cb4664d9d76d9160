"""Dots: a cell of the terminal as 2 × 4 of them, filled from below."""

from functools import lru_cache

DOTS = 4
"""Dots in a cell from bottom to top."""

_BASE = 0x2800
# Bits of a cell's dots, from bottom to top, left column and right.
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))

FULL, SPARSE, LINES, CHECKS = range(4)
"""Textures that tell layers apart without colour."""

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
    """Return a column of (cell, layer), top first; −1 where a cell belongs to no layer.

    `left` and `right` hold the upper end of each layer in dots, lowest layer first. A cell that
    two layers share takes the colour of the one that has more of it.
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
