"""A message's text as blocks: for a growing text only the last blocks are parsed again."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from mlxtop.text import visible
from mlxtop.tui.chat.blocks import block_lines, parse_block
from mlxtop.tui.chat.latency import Slow, coloured
from mlxtop.tui.chat.lines import BLANK, StyledLine, indented, plain_lines
from mlxtop.tui.chat.markup import parse_blocks

TEXT_LIMIT = 200_000
"""Characters of a message that are drawn; the export has the rest."""
BLOCKS_LIMIT = 3_000
"""Blocks of a message that are formatted; a message with more is shown as plain text."""


@dataclass(slots=True)
class _Block:
    start: int
    """Offset of its first character in the text."""
    source: str
    tree: SyntaxTreeNode | None
    laid_out: tuple[int, str] | None = None
    lines: list[StyledLine] = field(default_factory=list)

    def at(self, width: int, margin: str) -> list[StyledLine]:
        if self.laid_out != (width, margin):
            self.laid_out = (width, margin)
            self.lines = indented(block_lines(self.tree, self.source, width), margin, margin)
        return self.lines


class Document:
    """Markdown that can grow; the result does not depend on how it grew."""

    def __init__(self) -> None:
        self._raw = ""
        self._text = ""
        self._blocks: list[_Block] = []
        self._settled = 0
        """Number of blocks that further text cannot change."""
        self.blocks_parsed = 0
        """Counts every block that was parsed, for tests and benchmarks."""

    @property
    def source(self) -> str:
        """The source text."""
        return self._raw

    def set(self, raw: str) -> None:
        """Set the text."""
        if raw == self._raw:
            return
        self._raw = raw
        text = visible(raw[:TEXT_LIMIT])
        kept = self._settled
        if not text.startswith(self._text):
            # Moved back: blocks that end well before the cut stay. A block is settled when two
            # complete lines follow its end; that is also true of a shorter text.
            kept = self._settled_in(text)
        del self._blocks[kept:]
        self._settled = kept
        self._text = text
        self._parse(self._blocks[-1].start + len(self._blocks[-1].source) if kept else 0)

    def _settled_in(self, text: str) -> int:
        if not self._text.startswith(text):
            return 0
        second_last = text.rfind("\n", 0, max(0, text.rfind("\n")))
        starts = [block.start for block in self._blocks[: self._settled + 1]]
        return max(0, bisect_right(starts, second_last) - 1)

    def _parse(self, offset: int) -> None:
        rest = self._text[offset:]
        tokens = parse_blocks(rest)
        starts = _line_starts(rest)
        groups: list[list[Token]] = []
        for token in tokens:
            if token.level == 0 and token.nesting >= 0:
                groups.append([])
            groups[-1].append(token)
        self.blocks_parsed += len(groups)
        firsts = [(group[0].map or [0, 0])[0] for group in groups]
        # Text between two blocks belongs to the first, so that the sources join to the text.
        bounds = [starts[first] for first in firsts[1:]] + [len(rest)]
        start = 0
        for group, end in zip(groups, bounds, strict=True) if groups else ():
            self._blocks.append(_Block(offset + start, rest[start:end], parse_block(group)))
            start = end
        # The last line can still join the block before it, and only its second line shows a
        # table: a block is settled when the first two lines of the next one are complete.
        whole = len(starts) - 1
        self._settled += sum(1 for first in firsts[1:] if first + 2 <= whole)

    def lines(self, width: int, margin: str = "", slow: Sequence[Slow] = ()) -> list[StyledLine]:
        """Return the text as lines, with blank lines between blocks; unchanged lines are reused.

        `slow` tokens have their inks.
        """
        result: list[StyledLine] = []
        if len(self._blocks) > BLOCKS_LIMIT:
            note = f"(shown without formatting: {len(self._blocks):,} paragraphs)"
            plain = plain_lines(self._text, width) + plain_lines(note, width, "quiet")
            result = indented(plain, margin, margin)
        for block in self._blocks if not result else ():
            if result:
                result.append(BLANK)
            lines = block.at(width, margin)
            result += coloured(lines, block.source, _within(slow, block)) if slow else lines
        if len(self._raw) > TEXT_LIMIT:
            left = len(self._raw) - TEXT_LIMIT
            note = f"({left:,} more characters are not shown)"
            result += indented(plain_lines(note, width, "quiet"), margin, margin)
        return result


def _within(slow: Sequence[Slow], block: _Block) -> list[Slow]:
    """Return the tokens of a block, with their places within its source."""
    start, end = block.start, block.start + len(block.source)
    return [
        Slow(max(0, token.start - start), min(token.end, end) - start, token.ink)
        for token in slow
        if token.end > start and token.start < end
    ]


def _line_starts(text: str) -> list[int]:
    """Return the offset of each line's first character."""
    starts = [0]
    place = text.find("\n")
    while place >= 0:
        starts.append(place + 1)
        place = text.find("\n", place + 1)
    return starts
