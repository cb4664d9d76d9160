"""Where the user writes: what is pasted comes in without what a terminal would obey."""

from textual.events import Paste
from textual.widgets import Input, TextArea

from mlxtop.text import clean


class CleanInput(Input):
    """A line to write in."""

    def on_paste(self, event: Paste) -> None:
        """Clean what is pasted; the line's own handler, which comes next, inserts it."""
        event.text = clean(event.text).replace("\t", " ")


class CleanTextArea(TextArea):
    """Several lines to write in."""

    def on_paste(self, event: Paste) -> None:
        """Clean what is pasted; the text area's own handler, which comes next, inserts it."""
        event.text = clean(event.text)
        event.stop()
