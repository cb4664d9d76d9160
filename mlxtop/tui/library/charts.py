"""A whole run as two small charts: its speed, and the machine's memory."""

import math
from collections.abc import Sequence

from mlxtop import format as fmt
from mlxtop.recording.figures import Figures
from mlxtop.tui.widgets.chart import GUTTER, area, highest, with_scale
from mlxtop.tui.widgets.rows import Row, fit

_LEAST_ROWS = 2


def draw_charts(figures: Figures, width: int, height: int) -> list[Row]:
    """Return speed above memory over the whole run, the time below; nothing in too little room."""
    rows = (height - 3) // 2
    cells = width - GUTTER
    if rows < _LEAST_ROWS or cells < 10:
        return []
    speed, memory = (_stretched(v, 2 * cells) for v in (figures.rates, figures.memory))
    name = "wired" if figures.wires else "used"
    top, most = fmt.nice(highest(speed)), highest(memory)
    drawn: list[Row] = [(("tok/s over the run", "quiet"),)]
    drawn += with_scale([((row, "speed"),) for row in area(speed, rows, top)], GUTTER, f"{top:g}")
    drawn.append(((f"memory {name}", "quiet"),))
    plot: list[Row] = [((row, "memory"),) for row in area(memory, rows, most)]
    drawn += with_scale(plot, GUTTER, fmt.size(most) if most else fmt.UNKNOWN)
    end = fmt.clock(figures.seconds)
    axis = f"{'':{GUTTER}}0:00{end:>{max(0, cells - 4)}}"
    return [fit(row, width) for row in [*drawn, ((axis, "quiet"),)]]


def _stretched(values: Sequence[float | None], count: int) -> list[float]:
    """Return `count` columns of a chart: the highest value that falls into each."""
    known = [math.nan if value is None else value for value in values]
    if not known:
        return [math.nan] * count
    columns = []
    for place in range(count):
        low = place * len(known) // count
        high = max(low + 1, (place + 1) * len(known) // count)
        there = [value for value in known[low:high] if value == value]
        columns.append(max(there, default=math.nan))
    return columns
