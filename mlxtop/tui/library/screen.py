"""The library: every recording of a directory, to look at, to compare and to tidy up."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from mlxtop.tui.widgets.footer import KeyFooter


class LibraryScreen(Screen[None]):
    """The recordings of a directory; what is opened lies above it, so that Esc comes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back"),
    ]

    class Opened(Message):
        """A recording is to be opened."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, directory: Path) -> None:
        """List the recordings in `directory`."""
        super().__init__()
        self.directory = directory

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        yield KeyFooter()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()
