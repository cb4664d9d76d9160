"""The library: the recordings of a directory, to open, compare, rename and delete."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from mlxtop import config as settings
from mlxtop import format as fmt
from mlxtop.actions.key_names import key_of
from mlxtop.recording.chats import CHAT_COLUMNS, is_chat
from mlxtop.recording.columns import BY_NAME, COLUMNS, ListColumn, sort
from mlxtop.recording.directory import ListedRecording
from mlxtop.text import one_line
from mlxtop.tui.library.directory_screen import DirectoryScreen, Order
from mlxtop.tui.library.file_actions import FileActions
from mlxtop.tui.library.preview import Preview
from mlxtop.tui.library.table import RecordingTable
from mlxtop.tui.parts import acts_through
from mlxtop.tui.widgets.entry import CleanInput
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import FittedRows, Row, fit, length, merge

_NONE = "No recordings yet: a run is recorded from its first message."
_SHIPPED = "none of your own yet; these came with mlxtop"


@dataclass
class LibraryView:
    """The contents of the list."""

    directory: Path
    items: list[ListedRecording]
    known: bool
    """Whether the directory was scanned."""
    shown: list[ListedRecording] = field(default_factory=list)
    """Items that match the filter, in order."""
    filtered: bool = False
    chats: bool = False
    """Whether only chats are listed."""
    selected: set[Path] = field(default_factory=set)
    clears: str = key_of("leave", "library")
    """The key that clears the filter, as people write it."""


def draw_title(view: LibraryView, width: int) -> Row:
    """Return the directory, and at the right the number and size of recordings."""
    where = one_line(_short(view.directory), 200)
    name = "chats  " if view.chats else "recordings  "
    left: Row = ((name, "title"), (where, "quiet"))
    right: Row = ((_count(view), "quiet"),)
    if view.items and view.items[0].shipped:
        left, right = ((name, "title"), (_SHIPPED, "quiet")), ()
    chosen = [item for item in view.items if item.path in view.selected]
    if chosen:
        size = fmt.size(sum(item.info.bytes for item in chosen))
        right = ((f"● {len(chosen)} selected, {size}", "mark"), ("  ", "quiet"), *right)
    room = width - length(right)
    if room < 14:
        return fit(right, width)
    return merge((*fit(left, room - 2), ("  ", "quiet"), *right))


def _count(view: LibraryView) -> str:
    if not view.known:
        return "reading…"
    pending = sum(item.pending for item in view.items)
    count = str(len(view.items))
    if view.filtered or view.chats:
        count = f"{len(view.shown)} of {count}"
    if pending:
        count += f", {pending} to be read"
    return f"{count}, {fmt.size(sum(item.info.bytes for item in view.items))}"


def draw_rule(view: LibraryView, item: ListedRecording | None, width: int) -> Row:
    """Return the line between list and preview, with the name of the file."""
    if item is not None:
        words = f" {one_line(item.path.name, 150)} "
    elif not view.known:
        words = ""
    else:
        nothing = f"No match; {view.clears} clears the filter."
        if view.chats and not view.filtered:
            nothing = "No chats yet: one is recorded from its first message, with its text."
        words = f" {nothing if view.items else _NONE} "
    start = (("──", "rule"), (words, "title" if item is not None else "quiet"))
    room = width - length(start)
    return (*start, ("─" * room, "rule")) if room >= 0 else fit(start, width)


def _short(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


SORTED = "library_sort"
"""Name under which the order is stored: a column's name, and whether it is descending."""


