"""The one sentence above the strip: what needs saying now."""

from rich.cells import cell_len, set_cell_size
from textual.widgets import Static

from mlxtop.text import one_line


def cut_at_word(sentence: str, room: int) -> str:
    """Return a sentence that takes at most `room` cells: whole words, with … for the rest."""
    if cell_len(sentence) <= room or room <= 0:
        return sentence
    head = set_cell_size(sentence, room - 1)
    if not sentence[len(head) :].startswith(" "):
        head = head.rpartition(" ")[0] or head
    return head.rstrip(" ,;:(") + "…"


class StatusLine(Static):
    """A row that keeps its place while it says nothing: what comes and goes moves no other row."""

    DEFAULT_CSS = """
    StatusLine { height: 1; padding: 0 1; color: $text-warning; }
    StatusLine.-quiet { color: $quiet; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._drawn = ("", 0)
        self.sentence = ""
        """All of what is said, in one line."""

    @property
    def is_cut(self) -> bool:
        """Whether there is no room for all of it."""
        return cell_len(self.sentence) > self.content_size.width > 0

    def show(self, sentence: str, *, quiet: bool = False) -> None:
        """Show the sentence; nothing where it is empty. `quiet`: good to know, no more."""
        self.set_class(quiet, "-quiet")
        drawn = (sentence, self.content_size.width)
        if drawn != self._drawn:
            self._drawn, self.sentence = drawn, one_line(sentence, 400)
            # One row high whatever it says: nothing has to be laid out again.
            self.update(cut_at_word(self.sentence, drawn[1]), layout=False)

    def on_click(self) -> None:
        """Tell all of what is cut off."""
        if self.is_cut:
            self.app.notify(self.sentence, markup=False)
