"""The note for a mark."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from mlxtop.text import one_line
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.widgets.entry import CleanInput

LONGEST_NOTE = 200


class NoteDialog(Dialog[str]):
    """Asks for one line; an empty one is a note too. Esc sets no mark."""

    def compose(self) -> ComposeResult:
        """Lay out the line to write in."""
        with Vertical(id="frame") as frame:
            frame.border_title = "mark this moment"
            yield CleanInput(placeholder="a note, or nothing", max_length=LONGEST_NOTE)
            yield Static("Enter sets the mark, Esc leaves", classes="quiet", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(one_line(event.value, LONGEST_NOTE))
