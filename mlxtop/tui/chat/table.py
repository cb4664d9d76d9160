"""Tables, laid out to fit the width."""

from collections.abc import Sequence

from textual.content import Content, Span

from mlxtop.tui.chat.lines import BLANK, Line, fit

COLUMN_LIMIT = 40
"""Columns that are drawn; more do not fit on any screen."""
_GAP = " │ "
_LEAST = 4


def table_lines(rows: Sequence[Sequence[Content]], width: int) -> list[Line]:
    """Return a table whose first row is its head; cells wrap where they must."""
    columns = min(COLUMN_LIMIT, max((len(row) for row in rows), default=0))
    if columns == 0:
        return []
    if columns * (_LEAST + len(_GAP)) - len(_GAP) > width:
        return _stacked(rows, width)
    widths = _widths(rows, columns, width - (columns - 1) * len(_GAP))
    lines: list[Line] = []
    for place, row in enumerate(rows):
        cells = [fit(cell, widths[i]) for i, cell in enumerate(row[:columns])]
        cells += [[Content("")]] * (columns - len(cells))
        height = max(len(cell) for cell in cells)
        lines += [Line(_join(cells, widths, y, head=place == 0)) for y in range(height)]
        if place == 0:
            rule = "─┼─".join("─" * cells for cells in widths)
            lines.append(Line(Content(rule, [Span(0, len(rule), "rule")])))
    return lines


def _join(cells: Sequence[Sequence[Content]], widths: Sequence[int], y: int, head: bool) -> Content:
    result = Content("")
    for i, cell in enumerate(cells):
        text = cell[y] if y < len(cell) else Content("")
        if head:
            text = text.stylize("strong")
        if i:
            result += Content(_GAP, [Span(0, len(_GAP), "rule")])
        result += (
            text.pad_right(max(0, widths[i] - text.cell_length)) if i + 1 < len(cells) else text
        )
    return result


def _widths(rows: Sequence[Sequence[Content]], columns: int, room: int) -> list[int]:
    """Return the columns' widths: what they want where there is room, else a fair share."""
    wanted = [_LEAST] * columns
    for row in rows:
        for i, cell in enumerate(row[:columns]):
            wanted[i] = max(wanted[i], cell.cell_length)
    result = [0] * columns
    open_columns, left = list(range(columns)), room
    while open_columns:
        share = left // len(open_columns)
        content = [i for i in open_columns if wanted[i] <= share]
        if not content:
            for place, i in enumerate(open_columns):
                result[i] = share + (1 if place < left - share * len(open_columns) else 0)
            break
        for i in content:
            result[i] = wanted[i]
            left -= wanted[i]
        open_columns = [i for i in open_columns if i not in content]
    return result


def _stacked(rows: Sequence[Sequence[Content]], width: int) -> list[Line]:
    """Return each cell on lines of its own, after its column's name."""
    head = rows[0]
    lines: list[Line] = []
    for row in rows[1:]:
        for i, cell in enumerate(row):
            name = head[i].plain if i < len(head) else ""
            label = (
                Content(f"{name}: ", [Span(0, len(name) + 1, "strong")]) if name else Content("")
            )
            lines += [Line(text) for text in fit(label + cell, width)]
        lines.append(BLANK)
    return lines[:-1]
