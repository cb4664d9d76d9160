"""Figures in a pane: label left, value right, in columns that stay as values change."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE, Pane
from mlxtop.timeline import Timeline
from mlxtop.tui.widgets.rows import Row, Span, fit, merge

SLOT = 20
"""Minimum cells of a column of figures."""
GAP = 3
_OLD_AFTER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Item:
    """A figure with its label; `swatch` is a coloured sign before it."""

    label: str
    value: str
    ink: str = "value"
    swatch: Span | None = None
    room: int = 7
    """Cells kept for the value, so that the table does not move when the value grows."""

    @property
    def cells(self) -> int:
        """Cells of label, value and the space between."""
        before = cell_len(self.swatch[0]) + 1 if self.swatch else 0
        return before + cell_len(self.label) + cell_len(self.value) + 1

    @property
    def wanted(self) -> int:
        """Cells that the figure may need."""
        return self.cells + max(0, self.room - cell_len(self.value))

    def row(self, width: int) -> Row:
        """Return the figure in `width` cells, its value on the right."""
        before: Row = (self.swatch, (" ", "quiet")) if self.swatch else ()
        space = " " * max(1, width - self.cells + 1)
        return fit((*before, (self.label + space, "quiet"), (self.value, self.ink)), width)


def reading(timeline: Timeline, name: str, t: float) -> tuple[float | None, float]:
    """Return a figure at time t, or its last value, and the age of that value."""
    series = timeline.series.get(name)
    if series is None:
        return None, 0.0
    value = series.at(t)
    if value is not None:
        return value, 0.0
    last = series.last_before(t)
    return (None, 0.0) if last is None else (last[1], max(0.0, t - last[0]))


def words(value: str, age: float) -> str:
    """Return a value's words, with its age if it is old."""
    return f"{value}, {fmt.age(age)}" if age > _OLD_AFTER_SECONDS else value


def item(
    timeline: Timeline,
    name: str,
    t: float,
    *,
    unit: str = "",
    swatch: Span | None = None,
    room: int = 7,
) -> Item:
    """Return a figure with its label; an old one shows its age and is dimmed."""
    value, age = reading(timeline, name, t)
    ink = "quiet" if value is None or age > _OLD_AFTER_SECONDS else "value"
    label = CATALOGUE.label(name)
    return Item(label, words(shown(name, value) + unit, age), ink, swatch, room)


def shown(name: str, value: float | None) -> str:
    """Return a figure with its unit, or in words if it is a code."""
    return CATALOGUE.of(name).words(value)


def others(timeline: Timeline, pane: Pane, t: float) -> list[Item]:
    """Return the figures that a pane lists by entry or group, if they had a value."""
    names = [
        name
        for name, series in timeline.series.items()
        if CATALOGUE.of(name).pane == pane and series.known
    ]
    return [
        item(timeline, name, t)
        for name in CATALOGUE.in_order(names)
        if not CATALOGUE.is_total(name)
    ]


def table(items: Sequence[Item], width: int) -> list[Row]:
    """Return the items in rows of equal slots; a long one takes several."""
    if width <= 0:
        return []
    across = max(1, min(4, (width + GAP) // (SLOT + GAP)))
    slot = (width - GAP * (across - 1)) // across
    rows: list[Row] = []
    waiting = list(items)
    while waiting:
        spans: list[Span] = []
        used, later = 0, []
        for entry in waiting:
            slots = min(across, -(-entry.wanted // slot))
            # A figure that does not fit leaves the rest of the row to the next that does.
            if used + slots > across:
                later.append(entry)
                continue
            if used:
                spans.append((" " * GAP, "quiet"))
            spans += entry.row(slot * slots + GAP * (slots - 1))
            used += slots
        rows.append(merge(spans))
        waiting = later
    return rows


def bar(share: float, width: int, ink: str) -> Row:
    """Return a bar filled to `share` (0–1)."""
    full = max(0, min(width, round(share * width)))
    return (("█" * full, ink), ("░" * (width - full), "rule"))
