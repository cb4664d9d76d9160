"""The library: every recording of a directory, to look at, to compare and to tidy up."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from mlxtop import config as settings
from mlxtop import format as fmt
from mlxtop.recording import handling
from mlxtop.recording.columns import BY_NAME, COLUMNS, Column, sort
from mlxtop.recording.shelf import Item
from mlxtop.text import one_line
from mlxtop.tui.library.keys import bindings
from mlxtop.tui.library.preview import Preview
from mlxtop.tui.library.reading import ShelfScreen
from mlxtop.tui.library.table import RecordingTable
from mlxtop.tui.library.words import View, draw_rule, draw_title
from mlxtop.tui.widgets.entry import CleanInput
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import RowsWidget

SORTED = "library_sort"
"""Name under which the order is remembered: a column's name, and whether it falls."""


class LibraryScreen(ShelfScreen):
    """The recordings of a directory; what is opened lies above it, so that Esc comes back."""

    CSS_PATH = "library.tcss"
    AUTO_FOCUS = "RecordingTable"
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-low"), (30, "-medium"), (44, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = list(bindings())

    class Opened(Message):
        """A recording is to be opened."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, directory: Path, chosen_keys: Mapping[str, str] | None = None) -> None:
        """List the recordings in `directory`, or those that came with mlxtop for want of any."""
        super().__init__(directory)
        self.by, self.falling = _remembered()
        self._chosen_keys = chosen_keys or {}

    def sorted(self, items: Iterable[Item]) -> list[Item]:
        """Return items in the order that they are shown in."""
        return sort(items, self.by, self.falling)

    def compose(self) -> ComposeResult:
        """Lay out title, filter, list and preview."""
        yield RowsWidget(id="title")
        yield CleanInput(placeholder="/ filters", id="typed")
        yield RecordingTable(id="table")
        yield RowsWidget(id="rule")
        yield Preview(id="preview")
        yield KeyFooter()

    # -- showing ---------------------------------------------------------------------------------

    @property
    def table(self) -> RecordingTable:
        """The list."""
        return self.query_one(RecordingTable)

    @property
    def _typed(self) -> str:
        return self.query_one("#typed", Input).value

    def show(self) -> None:
        """Put what is known on the screen."""
        items: Iterable[Item] = self.items.values()
        words = self._typed.lower().split()
        if words:
            items = [item for item in items if all(word in item.words for word in words)]
        self.table.selected &= self.items.keys()
        self.table.show(self.sorted(items), self.by, self.falling)
        self.tell()

    def tell(self) -> None:
        """Say what stands in the list, and more of what the cursor is on."""
        title, rule = self.query_one("#title", RowsWidget), self.query_one("#rule", RowsWidget)
        view = View(self.directory, list(self.items.values()), self.known)
        view.shown, view.filtered = list(self.table.items), bool(self._typed)
        view.selected = self.table.selected
        title.put([draw_title(view, title.content_size.width)])
        rule.put([draw_rule(view, self.table.item, rule.content_size.width)])
        self.query_one(Preview).show(self.table.item)

    def on_resize(self) -> None:
        """Draw the lines anew once they have their room."""
        self.call_after_refresh(self.tell)

    @on(RecordingTable.Moved)
    def _moved(self) -> None:
        self.tell()

    # -- order and filter ------------------------------------------------------------------------

    def action_sort(self, step: int) -> None:
        """Sort by the next column, or the one before."""
        self._sort(COLUMNS[(COLUMNS.index(self.by) + step) % len(COLUMNS)])

    @on(RecordingTable.SortBy)
    def _clicked_title(self, event: RecordingTable.SortBy) -> None:
        if event.column is self.by:
            self.action_reverse()
        else:
            self._sort(event.column)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._sort(self.by, not self.falling)

    def _sort(self, by: Column, falling: bool | None = None) -> None:
        self.by, self.falling = by, by.falling if falling is None else falling
        self.show()
        if problem := settings.remember(SORTED, [self.by.name, self.falling]):
            self.notify(problem, severity="warning", markup=False)

    def action_filter(self) -> None:
        """Write what to look for."""
        self.query_one("#typed", Input).focus()

    @on(Input.Changed)
    def _filter(self) -> None:
        self.show()

    @on(Input.Submitted)
    def _filtered(self) -> None:
        self.table.focus()

    # -- moving ----------------------------------------------------------------------------------

    def action_move(self, count: int) -> None:
        """Move the cursor, also while the filter is written."""
        self.table.move(count)

    def action_page(self, count: int) -> None:
        """Move the cursor by what there is room for."""
        self.table.move(count * max(1, self.table.rows))

    def action_end(self, last: bool) -> None:
        """Move the cursor to the first or the last recording."""
        self.table.go_to(len(self.table.items) - 1 if last else 0)

    def action_select(self) -> None:
        """Select the recording under the cursor, or not, and go on."""
        self.table.toggle()

    def action_preview(self) -> None:
        """Show the preview, or hide it: on a flat screen it is hidden at first."""
        self.toggle_class("-turned")
        self.call_after_refresh(self.show)

    # -- acting ----------------------------------------------------------------------------------

    @on(RecordingTable.Open)
    def action_open(self) -> None:
        """Open the recording under the cursor, or say why not."""
        item = self.table.item
        if item is None:
            self._refuse("There is nothing to open.")
        elif item.info.problem:
            self._refuse(item.info.problem)
        else:
            self.post_message(self.Opened(item.path))

    def action_compare(self) -> None:
        """Compare the two recordings that are selected, the older one first."""
        pair = [i for i in self.items.values() if i.path in self.table.selected]
        if len(pair) != 2:
            self._refuse("Select two recordings with Space: the older one is compared with.")
            return
        if unreadable := [item for item in pair if item.info.problem]:
            self._refuse(unreadable[0].info.problem)
            return
        from mlxtop.tui.compare.screen import CompareScreen

        newer, older = sort(pair, BY_NAME["date"], True)
        self.app.push_screen(CompareScreen(older.path, newer.path))

    def action_rename(self) -> None:
        """Ask for another name for the recording under the cursor."""
        item = self.table.item
        if item is None:
            return
        if problem := handling.rename_problem(item):
            self._refuse(problem)
            return
        from mlxtop.tui.library.name import NameDialog

        def named(stem: str | None) -> None:
            if stem is None:
                return
            try:
                renamed = handling.rename(item, stem)
            except handling.Refused as refused:
                self._refuse(str(refused))
                return
            self.shelf.index.move(item.path, renamed.path)
            self.table.follow(renamed.path)
            self._changed([item.path], renamed)

        self.app.push_screen(NameDialog(item.path), named)

    def action_delete(self) -> None:
        """Ask, then delete the recordings that are selected and shown, else the one pointed at."""
        items = [item for item in self.table.items if item.path in self.table.selected]
        if not items and self.table.item is not None:
            items = [self.table.item]
        if not items:
            return
        if problem := handling.deletion_problem(items):
            self._refuse(problem)
            return
        from mlxtop.tui.dialogs.confirm import ConfirmDialog

        def decided(yes: bool | None) -> None:
            if yes:
                self._delete(items)

        question, names = handling.deletion_question(items)
        self.app.push_screen(ConfirmDialog(question, detail=names, yes="Delete"), decided)

    def _delete(self, items: list[Item]) -> None:
        freed: dict[Path, int] = {}
        for item in items:
            try:
                freed[item.path] = handling.delete(item)
            except handling.Refused as refused:
                self._refuse(str(refused))
        self._changed(list(freed))
        if freed:
            what = (
                one_line(items[0].path.name, 80) if len(freed) == 1 else f"{len(freed)} recordings"
            )
            self.notify(f"{what} deleted: {fmt.size(sum(freed.values()))} freed.", markup=False)

    def _changed(self, gone: list[Path], new: Item | None = None) -> None:
        """Show at once what was done here, before the directory is looked into again."""
        for path in gone:
            self.items.pop(path, None)
        if new is not None:
            self.items[new.path] = new
        self.table.selected -= set(gone)
        self.show()

    def _refuse(self, why: str) -> None:
        self.notify(why, severity="warning", markup=False)

    # -- leaving ---------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Show what the columns mean, and every key."""
        from mlxtop.tui.library.help import LibraryHelp

        self.app.push_screen(LibraryHelp(self._chosen_keys))

    def action_leave(self) -> None:
        """Clear the filter, then the selection, else go back."""
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
        """Go back to what lies below."""
        self.dismiss()


def _remembered() -> tuple[Column, bool]:
    """Return the order of the last time; by date, the newest first, where there is none."""
    match settings.recall(SORTED):
        case [str(name), bool(falling)] if name in BY_NAME:
            return BY_NAME[name], falling
    return BY_NAME["date"], True
