"""The dialog that renames a recording."""

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
    """Asks for a name without the suffix, and checks it at once."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._suffix = suffix_of(path.name)
        # A name that is not UTF-8 cannot be drawn, and its replacement is not a useful default.
        self._shown = scrub(path.name.removesuffix(self._suffix))

    def compose(self) -> ComposeResult:
        """Lay out the input and the line below it."""
        with Vertical(id="frame") as frame:
            frame.border_title = "rename the recording"
            frame.border_subtitle = f"Enter renames · {self.key('cancel')} cancels"
            # Selected, so that typing replaces it and an arrow key keeps it.
            yield CleanInput(self._shown)
            yield Static("", id="said", classes="quiet", markup=False)

    def on_mount(self) -> None:
        """Show the suffix, which stays."""
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
