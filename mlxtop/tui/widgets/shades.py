"""Inks made of others: a shade of one (`speed:3`), and one on another (`wired on active`)."""

from functools import lru_cache

from rich.color import Color as RichColor
from textual.color import Color

SHADES = 8
"""Shades of an ink, from the darkest, 0, to the ink itself."""
_DEPTH = 0.3
"""How much darker the darkest shade is (lightness of Lab, 0–1)."""


@lru_cache(maxsize=256)
def shades(ink: str, rows: int) -> tuple[str, ...]:
    """Return the inks of an area's rows, top first: from the ink itself to its darkest shade."""
    last = max(1, rows - 1)
    return tuple(shade(ink, round((SHADES - 1) * (last - row) / last)) for row in range(rows))


def shade(ink: str, step: int) -> str:
    """Return a shade of an ink; the last one is the ink itself."""
    return ink if step >= SHADES - 1 else f"{ink}:{step}"


def dim(ink: str) -> str:
    """Return the darkest shade of an ink, for what matters least."""
    return shade(ink, 0)


def both(lower: str, upper: str) -> str:
    """Return the ink of a cell whose character has one ink, its background another."""
    return f"{lower} on {upper}"


@lru_cache(maxsize=4096)
def parts(ink: str) -> tuple[str, int, str]:
    """Return the name of an ink, its shade, and the ink of its background, if any."""
    own, _, upper = ink.partition(" on ")
    name, _, step = own.partition(":")
    return name, int(step) if step else SHADES - 1, upper


def shaded(colour: RichColor, step: int, *, dark: bool) -> RichColor:
    """Return a shade of a colour: towards black in a dark theme, towards white in a light one.

    Colours of the terminal's own palette have no shades.
    """
    if colour.triplet is None:
        return colour
    depth = _DEPTH * (1 - step / (SHADES - 1))
    return Color.from_rich_color(colour).darken(depth if dark else -depth).rich_color
