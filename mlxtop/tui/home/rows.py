"""Entries as rows of text: columns that give way as the screen gets narrower."""

import textwrap
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual.content import Content

from mlxtop.cells import fit
from mlxtop.tui.home.entries import Entry

_GAP = "  "


@dataclass(frozen=True)
class Columns:
    """How many cells each column has; 0 leaves it out."""

    name: int
    size: int
    detail: int
    parameters: int
    word: int

    @property
    def figures(self) -> int:
        """Cells of everything behind the name."""
        return sum(len(_GAP) + cells for cells in self.after_name if cells)

    @property
    def after_name(self) -> tuple[int, int, int, int]:
        """The columns behind the name."""
        return self.size, self.detail, self.parameters, self.word


def columns(width: int, entries: list[Entry]) -> Columns:
    """Return the columns for a width; the name gets what the others leave."""
    room = max(4, width - 2)
    if room < 44:
        parts = (8 if room >= 26 else 0, 0, 0, 0)
    elif room < 66:
        parts = (8, 0, 0, 12)
    elif room < 92:
        parts = (8, 8, 7, 12)
    else:
        longest = max((cell_len(entry.detail) for entry in entries), default=0)
        parts = (8, min(max(longest, 8), 28), 7, 12)
    name = room - sum(len(_GAP) + cells for cells in parts if cells)
    # On a wide screen figures stay near the names that they belong to.
    longest = max((cell_len(entry.name) for entry in entries), default=20)
    return Columns(max(4, min(name, max(longest, 30))), *parts)


def of_recordings(shape: Columns, recordings: list[Entry]) -> Columns:
    """Return the columns of recordings: names that are cut take what none of them needs."""
    longest = max((cell_len(entry.name) for entry in recordings), default=0)
    if longest <= shape.name:
        return shape
    word = shape.word if any(entry.word for entry in recordings) else 0
    detail = min(shape.detail, max(cell_len(entry.detail) for entry in recordings))
    narrow = replace(shape, detail=detail, parameters=0, word=word)
    free = shape.figures - narrow.figures
    return replace(narrow, name=min(longest, shape.name + free))


def row(entry: Entry, shape: Columns, width: int, current: bool) -> Content:
    """Return the row of an entry: two cells for the mark, then the columns."""
    mark: str | tuple[str, str] = ("● ", "$primary") if current else "  "
    # What was asked may hold slashes too.
    whole = entry.name if entry.kind == "recording" else _short(entry.name, shape.name)
    name = fit(whole, shape.name)
    if entry.reason:
        room = width - 2 - shape.name - len(_GAP)
        reason = _GAP + fit(entry.reason, room) if room >= 12 and not entry.alone else ""
        return Content.assemble(mark, (name + reason, "$quiet"))
    detail = entry.detail if shape.detail >= cell_len(entry.detail) else entry.short
    parts: list[str | tuple[str, str]] = [mark, name]
    for text, cells, style, right in (
        (entry.size, shape.size, "", True),
        (detail, shape.detail, "$quiet", False),
        (entry.parameters, shape.parameters, "$quiet", True),
        (entry.word, shape.word, entry.tone, False),
    ):
        if cells:
            parts += [_GAP, (fit(text, cells, right), style)]
    return Content.assemble(*parts)


def heading(title: str, note: str) -> Content:
    """Return the line over a list."""
    return Content.assemble((title, "bold $primary"), (f"  {note}" if note else "", "$quiet"))


def hint(text: str, width: int) -> Content:
    """Return a sentence in place of entries."""
    lines = textwrap.wrap(text, max(8, width - 2), break_on_hyphens=False)
    return Content.styled("\n".join(f"  {line}" for line in lines), "$quiet")


def _short(name: str, cells: int) -> str:
    """Return the name without its owner where both are too long: "…/Qwen3-8B-4bit"."""
    owner, slash, rest = name.rpartition("/")
    return f"…/{rest}" if slash and owner and cell_len(name) > cells else name
