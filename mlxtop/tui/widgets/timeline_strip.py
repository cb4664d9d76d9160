"""The timeline at the bottom of the screen: the whole run, and a way to look back."""

from typing import ClassVar

from textual import events
from textual.message import Message

from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.rows import RowsWidget, length
from mlxtop.tui.widgets.timeline_rows import Scale, draw_strip, scale_at


class TimelineStrip(Keyed, RowsWidget, can_focus=True):
    """Shows the run from its origin; click, drag, wheel and arrow keys go to another moment."""

    DEFAULT_CSS = """
    TimelineStrip { height: 3; width: 1fr; }
    TimelineStrip:focus { background: $panel; }
    """
    context: ClassVar[str] = "strip"

    class Seek(Message):
        """Asks to go to time t."""

        def __init__(self, strip: "TimelineStrip", t: float) -> None:
            super().__init__()
            self.strip = strip
            self.t = t

        @property
        def control(self) -> "TimelineStrip":
            """The widget that was used."""
            return self.strip

    class SeekBy(Message):
        """Asks to move by seconds, earlier if negative."""

        def __init__(self, seconds: float) -> None:
            super().__init__()
            self.seconds = seconds

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._moment: tuple[Timeline, float, PlaybackState] | None = None
        self._dragging = False
        self._cell = -1

    def show(self, timeline: Timeline, t: float, playback: Playhead | PlaybackState) -> None:
        """Draw the run as of time t; only changed rows are drawn again."""
        if isinstance(playback, Playhead):
            playback = PlaybackState.of(playback)
        self._moment = (timeline, t, playback)
        width, height = self.size
        self.put(draw_strip(timeline, t, playback, width, height, self.has_focus))

    def _scale(self) -> Scale | None:
        if self._moment is None or self._moment[0].origin is None:
            return None
        timeline, t, playback = self._moment
        width, height = self.size
        if height == 1:
            # The words are next to the track, which is narrower.
            origin = timeline.origin or 0.0
            whole = scale_at(timeline, t, width)
            state = playback.row(max(0.0, t - origin), whole.end - origin)
            width -= length(state) + 1
        if width <= 0:
            return None
        return scale_at(timeline, t, width, fitted=playback.is_over)

    def _look_at(self, cell: int) -> None:
        scale = self._scale()
        if scale is None or self._moment is None:
            return
        cell = max(0, min(cell, scale.cells - 1))
        # A click on a mark means its exact time, anywhere within the cell.
        marks = (mark for mark in self._moment[0].marks.times if mark >= scale.origin)
        t = next((mark for mark in marks if scale.cell(mark) == cell), scale.time(cell))
        self.post_message(self.Seek(self, t))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the moment under the mouse, and follow it while it is dragged."""
        if event.button == 1:
            self._dragging, self._cell = True, event.x
            self.capture_mouse()
            self._look_at(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while its button is down."""
        if self._dragging and event.x != self._cell:
            self._cell = event.x
            self._look_at(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Release the mouse."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go later: as in a text, later is further down."""
        event.stop()
        self.action_seek(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go earlier."""
        event.stop()
        self.action_seek(-1)

    def _again(self) -> None:
        if self._moment is not None:
            self.show(*self._moment)

    def on_resize(self, event: events.Resize) -> None:
        """Draw the same moment at the new size."""
        self._again()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw for the focus."""
        super().watch_has_focus(has_focus)
        self._again()

    def action_seek(self, cells: int) -> None:
        """Move some cells of the timeline earlier or later."""
        scale = self._scale()
        if scale is None or self._moment is None:
            return
        # A step from the playhead's own moment: several quick presses come before the next frame.
        self.post_message(self.SeekBy(cells * scale.page / scale.cells))
