"""Tables within the width of a terminal, and short names that distinguish models."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlxtop.text import fit, one_line


def endings(models: Sequence[str]) -> list[str]:
    """Return the shortest unique ending of each path or id.

    For `/x/a/other`, `/y/b/other` and `/z/third`: `a/other`, `b/other` and `third`.
    """
    parts = [_parts(model) for model in models]
    return [
        _ending(own, [*parts[:place], *parts[place + 1 :]]) or models[place]
        for place, own in enumerate(parts)
    ]


def _parts(model: str) -> tuple[str, ...]:
    """Return the parts of a path; in the hub's cache, where it ends in a hash, those of the id."""
    parts = Path(model).parts
    cached = next((part for part in parts if part.startswith("models--")), "")
    return tuple(cached.split("--")[1:]) or parts


def _ending(own: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> str:
    """Return the shortest ending that no other has; empty if there is none."""
    for count in range(1, len(own) + 1):
        ending = own[-count:]
        if all(other[-count:] != ending for other in others):
            return str(Path(*ending))
    return ""


def first_of(words: Iterable[str], most: int) -> str:
    """Return the first words with commas, and how many more there are."""
    found = [one_line(word, 60) for word in words]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return (", ".join(found[:most]) or "none") + more


GAP = "  "
LEAST_LABEL = 12


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of figures, or the first column, of labels."""

    title: str
    """A newline breaks the line on a terminal."""
    cells: tuple[str, ...]
    rank: int = 0
    """Without enough room the highest rank goes first; 0 stays."""

    @property
    def width(self) -> int:
        """Cells it takes."""
        return max(map(len, (*self.title.split("\n"), *self.cells)))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length; the first has the labels."""

    columns: tuple[TableColumn, ...]
    note: str = ""
    """Shown below it."""

    @classmethod
    def of(cls, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
        """Return the table of rows; each has a cell for each title."""
        cells = (tuple(row[place] for row in rows) for place in range(len(titles)))
        return cls(tuple(map(TableColumn, titles, cells)))

    def rows(self) -> list[tuple[str, ...]]:
        """Return its rows, titles first, each on one line."""
        titles = tuple(column.title.replace("\n", " ") for column in self.columns)
        return [titles, *zip(*(column.cells for column in self.columns), strict=True)]

    def text(self, width: int | None = None) -> list[str]:
        """Return its lines, at most `width` cells long if possible."""
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


def _least(columns: Sequence[TableColumn]) -> int:
    """Return how narrow a table can be."""
    label, *figures = columns
    least = min(label.width, LEAST_LABEL)
    return least + sum(column.width + len(GAP) for column in figures)


def _titles(columns: Sequence[TableColumn]) -> list[tuple[str, ...]]:
    """Return the rows of the titles, the last one above the cells."""
    parts = [column.title.split("\n") for column in columns]
    deepest = max(map(len, parts))
    padded = [[""] * (deepest - len(part)) + part for part in parts]
    return list(zip(*padded, strict=True))


def _line(row: Sequence[str], room: int, widths: Sequence[int]) -> str:
    cells = (cell.rjust(width) for cell, width in zip(row[1:], widths, strict=True))
    return GAP.join((fit(row[0], room), *cells)).rstrip()
