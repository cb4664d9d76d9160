"""The key figures in one row, for screens too narrow for all panes."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.widgets.rows import Span


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
