"""The timeline at the bottom of the screen: the whole run, and a way to look back."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import inf
from typing import ClassVar

from textual import events
from textual.message import Message

from mlxtop import format as fmt
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline
from mlxtop.timeline.phases import PhaseName
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.rows import (
    Row,
    RowsWidget,
    Span,
    fit,
    ink_css,
    length,
    merge,
)

PAGES = tuple(
    [minutes * 60.0 for minutes in (1, 2, 5, 10, 20, 30)]
    + [hours * 3600.0 for hours in (1, 2, 5, 10, 24)]
)
"""Lengths of the timeline; the smallest that contains the run is used."""

_GLYPHS = {"idle": "▁", "load": "▃", "prefill": "▅", "decode": "█"}
_BUSY: tuple[PhaseName, ...] = ("load", "prefill", "decode")
"""Phases in their order."""
_TWO = "▌"
"""A cell with two phases: the left half in the colour of the first."""
TIMED, DATED = 60, 100
"""Columns from which the time of day fits, and also the date."""


def page(elapsed: float) -> float:
    """Return the seconds that the timeline spans for a run of this length."""
    for seconds in PAGES:
        if elapsed <= seconds:
            return seconds
    days = -(-elapsed // PAGES[-1])
    return days * PAGES[-1]


@dataclass(frozen=True, slots=True)
class Scale:
    """Converts between moments and cells of the timeline."""

    origin: float
    end: float
    """The last moment that can be viewed."""
    page: float
    cells: int

    def cell(self, t: float) -> int:
        """Return the cell of time t, within the timeline."""
        share = (t - self.origin) / self.page
        return max(0, min(self.cells - 1, int(share * self.cells)))

    def time(self, cell: int) -> float:
        """Return the moment in the middle of a cell, within the run."""
        t = self.origin + (cell + 0.5) / max(1, self.cells) * self.page
        return max(self.origin, min(t, self.end))


def scale_at(timeline: Timeline, t: float, cells: int, *, fitted: bool = False) -> Scale:
    """Return the timeline's scale as of time t.

    `fitted`: the run fills it, because it has ended.
    """
    origin = timeline.origin
    if origin is None:
        return Scale(t, t, PAGES[0], cells)
    end = max(timeline.last or origin, min(t, origin + PAGES[0]) if t > origin else origin)
    end = max(end, t)
    elapsed = end - origin
    return Scale(origin, end, max(1.0, elapsed) if fitted else page(elapsed), cells)


def phases(timeline: Timeline, scale: Scale) -> list[str]:
    """Return the phase of each cell, "" after the end of the data.

    A cell with several phases has two names, `prefill-decode`, so that a short turn shows both; of
    three, the first and the last. Idle is shown only if there is no other phase.
    """
    if timeline.origin is None:
        return [""] * scale.cells
    last, found = scale.cell(scale.end), timeline.phases
    width = scale.page / max(1, scale.cells)
    cells = []
    for cell in range(last + 1):
        left = scale.origin + cell * width
        # The last cell also contains everything after it.
        right = left + width if cell < scale.cells - 1 else inf
        names = [name for name in _BUSY if found.within(name, left, right)]
        cells.append("-".join(dict.fromkeys((names[0], names[-1]))) if names else "idle")
    return cells + [""] * (scale.cells - last - 1)


def _track(timeline: Timeline, t: float, scale: Scale, *, overlay: bool) -> Row:
    """Return phases by height and colour; grey after t."""
    now = scale.cell(t)
    spans: list[Span] = []
    for place, name in enumerate(phases(timeline, scale)):
        sign = _TWO if "-" in name else _GLYPHS.get(name, " ")
        spans.append((sign, (name if place <= now else "rule") if name else "rule"))
    if overlay:
        for mark_time in timeline.marks.times:
            if scale.origin <= mark_time <= scale.end:
                cell = scale.cell(mark_time)
                spans[cell] = ("⚑", "mark" if cell <= now else "quiet")
    on_a_mark = any(
        scale.cell(mark) == now
        for mark in timeline.marks.times
        if scale.origin <= mark <= scale.end
    )
    # A mark above the track replaces the cursor's sign, which must stay visible.
    if spans and (overlay or on_a_mark):
        spans[now] = ("┃", "cursor")
    return merge(spans)


def _flags(timeline: Timeline, t: float, scale: Scale, playback: PlaybackState, focus: bool) -> Row:
    """Return the row above the track: round times, overlaid by marks, loop and cursor.

    With focus, the cursor has arrows.
    """
    now = scale.cell(t)
    marks = [t for t in timeline.marks.times if scale.origin <= t <= scale.end]
    cursor = {now - 1, now, now + 1} if focus else {now}
    times = _labels(scale, scale.cells, {scale.cell(mark) for mark in marks} | cursor)
    spans: list[Span] = [(sign, "quiet") for sign in times]
    free = set(range(scale.cells))

    def put(place: int, sign: str, ink: str) -> None:
        spans[place] = (sign, ink)
        free.discard(place)

    if playback.loop is not None and spans:
        first, last = (scale.cell(moment) for moment in playback.loop)
        for place in range(first, last + 1):
            spans[place] = ("─", "cursor")
        spans[last] = ("┤", "cursor")
        spans[first] = ("├", "cursor")
    for cell in map(scale.cell, marks):
        put(cell, "⚑", "mark" if cell < now else "cursor" if cell == now else "quiet")
    if now in free:
        put(now, "▼", "cursor")
    for place, sign in ((now - 1, "◀"), (now + 1, "▶")) if focus else ():
        if place in free and spans[place][1] == "quiet":
            put(place, sign, "focus")
    return merge(spans)


def _labels(scale: Scale, room: int, taken: AbstractSet[int] = frozenset()) -> str:
    """Return round times at their moments, as many as fit into `room` cells.

    A time that overlaps a `taken` cell is left out: half a time would be misread.
    """
    step = next((s for s in fmt.CLOCK_STEPS if s / scale.page * scale.cells >= 9), scale.page)
    cells = [" "] * scale.cells
    count = 0
    while count * step < scale.page:
        label = fmt.clock(count * step)
        place = round(count * step / scale.page * scale.cells)
        here = range(place, place + len(label))
        if here.stop <= room and taken.isdisjoint(here):
            cells[here.start : here.stop] = label
        count += 1
    return "".join(cells[: max(0, room)])


def _when(timeline: Timeline, t: float, width: int) -> str:
    """Return date and time of day of a moment, if known, and as far as they fit."""
    wall = timeline.wall(t)
    if wall is None or width < TIMED:
        return ""
    date = fmt.date(wall)
    return date if width >= DATED else date[-8:]


def _legend() -> Row:
    spans: list[Span] = []
    for name in ("load", "prefill", "decode", "idle"):
        spans += [(_GLYPHS[name], name), (f" {name}  ", "quiet")]
    return (*spans, ("⚑", "mark"), (" mark", "quiet"))


def _ends(left: Row, right: Row, width: int) -> Row:
    """Return a row with a left and a right part; the right one is never cut."""
    room = width - length(right)
    if room <= 0:
        return fit(right, width)
    return merge((*fit(left, room), *right))


def draw_strip(
    timeline: Timeline,
    t: float,
    playback: PlaybackState,
    width: int,
    height: int,
    focus: bool = False,
) -> list[Row]:
    """Return the rows of the timeline."""
    if width <= 0 or height <= 0:
        return []
    scale = scale_at(timeline, t, width, fitted=playback.is_over)
    whole = scale.end - scale.origin
    when = _when(timeline, t, width) if height > 1 else ""
    state = playback.row(max(0.0, t - scale.origin), whole, when)
    if height == 1:
        state = ((" ", "quiet"), *state)
        room = width - length(state)
        if room < 12:
            return [fit(state if room < 0 else _ends((), state, width), width)]
        scale = scale_at(timeline, t, room, fitted=playback.is_over)
        return [merge((*_track(timeline, t, scale, overlay=True), *state))]
    if height == 2:
        end: Row = ((" ", "quiet"), *state)
        below: Row = ((_labels(scale, width - length(end)), "quiet"),)
        return [_track(timeline, t, scale, overlay=True), _ends(below, end, width)]
    rows = [_flags(timeline, t, scale, playback, focus), _track(timeline, t, scale, overlay=False)]
    legend = _legend()
    room = width - length(state)
    rows.append(_ends(legend if length(legend) + 3 <= room else (), state, width))
    return rows + [fit((), width)] * (height - 3)


_TWO_PHASES = {
    "load-prefill": "color: $phase-load; background: $phase-prefill",
    "load-decode": "color: $phase-load; background: $phase-decode",
    "prefill-decode": "color: $phase-prefill; background: $phase-decode",
}
"""Inks of a cell with two phases."""


class TimelineStrip(Keyed, RowsWidget, can_focus=True):
    """Shows the run from its origin; click, drag, wheel and arrow keys go to another moment."""

    DEFAULT_CSS = """
    TimelineStrip { height: 3; width: 1fr; }
    TimelineStrip:focus { background: $panel; }
    """ + ink_css("TimelineStrip", _TWO_PHASES)
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
