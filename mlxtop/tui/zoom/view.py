"""The widget that shows an enlarged chart, drawn at most once a second."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events

from mlxtop import format as fmt
from mlxtop.actions.key_names import key_of
from mlxtop.timeline import Timeline
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.panes.base import Face
from mlxtop.tui.widgets.rows import Row, RowsWidget, fit, length, merge
from mlxtop.tui.zoom.charts import Axes, Plot, legend, plot_rows

SPANS: tuple[float, ...] = (15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 86400)
_LATE_SECONDS = 5.0


def spans_of(timeline: Timeline, t: float) -> list[float]:
    """Return the spans to choose from: round ones shorter than the run, then the whole run."""
    origin = timeline.origin
    whole = max(SPANS[0], t - origin) if origin is not None else SPANS[0]
    return [span for span in SPANS if span < whole] + [whole]


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
    key: Callable[[str], str] = _usual_key,
) -> list[Row]:
    """Return all rows of an enlarged pane; `wanted` seconds, or the whole run if shorter.

    `key` returns the key of an action, as people write it.
    """
    if width <= 0 or height <= 0:
        return []
    spans = spans_of(timeline, t)
    span = next((span for span in spans if span >= wanted), spans[-1])
    # The whole run is not a round span: written as on the axis and the timeline.
    length_words = f"{fmt.clock(span)}, the whole run" if span == spans[-1] else fmt.span(span)
    head: Row = (
        (f" {face.title}", "title"),
        (f"   last {length_words}", "value"),
    )
    fit_key, closer, farther = key("fit_scale"), key("zoom_in"), key("zoom_out").replace("-", "−")
    scale = f"{fit_key} {'whole' if fitted else 'fit'} scale   " if face.can_fit else ""
    hint: Row = ((f"{scale}{closer} {farther} range   {key('restore')} back ", "quiet"),)
    between = width - length(head) - length(hint)
    rows = [fit(merge((*head, (" " * max(1, between), "quiet"), *hint)), width)]
    made = face.enlarged(Axes(timeline, t, span, width, height), fitted=fitted)
    if not made:
        rows.append(fit(((" " + face.absence(timeline), "quiet"),), width))
    else:
        rows += _charts(made, width, height - 1)
    return (rows + [fit((), width)] * (height - len(rows)))[:height]


def _charts(made: list[Plot], width: int, height: int) -> list[Row]:
    """Return charts from top to bottom, the first the largest."""
    count = min(len(made), max(1, height // 9))
    rest = height // (count + 1) if count > 1 else 0
    rows: list[Row] = []
    for place, plot in enumerate(made[:count]):
        own = height - rest * (count - 1) if place == 0 else rest
        names = legend(plot) or ((plot.title, "quiet"),)
        rows.append(fit(((" ", "quiet"), *names), width))
        if plot.note:
            rows.append(fit(((f" {plot.note}", "value"),), width))
        rows += plot_rows(plot, width, own - 1 - bool(plot.note))
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
        return (id(timeline), version, t, self.face.name, self.span, self.fitted, self.size)

    def _draw(self, timeline: Timeline, t: float) -> None:
        width, height = self.size
        if not width or not height:
            return
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
        return self.face.can_fit if action == "fit" else True

    def action_fit(self) -> None:
        """Fit the scale to the data, or show the whole scale again."""
        self.fitted = not self.fitted
        if self._seen is not None:
            self._draw(*self._seen)
