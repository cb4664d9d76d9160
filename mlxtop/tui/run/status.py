"""Rows in few words: what needs saying now, and the key figures of a narrow screen."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.widgets.rows import Span


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


class KeyFigures(Static):
    """A figure of each pane that has one."""

    DEFAULT_CSS = """
    KeyFigures { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; }
    """

    def __init__(self, faces: Sequence[Face], *, id: str | None = None) -> None:
        """Show the key figures of some panes, most important first."""
        super().__init__("", id=id, markup=False)
        self._faces = faces
        self._shown = ""

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the figures as of time t, where they differ from what stands there."""
        parts = key_figures(self._faces, timeline, t)
        plain = "   ".join(text for text, _ in parts)
        if plain != self._shown:
            self._shown = plain
            line = Content("   ").join(Content.styled(text, style) for text, style in parts)
            self.update(line)


def key_figures(faces: Sequence[Face], timeline: Timeline, t: float) -> list[Span]:
    """Return the figures as of time t with their styles, most important first."""
    first = (face.key_figure(timeline, t) for face in faces)
    further = (part for face in faces for part in face.further_key_figures(timeline, t))
    return [*(part for part in first if part is not None), *further]
