"""What can be read in an enlarged chart: the cursor, the values there, and the notes of marks."""

import math
from collections.abc import Sequence
from itertools import takewhile

from rich.cells import cell_len

from mlxtop.plots import Line, Plot
from mlxtop.text import one_line
from mlxtop.tui.widgets.rows import Row, fit, length, merge
from mlxtop.tui.zoom.charts import LABEL, Axes, legend, name_of

_FEWEST = 6
"""Cells below which a note is left out: less cannot be read."""
_NOTES = 3
"""Rows at the top of a chart for notes, so that neighbours do not overlap."""
_HELD_SECONDS = 0.5
_VALUE = 8
"""Cells kept for a value, so that the legend does not move with it."""


def place_of(axes: Axes, at: float | None) -> int | None:
    """Return the column of a moment; None if the chart does not show it."""
    shown = axes.grid
    if at is None or not axes.t - axes.span <= at <= axes.t:
        return None
    place = -int(-(at - shown.start) // shown.width) - 1
    return max(0, min(place, shown.count - 1))


def cell_of(axes: Axes, moment: float) -> int:
    """Return the cell of a row in which the chart draws a moment."""
    cells = axes.width - LABEL - 1
    share = (moment - axes.t + axes.span) / axes.span
    return LABEL + 1 + max(0, min(cells - 1, round(share * (cells - 1))))


def readout(plot: Plot, place: int, width: int, rows: int) -> list[Row]:
    """Return the legend with the value of each line at a column, in at most so many rows.

    Without the values if there is no room for them.
    """
    made: list[Row] = [()]
    for line in plot.lines:
        entry: Row = (name_of(line), (_value(line, place), "value"), ("   ", "quiet"))
        if made[-1] and length((*made[-1], *entry)) > width:
            made.append(())
        made[-1] = (*made[-1], *entry)
    if len(made) > rows or any(length(row) > width for row in made):
        return [legend(plot)]
    return [merge(row) for row in made]


def _value(line: Line, place: int) -> str:
    """Return the value at a column, or that of the last half second: readings are farther apart."""
    if line.words is None:
        return ""
    since = line.xs[place] - _HELD_SECONDS
    recent = takewhile(lambda n: line.xs[n] >= since, range(place, -1, -1))
    known = (line.ys[n] for n in recent if line.ys[n] == line.ys[n])
    return f" {line.words(next(known, math.nan)):<{_VALUE}}"


def with_cursor(rows: Sequence[Row], cell: int) -> list[Row]:
    """Return the rows of a chart with a line through the free cells at the cursor."""
    return [_written(row, cell, "│", "cursor") if _in_chart(row) else row for row in rows]


def with_notes(rows: Sequence[Row], axes: Axes) -> list[Row]:
    """Return the rows of a chart with the note of each mark beside its line, where it is free."""
    result = list(rows)
    marks = axes.timeline.marks.between(axes.t - axes.span, axes.t)
    for number, (moment, mark) in enumerate(marks):
        y = number % _NOTES
        if not mark.note or y >= len(result) or not _in_chart(result[y]):
            continue
        cell = cell_of(axes, moment) + 1
        signs = [sign for text, _ in result[y] for sign in text]
        room = 0
        while cell + room < len(signs) and signs[cell + room] == " ":
            room += 1
        note = one_line(mark.note, max(1, room - 2))
        if cell_len(note) == len(note) and min(room, len(note)) >= min(_FEWEST, len(mark.note)):
            result[y] = _written(result[y], cell + 1, note, "mark")
    return result


def _in_chart(row: Row) -> bool:
    signs = "".join(text for text, _ in row)
    return len(signs) > LABEL and signs[LABEL] in "│┤"


def _written(row: Row, cell: int, words: str, ink: str) -> Row:
    """Return a row with words in its free cells from `cell` on."""
    cells = [(sign, own) for text, own in row for sign in text]
    for place, sign in enumerate(words, cell):
        if place < len(cells) and cells[place][0] == " ":
            cells[place] = (sign, ink)
    return fit(merge(cells), len(cells))
