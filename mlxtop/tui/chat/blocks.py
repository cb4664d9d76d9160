"""Blocks of Markdown as lines: paragraphs, headings, lists, quotes, code, tables, rules."""

from collections.abc import Iterable, Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from textual.content import Content, Span

from mlxtop.text import visible
from mlxtop.tui.chat.lines import BLANK, StyledLine, fit, indented, plain_lines
from mlxtop.tui.chat.markup import INLINE_LIMIT, NESTING_LIMIT, inline

COLUMN_LIMIT = 40
"""Maximum columns of a table; more do not fit on any screen."""
_GAP = " │ "
_LEAST = 4


def table_lines(rows: Sequence[Sequence[Content]], width: int) -> list[StyledLine]:
    """Return a table whose first row is its header; cells wrap."""
    columns = min(COLUMN_LIMIT, max((len(row) for row in rows), default=0))
    if columns == 0:
        return []
    if columns * (_LEAST + len(_GAP)) - len(_GAP) > width:
        return _stacked(rows, width)
    widths = _widths(rows, columns, width - (columns - 1) * len(_GAP))
    lines: list[StyledLine] = []
    for place, row in enumerate(rows):
        cells = [fit(cell, widths[i]) for i, cell in enumerate(row[:columns])]
        cells += [[Content("")]] * (columns - len(cells))
        height = max(len(cell) for cell in cells)
        lines += [StyledLine(_join(cells, widths, y, head=place == 0)) for y in range(height)]
        if place == 0:
            rule = "─┼─".join("─" * cells for cells in widths)
            lines.append(StyledLine(Content(rule, [Span(0, len(rule), "rule")])))
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
    """Return the columns' widths: what they need if it fits, otherwise a fair share."""
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


def _stacked(rows: Sequence[Sequence[Content]], width: int) -> list[StyledLine]:
    """Return each cell on its own lines, after its column's name."""
    head = rows[0]
    lines: list[StyledLine] = []
    for row in rows[1:]:
        for i, cell in enumerate(row):
            name = head[i].plain if i < len(head) else ""
            label = (
                Content(f"{name}: ", [Span(0, len(name) + 1, "strong")]) if name else Content("")
            )
            lines += [StyledLine(text) for text in fit(label + cell, width)]
        lines.append(BLANK)
    return lines[:-1]


BLOCK_LIMIT = 60_000
"""Characters of a block above which it is shown as plain text."""
_LEAST_WIDTH = 8
_BULLETS = "•◦▪"


def parse_block(tokens: Sequence[Token]) -> SyntaxTreeNode | None:
    """Return a top-level block as a tree; None if it is nested too deeply to draw."""
    if max(token.level for token in tokens) >= NESTING_LIMIT:
        return None
    return SyntaxTreeNode(tokens)


def block_lines(tree: SyntaxTreeNode | None, source: str, width: int) -> list[StyledLine]:
    """Return a top-level block as lines of at most `width` cells."""
    width = max(2, width)
    if len(source) > BLOCK_LIMIT:
        return _unformatted(source, f"{len(source):,} characters in one piece", width)
    if tree is None:
        return _unformatted(source, "nested too deeply", width)
    return _flow(tree.children, width)


def _unformatted(source: str, reason: str, width: int) -> list[StyledLine]:
    note = f"(shown without formatting: {reason})"
    return plain_lines(source.strip("\n"), width) + plain_lines(note, width, "quiet")


def _flow(nodes: Iterable[SyntaxTreeNode], width: int, depth: int = 0) -> list[StyledLine]:
    """Return blocks from top to bottom, with blank lines between except in a tight list."""
    lines: list[StyledLine] = []
    for node in nodes:
        made = _node(node, max(width, _LEAST_WIDTH), depth)
        if lines and made and not _tight(node):
            lines.append(BLANK)
        lines += made
    return lines


def _tight(node: SyntaxTreeNode) -> bool:
    """Return whether a block follows the one before it without a blank line."""
    if node.type in ("bullet_list", "ordered_list"):
        before = node.previous_sibling
        return before is not None and before.type == "paragraph" and before.hidden
    return node.type == "paragraph" and node.hidden


def _node(node: SyntaxTreeNode, width: int, depth: int) -> list[StyledLine]:
    match node.type:
        case "paragraph":
            return _paragraph(node, width)
        case "heading":
            style = "heading" if node.tag in ("h1", "h2") else "subheading"
            return [StyledLine(row.stylize(style)) for row in fit(_inline(node), width)]
        case "bullet_list" | "ordered_list":
            return _list(node, width, depth)
        case "blockquote":
            inner = _flow(node.children, width - 2, depth)
            return indented(inner or [BLANK], "▎ ", "▎ ", "rule")
        case "fence" | "code_block":
            return _code(node, width)
        case "table":
            rows = [
                [_inline(cell) for cell in row.children]
                for part in node.children
                for row in part.children
            ]
            return table_lines(rows, width)
        case "hr":
            return [StyledLine(Content("─" * width, [Span(0, width, "rule")]))]
        case _:
            return _flow(node.children, width, depth)


def _inline(node: SyntaxTreeNode) -> Content:
    return inline(node.children[0].content) if node.children else Content("")


def _paragraph(node: SyntaxTreeNode, width: int) -> list[StyledLine]:
    lines = [StyledLine(row) for row in fit(_inline(node), width)]
    length = len(node.children[0].content) if node.children else 0
    if length > INLINE_LIMIT:
        note = f"(shown without formatting: {length:,} characters in one paragraph)"
        lines += plain_lines(note, width, "quiet")
    return lines


def _list(node: SyntaxTreeNode, width: int, depth: int) -> list[StyledLine]:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    digits = len(str(first + len(node.children) - 1))
    lines: list[StyledLine] = []
    for place, item in enumerate(node.children):
        if node.type == "ordered_list":
            mark = f"{first + place}.".rjust(digits + 1) + " "
        else:
            mark = _BULLETS[depth % len(_BULLETS)] + " "
        inner = _flow(item.children, width - len(mark), depth + 1) or [BLANK]
        loose = any(child.type == "paragraph" and not child.hidden for child in item.children)
        if lines and loose:
            lines.append(BLANK)
        lines += indented(inner, mark, " " * len(mark), "quiet")
    return lines


def _code(node: SyntaxTreeNode, width: int) -> list[StyledLine]:
    # Imported here: pygments takes 20 ms, and many conversations contain no code.
    from mlxtop.tui.chat.code import coloured, language

    name = language(node.info)
    lines = []
    if name:
        lines.append(StyledLine(Content(f" {name}", [Span(0, len(name) + 1, "quiet")]), "code"))
    for content in coloured(visible(node.content).rstrip("\n"), name):
        lines += [
            StyledLine(row, "code", prefix=((" ", ""),))
            for row in _rows_of_code(content, width - 2)
        ]
    return lines


def _rows_of_code(content: Content, width: int) -> list[Content]:
    """Return a line of code folded to the width; its spaces stay."""
    return content.fold(max(2, width)) if content.cell_length > width else [content]
