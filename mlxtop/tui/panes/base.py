"""The base of all panes: a box with a title, the current figure, a chart and lines of figures."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from textual.events import Resize
from textual.message import Message

from mlxtop.streams import needs_ascii
from mlxtop.timeline import Timeline
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.chart import GUTTER, WINDOW_SECONDS, Canvas
from mlxtop.tui.widgets.rows import Row, RowsWidget, Span, fit, length, merge
from mlxtop.tui.widgets.textures import needs_textures, textured
from mlxtop.tui.zoom.charts import Axes, Plot

CHART_ROWS = 4
"""Minimum rows of a chart before lines of figures are shown."""
_NARROW = 36
"""Width below which a chart has no scale."""
_TIMES = (60, 45, 30, 15)


class Head(NamedTuple):
    """What comes before the chart of a pane."""

    rows: Sequence[Row] = ()
    has_figures: bool = False
    """Whether the most important figures are in it, so that the lines below leave them out."""


class Face(ABC):
    """The contents of a pane, drawn as a function of timeline, moment and size."""

    name: ClassVar[str]
    """Its id, also in the catalogue of figures."""
    title: ClassVar[str]
    help: ClassVar[str]
    """A sentence or two for the help page."""
    needs_model: ClassVar[bool] = False
    """Whether it is left out when a machine is watched without a model."""
    share: ClassVar[int] = 8
    """Its share of the height of all panes."""
    rows_from: ClassVar[Literal["flat", "low", "tall"]] = "tall"
    """The lowest screen that shows it with other panes: any, from 10 or from 30 rows."""
    can_fit: ClassVar[bool] = False
    """Whether the enlarged chart has a second scale, fitted to the data."""
    colours: ClassVar[Mapping[str, str]] = {}
    """Its own theme variables → the theme field used if a theme lacks them.

    A span with the ink `$name` has such a variable's colour.
    """

    @abstractmethod
    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return the current figure with its unit, for the upper border."""

    def head(self, timeline: Timeline, t: float, width: int, rows: int, *, blocks: bool) -> Head:
        """Return what comes before the chart, in at most `rows` rows; it replaces the banner.

        `blocks`: whether the terminal has block characters.
        """
        return Head()

    @abstractmethod
    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        """Return a chart with exactly the rows of the canvas."""

    @abstractmethod
    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the lines of figures, most important first."""

    def further_lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the lines without the figures that a head `has_figures` of."""
        return self.lines(timeline, t, width)

    @abstractmethod
    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return the charts that fill the screen, the main one first; none without data."""

    def banner(self, timeline: Timeline, t: float, width: int) -> Row | None:
        """Return a row that must be visible during a load or a prefill."""
        return None

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return a figure and its style, for narrow screens; None if it has none."""
        return None

    def further_key_figures(self, timeline: Timeline, t: float) -> list[Span]:
        """Return figures shown after the key figures of all panes."""
        return []

    def absence(self, timeline: Timeline) -> str:
        """Return the sentence shown if there is no enlarged chart."""
        return "no data yet"

    def rows_needed(self, timeline: Timeline, t: float) -> int | None:
        """Return the rows it needs next to others at time t; None: its share of the height.

        It is a function of the window of the charts, so that it grows at once and shrinks only
        when the reason has left the window.
        """
        return None


@dataclass(frozen=True, slots=True)
class Frame:
    """How the box of a pane is drawn: joined to its neighbours, focused."""

    first: bool = True
    """False if another pane is directly above: the border is shared."""
    last: bool = True
    """False if another pane is directly below, which draws the border."""
    focus: bool = False
    blocks: bool = True
    """Whether the terminal has block characters."""


def draw_pane(
    face: Face, timeline: Timeline, t: float, width: int, height: int, frame: Frame
) -> list[Row]:
    """Return all rows of a pane at this size."""
    if width <= 0 or height <= 0:
        return []
    rows = [_top(face, timeline, t, width, frame)]
    closing = frame.last and height >= 2
    inner = height - 1 - closing
    pad = 1 if width >= 20 else 0
    side = "┃" if frame.focus else "│"
    ink = "focus" if frame.focus else "rule"
    room = max(0, width - 2 - 2 * pad)
    gutter = GUTTER if room >= _NARROW else 0
    left, right = (side + " " * pad, ink), (" " * pad + side, ink)
    rows += [
        fit(merge((left, *fit(row, room), right)), width)
        for row in _content(face, timeline, t, room, inner, gutter, frame)
    ]
    if closing:
        rows.append(_bottom(width, pad, room, gutter, frame))
    return rows


