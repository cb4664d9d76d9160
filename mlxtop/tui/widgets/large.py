"""A number three rows high, drawn in half blocks."""

ROWS = 3
"""Rows of a large number."""

_FONT = {
    "0": ("█▀▀█", "█  █", "█▄▄█"),
    "1": (" ▀█ ", "  █ ", " ▄█▄"),
    "2": ("▀▀▀█", "█▀▀▀", "█▄▄▄"),
    "3": ("▀▀▀█", " ▀▀█", "▄▄▄█"),
    "4": ("█  █", "▀▀▀█", "   █"),
    "5": ("█▀▀▀", "▀▀▀█", "▄▄▄█"),
    "6": ("█▀▀▀", "█▀▀█", "█▄▄█"),
    "7": ("▀▀▀█", "   █", "   █"),
    "8": ("█▀▀█", "█▀▀█", "█▄▄█"),
    "9": ("█▀▀█", "▀▀▀█", "▄▄▄█"),
    ".": (" ", " ", "▄"),
    "—": ("    ", "▀▀▀▀", "    "),
}


def large_number(number: str) -> tuple[str, str, str]:
    """Return the rows of a number of digits, a point, or a dash for unknown.

    All digits are equally wide. A comma between thousands would look like the point, and is left
    out.
    """
    glyphs = [_FONT[sign] for sign in number if sign != ","]
    top, middle, bottom = (" ".join(glyph[row] for glyph in glyphs) for row in range(ROWS))
    return top, middle, bottom


LARGEST = len(large_number("999.9")[0])
"""Cells of the longest number below ten thousand."""
