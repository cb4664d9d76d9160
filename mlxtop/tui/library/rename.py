"""Another name for a recording."""

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from mlxtop.recording.file_actions import name_problem, stem_in
from mlxtop.recording.library import suffix_of
from mlxtop.text import one_line, scrub
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.widgets.entry import CleanInput


class RenameDialog(Dialog[str]):
    """Asks for a name without its suffix, and says at once what is wrong with one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._suffix = suffix_of(path.name)
        # A name that is no UTF-8 is not drawn; as it is shown it is nobody's wish.
        self._shown = scrub(path.name.removesuffix(self._suffix))

    def compose(self) -> ComposeResult:
        """Lay out the line to write in and what is to be said of it."""
        with Vertical(id="frame") as frame:
            frame.border_title = "rename the recording"
            frame.border_subtitle = f"Enter renames · {self.key('cancel')} leaves"
            # Selected as a whole: what is typed takes its place, an arrow keeps it.
            yield CleanInput(self._shown)
            yield Static("", id="said", classes="quiet", markup=False)

    def on_mount(self) -> None:
        """Say that the suffix stays."""
        self._say("")

    def _say(self, problem: str) -> None:
        said = self.query_one("#said", Static)
        said.update(problem or f"{self._suffix} stays")
        said.set_class(bool(problem), "problem").set_class(not problem, "quiet")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        stem = stem_in(event.value)
        self._say("" if stem == self._shown else name_problem(self._path, stem))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        stem = stem_in(event.value)
        if stem == self._shown:
            self.dismiss(None)
        elif problem := name_problem(self._path, stem):
            self._say(one_line(problem))
        else:
            self.dismiss(stem)
