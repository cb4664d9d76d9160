"""Compares, renames and deletes recordings of a list."""

from collections.abc import Callable
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.recording import file_actions
from mlxtop.recording.columns import BY_NAME, sort
from mlxtop.recording.directory import ListedRecording
from mlxtop.text import one_line
from mlxtop.tui.library.directory_screen import DirectoryScreen
from mlxtop.tui.library.table import RecordingTable
from mlxtop.tui.resume import ResumeConversation


class FileActions:
    """Compares, renames and deletes the recordings selected or under the cursor."""

    def __init__(self, screen: DirectoryScreen) -> None:
        """`screen` lists the recordings."""
        self.screen = screen

    @property
    def table(self) -> RecordingTable:
        """The list."""
        return self.screen.query_one(RecordingTable)

    def action_compare(self) -> None:
        """Compare the two selected recordings, the older one first."""
        pair = [i for i in self.screen.items.values() if i.path in self.table.selected]
        if len(pair) != 2:
            self.refuse(_not_two(len(pair), self.screen.key))
            return
        if unreadable := [item for item in pair if item.info.problem]:
            self.refuse(unreadable[0].info.problem)
            return
        from mlxtop.tui.compare.screen import CompareScreen

        newer, older = sort(pair, BY_NAME["date"], True)
        self.screen.app.push_screen(CompareScreen(older.path, newer.path))

    def action_resume(self) -> None:
        """Resume the conversation of the recording under the cursor in the live run."""
        item = self.table.item
        if item is None:
            self.refuse("There is nothing to resume.")
        elif item.info.problem:
            self.refuse(item.info.problem)
        else:
            self.screen.post_message(ResumeConversation(item.path))

    def action_rename(self) -> None:
        """Ask for a new name for the recording under the cursor."""
        item = self.table.item
        if item is None:
            return
        if problem := file_actions.rename_problem(item):
            self.refuse(problem)
            return
        from mlxtop.tui.library.rename import RenameDialog

        def named(stem: str | None) -> None:
            if stem is None:
                return
            try:
                renamed = file_actions.rename(item, stem)
            except file_actions.FileActionRefused as refused:
                self.refuse(str(refused))
                return
            self.screen.shelf.index.move(item.path, renamed.path)
            self.table.follow(renamed.path)
            self._changed([item.path], renamed)

        self.screen.app.push_screen(RenameDialog(item.path), named)

    def action_delete(self) -> None:
        """Ask, then delete the selected recordings that are shown, or the one under the cursor."""
        items = [item for item in self.table.items if item.path in self.table.selected]
        if not items and self.table.item is not None:
            items = [self.table.item]
        if not items:
            return
        if problem := file_actions.deletion_problem(items):
            self.refuse(problem)
            return
        from mlxtop.tui.dialogs.question import ConfirmDialog

        def decided(yes: bool | None) -> None:
            if yes:
                self._delete(items)

        question, names = file_actions.deletion_question(items)
        self.screen.app.push_screen(ConfirmDialog(question, detail=names, yes="Delete"), decided)

    def _delete(self, items: list[ListedRecording]) -> None:
        freed: dict[Path, int] = {}
        for item in items:
            try:
                freed[item.path] = file_actions.delete(item)
            except file_actions.FileActionRefused as refused:
                self.refuse(str(refused))
        self._changed(list(freed))
        if freed:
            what = (
                one_line(items[0].path.name, 80) if len(freed) == 1 else f"{len(freed)} recordings"
            )
            self.screen.notify(
                f"{what} deleted: {fmt.size(sum(freed.values()))} freed.", markup=False
            )

    def _changed(self, gone: list[Path], new: ListedRecording | None = None) -> None:
        """Show a change made here at once, before the next scan."""
        self.screen.changes += 1
        for path in gone:
            self.screen.items.pop(path, None)
        if new is not None:
            self.screen.items[new.path] = new
        self.table.selected -= set(gone)
        self.screen.show()

    def refuse(self, why: str) -> None:
        """Say why an action is refused."""
        self.screen.notify(why, severity="warning", markup=False)


def _not_two(selected: int, key: Callable[[str], str]) -> str:
    """Return how to select two recordings; `key` returns the key of an action."""
    select = key("select")
    if selected == 0:
        return f"Select two recordings with {select}, then compare them."
    if selected == 1:
        return f"One recording is selected: select another with {select}, then compare them."
    return (
        f"{selected} are selected, but a comparison takes two: {select} deselects one, "
        f"{key('select_none')} all."
    )
