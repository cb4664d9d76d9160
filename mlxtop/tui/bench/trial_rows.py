"""What the tables of trials share, live and in a replay: margins, rooms, which points are seen."""

from mlxtop.tui.bench.columns import MARGIN
from mlxtop.tui.widgets.rows import Row, text

TITLES = 2
"""Rows of titles over the trials."""
SELECTED = "▸ "


def indented(row: Row, sign: str = "") -> Row:
    """Return a row behind the margin, with a sign in it."""
    return ((f"{sign:<{MARGIN}}", "mark"), *row)


def selected(row: Row) -> Row:
    """Return the row of the trial that is looked at."""
    return ((SELECTED + text(row), "chosen"),)


def rooms(left: int, points: int) -> tuple[int, int]:
    """Return the rows for trials and for medians, of those left for both and for one title."""
    left -= 1
    medians = min(points, max(1, left // 3))
    if left - medians < 1:
        return max(0, left + 1), 0
    return left - medians, medians


def places_around(here: int, points: int, room: int) -> range:
    """Return the places of the points that there is room for, `here` among them."""
    first = max(0, min(here - room // 2, points - room))
    return range(first, min(first + room, points))
