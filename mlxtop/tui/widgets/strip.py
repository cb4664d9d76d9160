"""The strip of time: the whole run at the bottom of the screen, and a way to look back."""

from typing import ClassVar

from textual import events
from textual.message import Message

from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.rows import RowsWidget, component_classes, ink_css, length
from mlxtop.tui.widgets.track import Scale, draw_strip, scale_at
from mlxtop.tui.widgets.watching import Watching

_TWO_PHASES = {
    "load-prefill": "color: $phase-load; background: $phase-prefill",
    "load-decode": "color: $phase-load; background: $phase-decode",
    "prefill-decode": "color: $phase-prefill; background: $phase-decode",
}
"""Inks of a cell in which two phases lie."""


class TimeStrip(Keyed, RowsWidget, can_focus=True):
    """Shows the run from its origin; click, drag, wheel and arrow keys look at another moment."""

    COMPONENT_CLASSES = component_classes(_TWO_PHASES)
    DEFAULT_CSS = """
    TimeStrip { height: 3; width: 1fr; }
    TimeStrip:focus { background: $panel; }
    """ + ink_css("TimeStrip", _TWO_PHASES)
    context: ClassVar[str] = "strip"

    class Seek(Message):
        """Somebody wants to look at time t."""

        def __init__(self, strip: "TimeStrip", t: float) -> None:
            super().__init__()
            self.strip = strip
            self.t = t

        @property
        def control(self) -> "TimeStrip":
            """The strip that was used."""
            return self.strip

    class SeekBy(Message):
        """Somebody wants to look some seconds later, earlier where negative."""

        def __init__(self, seconds: float) -> None:
            super().__init__()
            self.seconds = seconds

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._moment: tuple[Timeline, float, Watching] | None = None
        self._dragging = False
        self._cell = -1

    def show(self, timeline: Timeline, t: float, watching: Playhead | Watching) -> None:
        """Draw the run as of time t; only rows that changed are drawn again."""
        if isinstance(watching, Playhead):
            watching = Watching.of(watching)
        self._moment = (timeline, t, watching)
        width, height = self.size
        self.put(draw_strip(timeline, t, watching, width, height, self.has_focus))

    def _scale(self) -> Scale | None:
        if self._moment is None or self._moment[0].origin is None:
            return None
        timeline, t, watching = self._moment
        width, height = self.size
        if height == 1:
            # The words stand beside the track here, so the track is narrower.
            origin = timeline.origin or 0.0
            whole = scale_at(timeline, t, width)
            state = watching.row(max(0.0, t - origin), whole.end - origin)
            width -= length(state) + 1
        if width <= 0:
            return None
        return scale_at(timeline, t, width, fitted=watching.is_over)

    def _look_at(self, cell: int) -> None:
        scale = self._scale()
        if scale is None or self._moment is None:
            return
        cell = max(0, min(cell, scale.cells - 1))
        # A click on a mark means the mark, which lies anywhere within its cell.
        marks = (mark for mark in self._moment[0].marks.times if mark >= scale.origin)
        t = next((mark for mark in marks if scale.cell(mark) == cell), scale.time(cell))
        self.post_message(self.Seek(self, t))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Look at the moment under the mouse, and follow it while it is dragged."""
        if event.button == 1:
            self._dragging, self._cell = True, event.x
            self.capture_mouse()
            self._look_at(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while its button is held."""
        if self._dragging and event.x != self._cell:
            self._cell = event.x
            self._look_at(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of the mouse."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look later: as in a text, what came later lies further down."""
        event.stop()
        self.action_seek(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look earlier."""
        event.stop()
        self.action_seek(-1)

    def _again(self) -> None:
        if self._moment is not None:
            self.show(*self._moment)

    def on_resize(self, event: events.Resize) -> None:
        """Draw the same moment at the new size."""
        self._again()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show whether the arrow keys act here."""
        super().watch_has_focus(has_focus)
        self._again()

    def action_seek(self, cells: int) -> None:
        """Look some cells of the strip earlier or later."""
        scale = self._scale()
        if scale is None or self._moment is None:
            return
        # From where one looks by then: of several presses at once none is drawn before the next.
        self.post_message(self.SeekBy(cells * scale.page / scale.cells))
