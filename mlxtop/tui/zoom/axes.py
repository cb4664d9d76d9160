"""The axes of an enlarged chart: what it shows of which series, and where the ticks are."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlxtop import format as fmt
from mlxtop.timeline import Timeline
from mlxtop.tui.widgets.chart import Grid, columns, grid
from mlxtop.tui.zoom.plot import Line, Plot

LABEL = 8
"""Cells of a label of the vertical axis."""


def time_ticks(span: float, width: int) -> list[tuple[float, str]]:
    """Return round times before the moment looked at, as many as have room."""
    room = max(1, width // 12)
    days = 86400 * math.ceil(span / room / 86400)
    step = next((step for step in fmt.CLOCK_STEPS if span / step <= room), days)
    count = int(span / step)
    return [
        (-step * place, "0:00" if place == 0 else f"-{fmt.clock(step * place)}")
        for place in range(count, -1, -1)
    ]


def value_ticks(
    top: float, height: int, label: Callable[[float], str] | None = None
) -> list[tuple[float, str]]:
    """Return four or two even parts of the scale; equal widths, so that charts align.

    `label` writes a value with its unit; without it the bare number is shown.
    """
    parts = 4 if height >= 14 else 2
    written = label or fmt.on_scale(top / parts)
    values = [top * place / parts for place in range(parts + 1)]
    return [(value, written(value).rjust(LABEL)) for value in values]


@dataclass(frozen=True)
class Axes:
    """A moment, the span before it that is shown, and the room there is."""

    timeline: Timeline
    t: float
    span: float
    width: int
    height: int

    @cached_property
    def grid(self) -> Grid:
        """The columns of time."""
        return grid(self.t, max(1, self.width - LABEL - 1), self.span)

    @cached_property
    def xs(self) -> list[float]:
        """Where each column ends, in seconds from the moment."""
        shown = self.grid
        return [shown.start + (place + 1) * shown.width - self.t for place in range(shown.count)]

    def read(self, name: str) -> list[float]:
        """Return a series over the columns; NaN where it has no reading."""
        return columns(self.timeline.series.get(name), self.grid, self.t)

    def over_time(
        self,
        title: str,
        lines: Sequence[Line],
        top: float,
        label: Callable[[float], str] | None = None,
        note: str = "",
    ) -> Plot:
        """Return a chart of lines from 0 to `top`, whose values `label` writes."""
        top = top if top > 0 else 1.0
        since = self.t - self.span
        return Plot(
            title,
            lines=lines,
            x_limits=(-self.span, 0.0),
            y_limits=(0.0, top),
            x_ticks=time_ticks(self.span, self.width),
            y_ticks=value_ticks(top, self.height, label),
            marks=[at - self.t for at in self.timeline.marks.times if since <= at <= self.t],
            note=note,
        )
