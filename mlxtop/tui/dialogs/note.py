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

    def __init__(
        self,
        title: str = "mark this moment",
        note: str = "",
        enter: str = "Enter sets the mark",
    ) -> None:
        """`note` is what stands there already; `enter` says what Enter does."""
        super().__init__()
        self._title = title
        self._note = note
        self._enter = enter

    def compose(self) -> ComposeResult:
        """Lay out the line to write in."""
        with Vertical(id="frame") as frame:
            frame.border_title = self._title
            yield CleanInput(self._note, placeholder="a note, or nothing", max_length=LONGEST_NOTE)
            yield Static(
                f"{self._enter}, {self.key('cancel')} leaves", classes="quiet", markup=False
            )

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(one_line(event.value, LONGEST_NOTE))
