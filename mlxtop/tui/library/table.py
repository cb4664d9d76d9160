"""The list of recordings: cursor, selection, and visible rows."""

from collections.abc import Sequence
from pathlib import Path

from textual import events
from textual.message import Message

from mlxtop import format as fmt
from mlxtop.recording.chats import chat_layout
from mlxtop.recording.columns import BY_NAME, GAP, Layout, ListColumn, layout, row, titles
from mlxtop.recording.directory import ListedRecording
from mlxtop.tui.widgets.rows import Row, RowsWidget, Span, fit, merge

_MARGIN = 2
"""Cells before the columns, for the sign of a selected recording."""
_HEAD = 1
_STATES = {
    **dict.fromkeys(("incomplete", "damaged", "stopped"), "warn"),
    **dict.fromkeys(("unreadable", "failed", "engine died"), "critical"),
    "running": "recording",
}
_LEVELS = {"NORMAL": "normal", "WARN": "warn", "CRITICAL": "critical"}
_COLOURED = {"speed": "speed", "wired": "wired", "used": "memory"}
_QUIET = ("size", "prompt", "file")


def _ink(item: ListedRecording, column: ListColumn) -> str:
    text = column.text(item)
    if text == fmt.UNKNOWN:
        return "quiet"
    if column.name == "state":
        return _STATES.get(text, "quiet")
    if column.name == "pressure":
        return _LEVELS.get(text, "quiet")
    return "quiet" if column.name in _QUIET else _COLOURED.get(column.name, "value")


def draw_row(
    item: ListedRecording, columns: Layout, width: int, *, selected: bool, chosen: bool
) -> Row:
    """Return the row of a recording, `chosen` if the cursor is on it."""
    mark: Span = ("● " if selected else "  ", "mark")
    spans: list[Span] = [mark]
    for (column, _), text in zip(columns, row(item, columns), strict=True):
        spans += [(text, _ink(item, column)), (" " * GAP, "quiet")]
    drawn = fit(merge(spans[:-1]), width)
    if chosen:
        return (("".join(text for text, _ in drawn), "chosen"),)
    return drawn


class RecordingTable(RowsWidget, can_focus=True):
    """Recordings under column titles; the cursor follows a file, not a row."""

    DEFAULT_CSS = """
    RecordingTable { height: 1fr; width: 1fr; padding: 0 1; }
    """

    class Moved(Message):
        """The cursor is on another recording."""

    class Open(Message):
        """Asks to open the recording under the cursor."""

    class SortBy(Message):
        """The title of a column was clicked."""

        def __init__(self, column: ListColumn) -> None:
            super().__init__()
            self.column = column

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.items: Sequence[ListedRecording] = ()
        """The items shown, in order."""
        self._everything: Sequence[ListedRecording] = ()
        self.chats = False
        """Whether the columns are those of chats."""
        self.selected: set[Path] = set()
        self.by = BY_NAME["date"]
        self.falling = True
        self._cursor: Path | None = None
        """None until the user moves; until then the cursor is on the first item."""
        self._place = 0
        self._top = 0
        self._columns: Layout = ()

    # -- what is shown ---------------------------------------------------------------------------

    def show(
        self,
        items: Sequence[ListedRecording],
        by: ListColumn,
        falling: bool,
        everything: Sequence[ListedRecording],
    ) -> None:
        """Show items in this order. The cursor stays on its file, and the file in its row.

        `everything`: the items without the filter, which decide the columns.
        """
        self.items, self.by, self.falling = items, by, falling
        self._everything = everything
        places = {item.path: place for place, item in enumerate(items)}
        before = self._place
        if self._cursor is None:
            self._place = 0
        else:
            self._place = places.get(self._cursor, min(before, max(0, len(items) - 1)))
        self._top += self._place - before
        self.draw()

    def draw(self) -> None:
        """Draw the rows that fit."""
        width, rows = self.content_size.width - 1, self.rows
        if width < _MARGIN + 1 or rows < 1:
            self.put([])
            return
        if self.chats:
            self._columns = chat_layout(width - _MARGIN)
        else:
            self._columns = layout(width - _MARGIN, self._everything, self.by.name)
        self._top = max(0, min(self._top, len(self.items) - rows))
        self._top = max(self._place - rows + 1, min(self._top, self._place))
        head = " " * _MARGIN + (" " * GAP).join(titles(self._columns, self.by, self.falling))
        drawn: list[Row] = [fit(((head, "quiet"),), width + 1)]
        for place, item in enumerate(self.items[self._top : self._top + rows], self._top):
            line = draw_row(
                item,
                self._columns,
                width,
                selected=item.path in self.selected,
                chosen=place == self._place,
            )
            drawn.append((*line, (self._bar(place - self._top, rows), "rule")))
        self.put(drawn)

    @property
    def rows(self) -> int:
        """How many recordings fit."""
        return self.content_size.height - _HEAD

    def _bar(self, place: int, rows: int) -> str:
        """Return the scrollbar's character in a row."""
        count = len(self.items)
        if count <= rows:
            return " "
        first = self._top * rows // count
        return "┃" if first <= place <= first + rows * rows // count else " "

    def on_resize(self) -> None:
        """Draw at the new size."""
        self.draw()

    # -- the cursor ------------------------------------------------------------------------------

    @property
    def item(self) -> ListedRecording | None:
        """The recording under the cursor."""
        return self.items[self._place] if self._place < len(self.items) else None

    def move(self, count: int) -> None:
        """Move the cursor by rows, within the list."""
        self.go_to(self._place + count)

    def go_to(self, place: int) -> None:
        """Move the cursor to an index, or to the nearest one that exists."""
        if not self.items:
            return
        self._place = max(0, min(place, len(self.items) - 1))
        self._cursor = self.items[self._place].path
        self.draw()
        self.post_message(self.Moved())

    def follow(self, path: Path) -> None:
        """Put the cursor on a file that will be shown next."""
        self._cursor = path

    def toggle(self) -> None:
        """Select or deselect the recording under the cursor; the cursor stays."""
        if self.item is not None:
            self.selected ^= {self.item.path}
            self.move(0)

    def select_all(self, yes: bool) -> None:
        """Select all recordings shown, or clear the selection."""
        self.selected = {item.path for item in self.items} if yes else set()
        self.draw()
        self.post_message(self.Moved())

    # -- the mouse -------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Go to a recording, open it with a double click; a title sorts."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < _HEAD:
            self._click_title(offset.x - _MARGIN)
            return
        place = self._top + offset.y - _HEAD
        if place >= len(self.items):
            return
        self.go_to(place)
        if event.chain == 2:
            self.post_message(self.Open())

    def _click_title(self, x: int) -> None:
        for column, cells in self._columns:
            if 0 <= x < cells + GAP:
                self.post_message(self.SortBy(column))
                return
            x -= cells + GAP

    def on_mouse_scroll_down(self) -> None:
        """Scroll down."""
        self._scroll(1)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up."""
        self._scroll(-1)

    def _scroll(self, count: int) -> None:
        self._top = max(0, min(self._top + count, len(self.items) - self.rows))
        # The cursor stays where it is until it would leave the screen.
        self.go_to(max(self._top, min(self._place, self._top + self.rows - 1)))
