"""A text to read, such as the last lines of a log."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mlxtop.text import visible
from mlxtop.tui.dialogs.base import Dialog


class TextDialog(Dialog[None]):
    """Shows a text of any length; arrows scroll, Enter or Esc closes."""

    DEFAULT_CSS = "TextDialog > #frame { width: 100; max-height: 90%; padding: 1 2; }"
    context: ClassVar[str] = "text"

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll(id="frame") as frame:
            frame.border_title = Content(visible(self._title))
            frame.border_subtitle = f"{self.key('cancel')} closes"
            yield Static(Content(visible(self._text)))
