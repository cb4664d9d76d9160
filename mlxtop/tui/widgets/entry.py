"""Text inputs that remove control characters from pasted text."""

from textual.events import Paste
from textual.widgets import Input, TextArea

from mlxtop.text import clean


class CleanInput(Input):
    """A single-line input."""

    def on_paste(self, event: Paste) -> None:
        """Clean the pasted text; the input's own handler, which comes next, inserts it."""
        event.text = clean(event.text).replace("\t", " ")


class CleanTextArea(TextArea):
    """A text area."""

    def on_paste(self, event: Paste) -> None:
        """Clean the pasted text; the text area's own handler, which comes next, inserts it."""
        event.text = clean(event.text)
        event.stop()
