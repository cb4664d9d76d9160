"""The one sentence above the strip: what needs saying now."""

from textual.widgets import Static

from mlxtop.text import one_line


class StatusLine(Static):
    """A row that keeps its place while it says nothing: what comes and goes moves no other row."""

    DEFAULT_CSS = """
    StatusLine { height: 1; padding: 0 1; color: $text-warning; }
    StatusLine.-quiet { color: $quiet; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._sentence = ""

    def show(self, sentence: str, *, quiet: bool = False) -> None:
        """Show the sentence; nothing where it is empty. `quiet`: good to know, no more."""
        self.set_class(quiet, "-quiet")
        if sentence != self._sentence:
            self._sentence = sentence
            # One row high whatever it says: nothing has to be laid out again.
            self.update(one_line(sentence, 400), layout=False)