@acts_through(files=FileActions)
class LibraryScreen(DirectoryScreen):
    """The recordings of a directory; a recording opens above it, so that Esc comes back."""

    CSS_PATH = "library.tcss"
    AUTO_FOCUS = "RecordingTable"
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-low"), (30, "-medium"), (44, "-high")]
    context: ClassVar[str] = "library"
    further_contexts = ("chats",)

    class Opened(Message):
        """Asks to open a recording."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, directory: Path, *, chats: bool = False) -> None:
        """List the recordings in `directory`, or those shipped with mlxtop if there are none.

        `chats` lists only chats, and Enter resumes one.
        """
        super().__init__(directory)
        self.files = FileActions(self)
        self.by, self.falling = _remembered()
        self.chats = chats
        if chats:
            self._list_chats()

    @property
    def table(self) -> RecordingTable:
        """The list."""
        return self.query_one(RecordingTable)

    def order(self) -> Order:
        """Return a function that sorts items as shown."""
        return partial(sort, column=self.by, falling=self.falling)

    def compose(self) -> ComposeResult:
        """Lay out title, filter, list and preview."""
        yield FittedRows(id="title")
        yield CleanInput(placeholder=f"{self.key('filter')} filters", id="typed")
        yield RecordingTable(id="table")
        yield FittedRows(id="rule")
        yield Preview(id="preview")
        yield KeyFooter()

    # -- showing ---------------------------------------------------------------------------------

    @property
    def _typed(self) -> str:
        return self.query_one("#typed", Input).value

    def show(self) -> None:
        """Draw the list."""
        items = [item for item in self.items.values() if item.matches(self._typed)]
        if self.chats:
            items = [item for item in items if is_chat(item)]
        self.table.chats = self.chats
        self.table.selected &= self.items.keys()
        self.table.show(self.order()(items), self.by, self.falling, [*self.items.values()])
        self.tell()

    def tell(self) -> None:
        """Draw the title, and the preview of the recording under the cursor."""
        view = LibraryView(self.directory, list(self.items.values()), self.known)
        view.shown, view.filtered = list(self.table.items), bool(self._typed)
        view.chats = self.chats
        view.selected, view.clears = self.table.selected, self.key("leave")
        item = self.table.item
        title, rule = self.query_one("#title", FittedRows), self.query_one("#rule", FittedRows)
        title.fill(lambda width, _: [draw_title(view, width)])
        rule.fill(lambda width, _: [draw_rule(view, item, width)])
        self.query_one(Preview).show(item)

    @on(RecordingTable.Moved)
    def _moved(self) -> None:
        self.tell()

    # -- chats -----------------------------------------------------------------------------------

    def _list_chats(self) -> None:
        self.act_in("chats")
        self.by, self.falling = BY_NAME["date"], True

    def action_toggle_chats(self) -> None:
        """List only the chats, or all recordings again."""
        self.chats = not self.chats
        if self.chats:
            self._list_chats()
        else:
            self.act_in("library")
            self.by, self.falling = _remembered()
        self.show()

    # -- order and filter ------------------------------------------------------------------------

    def action_sort(self, step: int) -> None:
        """Sort by the next column, or by the previous one."""
        columns = CHAT_COLUMNS if self.chats else COLUMNS
        self._sort(columns[(columns.index(self.by) + step) % len(columns)])

    @on(RecordingTable.SortBy)
    def _clicked_title(self, event: RecordingTable.SortBy) -> None:
        if event.column is self.by:
            self.action_reverse()
        else:
            self._sort(event.column)

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._sort(self.by, not self.falling)

    def _sort(self, by: ListColumn, falling: bool | None = None) -> None:
        self.by, self.falling = by, by.falling if falling is None else falling
        self.show()
        if self.chats:
            return  # their order is not that of the library
        if problem := settings.remember(SORTED, [self.by.name, self.falling]):
            self.notify(problem, severity="warning", markup=False)

    def action_filter(self) -> None:
        """Focus the filter."""
        self.query_one("#typed", Input).focus()

    @on(Input.Changed)
    def _filter(self) -> None:
        self.show()

    @on(Input.Submitted)
    def _filtered(self) -> None:
        self.table.focus()

    # -- moving ----------------------------------------------------------------------------------

    def action_move(self, count: int) -> None:
        """Move the cursor, also while typing in the filter."""
        self.table.move(count)

    def action_page(self, count: int) -> None:
        """Move the cursor by pages."""
        self.table.move(count * max(1, self.table.rows))

    def action_end(self, last: bool) -> None:
        """Move the cursor to the first or the last recording."""
        self.table.go_to(len(self.table.items) - 1 if last else 0)

    def action_select(self) -> None:
        """Select or deselect the recording under the cursor."""
        self.table.toggle()

    def action_select_all(self, yes: bool) -> None:
        """Select all recordings that are shown, or none."""
        self.table.select_all(yes)

    def action_preview(self) -> None:
        """Show or hide the preview; on a low screen it is hidden at first."""
        self.toggle_class("-turned")

    # -- acting ----------------------------------------------------------------------------------

    @on(RecordingTable.Open)
    def _double_clicked(self) -> None:
        if self.chats:
            self.files.action_resume()
        else:
            self.action_open()

    def action_open(self) -> None:
        """Open the recording under the cursor, or say why not."""
        item = self.table.item
        if item is None:
            self.files.refuse("There is nothing to open.")
        elif item.info.problem:
            self.files.refuse(item.info.problem)
        else:
            self.post_message(self.Opened(item.path))

    # -- leaving ---------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Clear the filter, then the selection, then go back."""
        typed = self.query_one("#typed", Input)
        if typed.has_focus or typed.value:
            typed.value = ""
            self.table.focus()
        elif self.table.selected:
            self.table.selected.clear()
            self.show()
        else:
            self.action_close()

    def action_close(self) -> None:
        """Close this screen."""
        self.dismiss()


def _remembered() -> tuple[ListColumn, bool]:
    """Return the stored order; without one, by date, newest first."""
    match settings.recall(SORTED):
        case [str(name), bool(falling)] if name in BY_NAME:
            return BY_NAME[name], falling
    return BY_NAME["date"], True
