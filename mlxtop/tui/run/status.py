"""Single rows: the status message, and the key figures of a narrow screen."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.widgets.rows import Span


def cut_at_word(sentence: str, room: int) -> str:
    """Return a sentence cut at a word to at most `room` cells, with … for the rest."""
    if cell_len(sentence) <= room or room <= 0:
        return sentence
    head = set_cell_size(sentence, room - 1)
    if not sentence[len(head) :].startswith(" "):
        head = head.rpartition(" ")[0] or head
    return head.rstrip(" ,;:(") + "…"


class StatusLine(Static):
    """One row for a message; it stays when empty, so that no other row moves."""

    DEFAULT_CSS = """
    StatusLine { height: 1; padding: 0 1; color: $text-warning; }
    StatusLine.-quiet { color: $quiet; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._drawn = ("", 0)
        self.sentence = ""
        """The whole message, in one line."""

    @property
    def is_cut(self) -> bool:
        """Whether the message does not fit."""
        return cell_len(self.sentence) > self.content_size.width > 0

    def show(self, sentence: str, *, quiet: bool = False) -> None:
        """Show a message; `quiet` if it is only a remark."""
        self.set_class(quiet, "-quiet")
        drawn = (sentence, self.content_size.width)
        if drawn != self._drawn:
            self._drawn, self.sentence = drawn, one_line(sentence, 400)
            # Always one row high: no new layout is needed.
            self.update(cut_at_word(self.sentence, drawn[1]), layout=False)

    def on_click(self) -> None:
        """Show the whole message in a toast if it is cut."""
        if self.is_cut:
            self.app.notify(self.sentence, markup=False)


class KeyFigures(Static):
    """The key figure of each pane that has one."""

    DEFAULT_CSS = """
    KeyFigures { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; }
    """

    def __init__(self, faces: Sequence[Face], *, id: str | None = None) -> None:
        """Show the key figures of some panes, most important first."""
        super().__init__("", id=id, markup=False)
        self._faces = faces
        self._shown = ""

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the figures as of time t, if they changed."""
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
