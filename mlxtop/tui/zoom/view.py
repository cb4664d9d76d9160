"""The widget that shows an enlarged chart, drawn at most once a second."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events

from mlxtop import format as fmt
from mlxtop.actions.key_names import key_of
from mlxtop.timeline import Timeline
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.panes.base import Face
from mlxtop.tui.widgets.playback import precise_clock
from mlxtop.tui.widgets.rows import Row, RowsWidget, fit, length, merge
from mlxtop.tui.zoom.charts import Axes, Plot, plot_rows
from mlxtop.tui.zoom.reading import cell_of, place_of, readout, with_cursor, with_notes

SPANS: tuple[float, ...] = (15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 86400)
_LATE_SECONDS = 5.0
_ROOMY = 14
"""Rows of a chart from which its legend may have two."""


def spans_of(timeline: Timeline, t: float) -> list[float]:
    """Return the spans to choose from: round ones shorter than the run, then the whole run."""
    origin = timeline.origin
    whole = max(SPANS[0], t - origin) if origin is not None else SPANS[0]
    return [span for span in SPANS if span < whole] + [whole]


def span_of(timeline: Timeline, t: float, wanted: float) -> float:
    """Return the shortest span to choose that is as long as wanted, or the whole run."""
    spans = spans_of(timeline, t)
    return next((span for span in spans if span >= wanted), spans[-1])


def _usual_key(action: str) -> str:
    return key_of(action, "replay" if action == "restore" else "zoom")


def draw_zoom(
    face: Face,
    timeline: Timeline,
    t: float,
    wanted: float,
    width: int,
    height: int,
    *,
    fitted: bool = False,
    at: float | None = None,
    key: Callable[[str], str] = _usual_key,
) -> list[Row]:
    """Return all rows of an enlarged pane; `wanted` seconds, or the whole run if shorter.

    `at` is the moment of the cursor, if there is one. `key` returns the key of an action, as
    people write it.
    """
    if width <= 0 or height <= 0:
        return []
    spans, span = spans_of(timeline, t), span_of(timeline, t, wanted)
    origin = timeline.origin if timeline.origin is not None else t
    # The whole run is not a round span: written as on the axis and the timeline.
    begins, ends = fmt.clock(max(0.0, t - span - origin)), fmt.clock(t - origin)
    range_words = (
        f"{fmt.clock(span)}, the whole run"
        if span == spans[-1]
        else f"{fmt.span(span)}, {begins} to {ends}"
    )
    axes = Axes(timeline, t, span, width, height)
    place = place_of(axes, at)
    moment = t if at is None or place is None else at
    cursor = f"cursor at {precise_clock(moment - origin)}"
    if moment < t:
        cursor += f", {fmt.seconds(t - moment)} before"
    head: Row = (
        (f" {face.title}", "title"),
        (f"   last {range_words}", "value"),
        ("" if place is None else f"   {cursor}", "cursor"),
    )
    if place is not None and length(head) > width:
        head = (head[0], head[2])
    rows = [_ends(head, _hints(face, key, fitted=fitted), width)]
    figures = face.lines(timeline, moment, width - 2)[: max(0, (height - 10) // 4)]
    room = height - 1 - len(figures)
    axes = replace(axes, height=room + 1)
    made = face.enlarged(axes, fitted=fitted)
    if not made:
        rows.append(fit(((" " + face.absence(timeline), "quiet"),), width))
        figures = []
    else:
        rows += _charts(made, axes, place, width, room)
    rows += [fit((), width)] * (height - len(rows) - len(figures))
    rows += [fit(((" ", "quiet"), *row), width) for row in figures]
    return rows[:height]


def _hints(face: Face, key: Callable[[str], str], *, fitted: bool) -> list[str]:
    """Return the keys of an enlarged pane, the longest text first."""
    fit_key, closer, farther = key("fit_scale"), key("zoom_in"), key("zoom_out").replace("-", "−")
    scale = f"{fit_key} {'whole' if fitted else 'fit'} scale   " if face.can_fit else ""
    back = f"{key('restore')} back "
    some = f"{scale}{closer} {farther} range   {back}"
    return [f"← → cursor   {some}", some, back]


def _ends(head: Row, hints: Sequence[str], width: int) -> Row:
    """Return the head with as many hints at its right end as fit."""
    room = width - length(head) - 2
    hint = next((words for words in hints if len(words) <= room), "")
    between = " " * max(0, width - length(head) - len(hint))
    return fit(merge((*head, (f"{between}{hint}", "quiet"))), width)


def _charts(
    made: Sequence[Plot], axes: Axes, place: int | None, width: int, height: int
) -> list[Row]:
    """Return charts from top to bottom, the first the largest.

    The legend has the values at column `place`, or the last ones.
    """
    count = min(len(made), max(1, height // 9))
    rest = height // (count + 1) if count > 1 else 0
    rows: list[Row] = []
    for number, plot in enumerate(made[:count]):
        own = height - rest * (count - 1) if number == 0 else rest
        column = axes.grid.count - 1 if place is None else place
        above = readout(plot, column, width - 1, 2 if own >= _ROOMY else 1)
        above = [names or ((plot.title, "quiet"),) for names in above]
        if plot.note:
            above.append(((plot.note, "value"),))
        rows += [fit(((" ", "quiet"), *row), width) for row in above]
        chart = plot_rows(plot, width, own - len(above))
        if plot.marks and number == 0:
            chart = with_notes(chart, axes)
        if plot.lines and place is not None:
            chart = with_cursor(chart, cell_of(axes, axes.t + axes.xs[place]))
        rows += chart
    return rows


class ZoomView(Keyed, RowsWidget, can_focus=True):
    """One pane's full chart; + and − change the span."""

    DEFAULT_CSS = "ZoomView { height: 1fr; width: 1fr; }"
    context: ClassVar[str] = "zoom"

    def __init__(
        self,
        face: Face,
        *,
        id: str | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(id=id)
        self.face = face
        self.span = 60.0
        """Seconds wanted; infinite for the whole run."""
        self.at: float | None = None
        """The moment of the cursor; None without one."""
        self.fitted = False
        """True if the scale ends just above the data."""
        self.times_drawn = 0
        """Counts how often the chart was drawn."""
        self._now = now
        self._seen: tuple[Timeline, float] | None = None
        self._drawn: tuple[object, ...] = ()
        self._drawn_at = -1.0
        self._drawn_moment: float | None = None

    def open(self, face: Face) -> None:
        """Show another pane's chart, at once."""
        self.face = face
        self.at = None
        if self._seen is not None:
            self._draw(*self._seen)

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the moment t: at once if it stays the same, otherwise at most once a second."""
        still = self._seen == (timeline, t)
        self._seen = (timeline, t)
        if self._key(timeline, t) == self._drawn:
            return
        stopped = still and self._drawn_moment != t
        if stopped or self._now() - self._drawn_at >= 1.0:
            self._draw(timeline, t)

    def _key(self, timeline: Timeline, t: float) -> tuple[object, ...]:
        # The data of a moment long past no longer change.
        past = timeline.last is not None and timeline.last > t + _LATE_SECONDS
        version = 0 if past else timeline.version
        return (
            id(timeline),
            version,
            t,
            self.face.name,
            self.span,
            self.fitted,
            self.at,
            self.size,
        )

    def _draw(self, timeline: Timeline, t: float) -> None:
        width, height = self.size
        if not width or not height:
            return
        if self.at is not None and place_of(self._axes(timeline, t), self.at) is None:
            self.at = None  # it has left the chart
        self._drawn, self._drawn_moment = self._key(timeline, t), t
        self._drawn_at = self._now()
        self.times_drawn += 1
        self.put(
            draw_zoom(
                self.face,
                timeline,
                t,
                self.span,
                width,
                height,
                fitted=self.fitted,
                at=self.at,
                key=self._hint,
            )
        )

    def _hint(self, action: str) -> str:
        """Return the key of an action here, or on the screen around."""
        screen = self.screen
        if action == "restore" and isinstance(screen, Keyed):
            return screen.key(action)
        return self.key(action) if action != "restore" else _usual_key(action)

    def on_resize(self, event: events.Resize) -> None:
        """Draw the same moment at the new size."""
        if self._seen is not None:
            self._draw(*self._seen)

    def action_cursor(self, cells: int) -> None:
        """Move the cursor some cells later, or earlier if negative; it begins at the right end."""
        if self._seen is None:
            return
        timeline, t = self._seen
        axes = self._axes(timeline, t)
        shown, place = axes.grid, place_of(axes, self.at)
        # A cell has two columns.
        place = shown.count - 1 if place is None else place + 2 * cells
        place = max(0, min(place, shown.count - 1))
        self.at = min(t, shown.start + (place + 1) * shown.width)
        self._draw(timeline, t)
        self.screen.refresh_bindings()

    def _axes(self, timeline: Timeline, t: float) -> Axes:
        return Axes(timeline, t, span_of(timeline, t, self.span), *self.size)

    def action_clear_cursor(self) -> None:
        """Take the cursor away."""
        self.at = None
        if self._seen is not None:
            self._draw(*self._seen)
        self.screen.refresh_bindings()

    def action_span(self, steps: int) -> None:
        """Show a longer span, or a shorter one if negative."""
        if self._seen is None:
            return
        spans = spans_of(*self._seen)
        place = next((i for i, span in enumerate(spans) if span >= self.span), len(spans) - 1)
        place = max(0, min(place + steps, len(spans) - 1))
        self.span = float("inf") if place == len(spans) - 1 else spans[place]
        self._draw(*self._seen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is enabled for this pane."""
        match action:
            case "fit":
                return self.face.can_fit
            case "clear_cursor":
                return self.at is not None
        return True

    def action_fit(self) -> None:
        """Fit the scale to the data, or show the whole scale again."""
        self.fitted = not self.fitted
        if self._seen is not None:
            self._draw(*self._seen)