def _content(
    face: Face, timeline: Timeline, t: float, room: int, inner: int, gutter: int, frame: Frame
) -> list[Row]:
    if inner <= 0:
        return []
    above = max(0, inner - CHART_ROWS)
    head = face.head(timeline, t, room, above, blocks=frame.blocks)
    inner -= len(head.rows)
    banner = None if head.rows else face.banner(timeline, t, room)
    lines = []
    if inner > CHART_ROWS:
        lines = (face.further_lines if head.has_figures else face.lines)(timeline, t, room)
    if banner is not None:
        lines = [banner, *lines[1:]]
    kept = min(len(lines), max(0, inner - CHART_ROWS))
    if kept == 0 and banner is not None:
        kept = 1
    chart = inner - kept
    return [*head.rows, *face.chart(timeline, t, Canvas(room, chart, gutter)), *lines[:kept]]


def _top(face: Face, timeline: Timeline, t: float, width: int, frame: Frame) -> Row:
    corners = ("┏┓" if frame.first else "┣┫") if frame.focus else "┌┐" if frame.first else "├┤"
    dash, ink = ("━", "focus") if frame.focus else ("─", "rule")
    name: Row = ((dash, ink), (f" {face.title} ", "title"))
    figure: Row = ((" ", "rule"), *face.figure(timeline, t), (" ", "rule"), (dash, ink))
    room = width - 2
    if length(name) + length(figure) > room:
        # The figure with its unit is more important than the title.
        name = ()
    if length(figure) > room:
        figure = fit(face.figure(timeline, t), max(0, room))
    between = dash * max(0, room - length(name) - length(figure))
    row = ((corners[0], ink), *name, (between, ink), *figure, (corners[1], ink))
    return fit(merge(row), width)


def _bottom(width: int, pad: int, room: int, gutter: int, frame: Frame) -> Row:
    """Return the lower border, which is the time axis of the charts."""
    dash, ink = ("━", "focus") if frame.focus else ("─", "rule")
    corners = "┗┛" if frame.focus else "└┘"
    cells = [dash] * (width - 2)
    plot = room - gutter
    if plot >= 40:
        for seconds in _TIMES:
            label = f" {seconds} s ago " if seconds == _TIMES[0] else f" {seconds} s "
            place = pad + gutter + round(plot * (1 - seconds / WINDOW_SECONDS))
            cells[place : place + len(label)] = label
    spans: list[Span] = [(sign, ink if sign == dash else "quiet") for sign in cells]
    return fit(merge(((corners[0], ink), *spans, (corners[1], ink))), width)


class Pane(Keyed, RowsWidget, can_focus=True):
    """A box that shows one aspect of the run as of a moment."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; min-height: 1; }"
    context: ClassVar[str] = "pane"

    class Enlarge(Message):
        """Asks to enlarge the pane."""

        def __init__(self, pane: "Pane") -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> "Pane":
            """The pane that asked."""
            return self.pane

    def __init__(self, face: Face) -> None:
        super().__init__(id=face.name)
        self.face = face
        self.add_class(f"-from-{face.rows_from}")
        self._blocks = not needs_ascii(os.environ)
        self._rows_needed: int | None = None
        self.styles.height = f"{face.share}fr"
        self._moment: tuple[Timeline, float] | None = None
        self._drawn: tuple[object, ...] = ()
        self._textures: bool | None = None

    def notify_style_update(self) -> None:
        """Draw again in the colours of another theme, or in textures."""
        super().notify_style_update()
        self._textures, self._drawn = None, ()

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the timeline at time t; only changed rows are drawn again."""
        self._moment = (timeline, t)
        self._take_height(timeline, t)
        width, height = self.size
        if not width or not height or not self.display:
            return
        frame = self._frame()
        key = (id(timeline), timeline.version, t, width, height, frame)
        if key == self._drawn:
            return
        self._drawn = key
        rows = draw_pane(self.face, timeline, t, width, height, frame)
        if self._textures is None:
            self._textures = needs_textures(self.app)
        self.put(textured(rows) if self._textures else rows)

    def _take_height(self, timeline: Timeline, t: float) -> None:
        needed = self.face.rows_needed(timeline, t)
        panes = self._neighbours()
        if self.has_focus or len(panes) == 1:
            needed = None  # it is looked at, or has the whole height
        elif needed is not None and panes[-1:] == [self]:
            needed += 1  # the lower border
        if needed != self._rows_needed:
            self._rows_needed = needed
            self.styles.height = f"{self.face.share}fr" if needed is None else needed

    def _frame(self) -> Frame:
        panes = self._neighbours()
        place = panes.index(self) if self in panes else 0
        return Frame(place == 0, place >= len(panes) - 1, self.has_focus, self._blocks)

    def _neighbours(self) -> "Sequence[Pane]":
        parent = self.parent
        children = parent.children if parent is not None else ()
        return [child for child in children if isinstance(child, Pane) and child.display]

    def _again(self) -> None:
        if self._moment is not None:
            self.show(*self._moment)

    def on_resize(self, event: Resize) -> None:
        """Draw the same moment at the new size."""
        self._again()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw the border for the focus."""
        super().watch_has_focus(has_focus)
        self._again()

    def action_enlarge_pane(self) -> None:
        """Ask to enlarge the pane."""
        self.post_message(self.Enlarge(self))
