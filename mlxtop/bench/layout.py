"""Tables in a width of a terminal: what does not fit is left out, and that is said."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.cells import fit

GAP = "  "
LEAST_LABEL = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures, or the first one, of labels."""

    title: str
    """A newline breaks it on a terminal."""
    cells: tuple[str, ...]
    rank: int = 0
    """The highest is left out first where there is no room; 0 stays."""

    @property
    def width(self) -> int:
        """Cells it takes."""
        return max(map(len, (*self.title.split("\n"), *self.cells)))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of as many cells each; the first one's are labels."""

    columns: tuple[Column, ...]
    note: str = ""
    """What stands below it."""

    @classmethod
    def of(cls, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
        """Return the table of rows with as many cells as there are titles."""
        cells = (tuple(row[place] for row in rows) for place in range(len(titles)))
        return cls(tuple(map(Column, titles, cells)))

    def rows(self) -> list[tuple[str, ...]]:
        """Return its rows, titles first, each title in a line."""
        titles = tuple(column.title.replace("\n", " ") for column in self.columns)
        return [titles, *zip(*(column.cells for column in self.columns), strict=True)]

    def text(self, width: int | None = None) -> list[str]:
        """Return its lines, none longer than `width` cells where it can be done."""
        kept = list(self.columns)
        while width is not None and _least(kept) > width and any(one.rank for one in kept):
            kept.remove(max(kept, key=lambda column: column.rank))
        label, *figures = kept
        taken = sum(column.width + len(GAP) for column in figures)
        room = label.width if width is None else min(label.width, max(0, width - taken))
        widths = [column.width for column in figures]
        cells = zip(*(column.cells for column in kept), strict=True)
        lines = [_line(row, room, widths) for row in (*_titles(kept), *cells)]
        if left := [one.title.replace("\n", " ") for one in self.columns if one not in kept]:
            lines.append(f"(no room for {', '.join(left)}: use a wider terminal or --markdown)")
        if self.note:
            lines += textwrap.wrap(self.note, width or 100)
        return lines


def _least(columns: Sequence[Column]) -> int:
    """Return how narrow a table can be."""
    label, *figures = columns
    least = min(label.width, LEAST_LABEL)
    return least + sum(column.width + len(GAP) for column in figures)


def _titles(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """Return the rows of the titles, the last one above the cells."""
    parts = [column.title.split("\n") for column in columns]
    deepest = max(map(len, parts))
    padded = [[""] * (deepest - len(part)) + part for part in parts]
    return list(zip(*padded, strict=True))


def _line(row: Sequence[str], room: int, widths: Sequence[int]) -> str:
    cells = (cell.rjust(width) for cell, width in zip(row[1:], widths, strict=True))
    return GAP.join((fit(row[0], room), *cells)).rstrip()
