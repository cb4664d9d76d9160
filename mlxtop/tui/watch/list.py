"""The widget with the list of processes."""

from collections.abc import Hashable

from mlxtop.tui.watch.processes import (
    Trails,
    View,
    draw_processes,
    trail_cells,
)
from mlxtop.tui.widgets.rows import RowsWidget
from mlxtop.watch.history import ProcessHistory

TRAIL_SECONDS = 60.0


class ProcessList(RowsWidget, can_focus=False):
    """The processes as of a moment, as many as fit."""

    DEFAULT_CSS = "ProcessList { height: 1fr; width: 1fr; padding: 0 1; }"

    def __init__(self, history: ProcessHistory, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._history = history
        self._drawn: Hashable = None
        self.view = View()

    def show(self, t: float, other: str) -> None:
        """Draw the list as of time t, if there is anything new in it."""
        reading = self._history.at(t)
        # Between two readings only the age of an old one changes.
        age = int(t - reading.t) if reading is not None else 0
        drawn = (reading and reading.t, age, self.size, self.view, other)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        trails: Trails = {}
        if reading is not None and (cells := trail_cells(self.size.width)):
            trails = self._history.trails(reading.t, TRAIL_SECONDS, cells)
        self.put(draw_processes(reading, t, self.size, self.view, trails, other))
