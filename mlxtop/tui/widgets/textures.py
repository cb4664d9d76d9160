"""Charts for terminals of few colours: braille textures where layers have colours elsewhere.

A pure function of rows, so that faces draw in one way only.
"""

import os
from collections.abc import Sequence
from typing import Any

from textual.app import App

from mlxtop.streams import needs_ascii
from mlxtop.tui.widgets.areas import BLOCKS, EIGHTHS, SWATCH
from mlxtop.tui.widgets.rows import Row, Span, merge
from mlxtop.tui.widgets.shades import parts

_BASE = 0x2800
_DOTS = 4
# Bits of a cell's dots, from bottom to top, left column and right.
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))

TEXTURES = {
    "wired": ((1, 1, 1, 1), (1, 1, 1, 1)),
    "active": ((1, 0, 1, 0), (0, 1, 0, 1)),
    "compressed": ((1, 0, 1, 1), (1, 0, 1, 1)),
    "cached": ((1, 0, 0, 0), (0, 0, 1, 0)),
}
"""The dots of each layer's ink, from bottom to top, left column and right."""


def needs_textures(app: App[Any]) -> bool:
    """Return whether a terminal has 16 colours or fewer, or no characters for parts of a cell."""
    few = app.console.color_system not in ("256", "truecolor")
    return few or app.no_color or app.current_theme.ansi or needs_ascii(os.environ)


def textured(rows: Sequence[Row]) -> list[Row]:
    """Return rows without shades, their layers distinguished by textures."""
    return [merge([span for text, ink in row for span in _textured(text, ink)]) for row in rows]


def _textured(text: str, ink: str) -> list[Span]:
    lower, _, background = parts(ink)
    upper = parts(background)[0] if background else ""
    if lower not in TEXTURES:
        return [(text, lower)]
    return [_cell(sign, lower, upper) for sign in text]


def _cell(sign: str, lower: str, upper: str) -> Span:
    """Return a cell of a stack: the texture of one layer below, of another above."""
    filled = EIGHTHS if sign == SWATCH else BLOCKS.find(sign)
    if filled <= 0:
        return sign, lower
    dots = max(1, round(filled * _DOTS / EIGHTHS))
    bits = _bits(lower, 0, dots) | (_bits(upper, dots, _DOTS) if upper else 0)
    return chr(_BASE + bits), upper if upper and dots < _DOTS - dots else lower


def _bits(ink: str, first: int, end: int) -> int:
    texture = TEXTURES.get(ink, TEXTURES["wired"])
    return sum(
        _BITS[side][place] for side in (0, 1) for place in range(first, end) if texture[side][place]
    )
