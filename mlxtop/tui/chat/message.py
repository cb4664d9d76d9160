"""One message laid out: its header line, its thinking, its text."""

from textual.content import Content, Span

from mlxtop.text import visible
from mlxtop.timeline import Timeline
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.document import TEXT_LIMIT, Document
from mlxtop.tui.chat.facts import Facts, facts, tokens
from mlxtop.tui.chat.latency import Slow, slow_tokens
from mlxtop.tui.chat.lines import BLANK, StyledLine, indented, plain_lines

SYSTEM_LINES = 2
"""Rows of a folded system prompt."""
_ROOMY = 60
"""Width above which text is indented under its header line."""


class MessageView:
    """An entry of the transcript as lines; laid out again only when something changed."""

    def __init__(self, key: tuple[float, int]) -> None:
        self.key = key
        self.unfolded = False
        """True if the user unfolded the thinking, or the system prompt."""
        self._seen: tuple[object, ...] = ()
        self._entry: Entry | None = None
        self._facts = Facts("")
        self._document = Document()
        self._slow: list[Slow] = []
        self._width = 0
        self._lines: list[StyledLine] | None = None

    def update(
        self, timeline: Timeline, entry: Entry, t: float, *, by_latency: bool = False
    ) -> bool:
        """Take the entry as of time t; return whether anything changed.

        `by_latency`: its slow tokens are coloured.
        """
        progress: tuple[object, ...] = ()
        if entry.turn is not None and entry.open:
            count = entry.turn.tokens(t)
            progress = (count,) if count else (entry.turn.prefill.at(t), timeline.model.at(t))
        # With the same key a text only grows or is cut, so its length shows a change.
        length = None if entry.text is None else len(entry.text)
        slow = slow_tokens(entry.turn, t) if by_latency and entry.turn is not None else []
        seen = (length, len(entry.thinking), entry.open, progress, slow)
        if seen == self._seen:
            return False
        self._seen, self._entry, self._slow = seen, entry, slow
        self._facts = facts(timeline, entry, t)
        if entry.role == "assistant":
            self._document.set(entry.text or "")
        self._lines = None
        return True

    @property
    def is_system(self) -> bool:
        """True for the system prompt, which is not a message."""
        return self._entry is not None and self._entry.role == "system"

    def toggle(self) -> None:
        """Unfold, or fold again."""
        self.unfolded = not self.unfolded
        self._lines = None

    def lines(self, width: int) -> list[StyledLine]:
        """Return the message as lines of at most `width` cells."""
        if self._lines is None or width != self._width:
            self._width = width
            self._lines = self._lay_out(width)
        return self._lines

    def _lay_out(self, width: int) -> list[StyledLine]:
        entry, said = self._entry, self._facts
        if entry is None:
            return []
        margin = "  " if width >= _ROOMY else ""
        room = max(2, width - 2 * len(margin))
        lines = _header(entry, said, width)
        lines += indented(self._thinking(entry, room), margin, margin)
        if entry.role == "assistant" and entry.text is not None:
            lines += self._document.lines(room, margin, self._slow)
        else:
            lines += indented(self._plain(entry, room), margin, margin)
        last = plain_lines(said.state, room, "quiet") if said.state else []
        if said.problem:
            last += plain_lines(said.problem, room, "problem")
        return lines + indented(last, margin, margin)

    def _plain(self, entry: Entry, width: int) -> list[StyledLine]:
        if entry.text is None:
            if entry.open:
                return []
            count = entry.turn.end.generation_tokens if entry.turn and entry.turn.end else 0
            words = f"(text not recorded, {tokens(count)})" if count else "(text not recorded)"
            return plain_lines(words, width, "quiet")
        style = "quiet" if entry.role == "system" else ""
        text = visible(entry.text[:TEXT_LIMIT])
        if len(entry.text) > TEXT_LIMIT:
            text += f"\n({len(entry.text) - TEXT_LIMIT:,} more characters are not shown)"
        lines = plain_lines(text, width, style)
        if entry.role == "system" and len(lines) > SYSTEM_LINES:
            more = len(lines) - SYSTEM_LINES
            word = "▾ less" if self.unfolded else f"▸ {more:,} more lines"
            fold = StyledLine(Content(word, [Span(0, len(word), "quiet")]), action="toggle")
            return [*(lines if self.unfolded else lines[:SYSTEM_LINES]), fold]
        return lines

    def _thinking(self, entry: Entry, width: int) -> list[StyledLine]:
        """Return the thinking: in full until there is other text, then as one line."""
        if not entry.thinking:
            return []
        begun = bool(entry.text) or not entry.open
        shown = not begun or self.unfolded
        label = f"{'▾' if shown else '▸'} thinking · {len(entry.thinking):,} characters"
        head = StyledLine(Content(label, [Span(0, len(label), "thinking")]), action="toggle")
        if not shown:
            return [head, BLANK] if entry.text else [head]
        text = visible(entry.thinking[:TEXT_LIMIT]).strip("\n")
        lines = indented(plain_lines(text, max(2, width - 2), "thinking"), "│ ", "│ ", "rule")
        return [head, *lines, BLANK] if entry.text else [head, *lines]


def _header(entry: Entry, said: Facts, width: int) -> list[StyledLine]:
    """Return the author on the left and the figures on the right, on two rows if needed."""
    style = f"who-{entry.role}"
    who = Content(said.who, [Span(0, len(said.who), style)])
    if not said.figures:
        return [StyledLine(who.truncate(width, ellipsis=True))]
    right = Content(said.figures, [Span(0, len(said.figures), "quiet")])
    gap = width - who.cell_length - right.cell_length
    if gap >= 2:
        return [StyledLine(who + Content(" " * gap) + right)]
    return [
        StyledLine(who.truncate(width, ellipsis=True)),
        StyledLine(right.truncate(width, ellipsis=True)),
    ]
