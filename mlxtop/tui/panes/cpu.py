"""The CPU pane: CPU time of the whole machine, of the engine, and of mlxtop."""

import math

from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE
from mlxtop.figures.entries import CPU_PLOT
from mlxtop.figures.units import PERCENT
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.panes.figures import Item, item, others, reading, shown, table, words
from mlxtop.tui.widgets.areas import area
from mlxtop.tui.widgets.chart import Canvas, Grid, columns, with_scale
from mlxtop.tui.widgets.rows import Row, Span
from mlxtop.tui.zoom.charts import Axes, Line, Plot, lines_of

USER, SYSTEM = "cpu.user_percent", "cpu.system_percent"
_READINGS_ROOM = len("9,999 late, 9,999 dropped, 9 gaps")
"""So that the table, and with it the chart, keeps its height as the counts grow."""
_LOAD_ROOM = len("999.99")
_COST_ROOM = len("999 % of a core, 99.99 GB")
LATE, DROPPED, GAPS = "app.samples_late", "app.samples_dropped", "app.sampling_gaps"


def busy(timeline: Timeline, columns_of: Grid, t: float) -> list[float]:
    """Return the sum of user and system time over time."""
    user = columns(timeline.series.get(USER), columns_of, t)
    system = columns(timeline.series.get(SYSTEM), columns_of, t)
    return [
        a if math.isnan(b) else b if math.isnan(a) else a + b
        for a, b in zip(user, system, strict=True)
    ]


def _pair(timeline: Timeline, percent: str, memory: str, t: float) -> Item:
    """Return the cost of a process: share of one core, and memory."""
    share, age = reading(timeline, percent, t)
    size, _ = reading(timeline, memory, t)
    label = CATALOGUE.label(percent)
    if share is None and size is None:
        return Item(label, fmt.UNKNOWN, "quiet", room=_COST_ROOM)
    value = f"{shown(percent, share)} of a core, {shown(memory, size)}"
    return Item(label, words(value, age), "quiet" if age else "value", room=_COST_ROOM)


def sampling(timeline: Timeline, t: float) -> list[Item]:
    """Return counts of late and dropped readings; nothing if a recording does not have them."""
    parts, oldest = [], 0.0
    for name in (LATE, DROPPED, GAPS):
        if name not in timeline.series:
            return []
        count, age = reading(timeline, name, t)
        oldest = max(oldest, age)
        # Gaps are rare, and shown only if there was one.
        if name != GAPS or count:
            word = CATALOGUE.label(name)
            parts.append(f"{fmt.count(count)} {word.rstrip('s') if count == 1 else word}")
    return [Item("readings", words(", ".join(parts), oldest), room=_READINGS_ROOM)]


class CpuFace(Face):
    """What the CPU pane shows."""

    name = "cpu"
    title = "CPU"
    help = "User and system time of the whole machine, and what mlxtop itself costs."

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return user and system time in percent of the whole machine."""
        spans: list[tuple[str, str]] = []
        for space, name in (("", USER), ("  ", SYSTEM)):
            value, age = reading(timeline, name, t)
            spans.append((f"{space}{CATALOGUE.label(name)} ", "quiet"))
            spans.append((f"{fmt.percent_number(value):>3}", "quiet" if age else "cpu"))
        return (*spans, (" %", "quiet"))

    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        """Return the machine's CPU time over the last minute."""
        plot = area(busy(timeline, canvas.grid(t), t), canvas.rows, 100.0, "cpu")
        return with_scale(plot, canvas.gutter, "100 %")

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the load, the cost of the engine and of mlxtop, and late readings."""
        header = timeline.header
        cores = header.cpu_cores if header is not None else None
        unit = f" on {cores} cores" if cores else ""
        room = _LOAD_ROOM + len(unit)
        load = item(timeline, "cpu.load_1m", t, unit=unit, room=room)
        return table(
            [
                load,
                _pair(timeline, "engine.cpu_percent", "engine.memory_bytes", t),
                _pair(timeline, "app.cpu_percent", "app.memory_bytes", t),
                *sampling(timeline, t),
                *others(timeline, "cpu", t),
            ],
            width,
        )

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return user and system time, and both together."""
        both = busy(axes.timeline, axes.grid, axes.t)
        lines = [Line("user + system", "cpu", axes.xs, both, letter="+", words=PERCENT.words)]
        lines += lines_of(CPU_PLOT, axes, all=True)
        return [axes.over_time(CPU_PLOT.title, lines, 100.0, fmt.percent)]

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return user and system time together."""
        user, system = (timeline.readings.value(name, t) for name in (USER, SYSTEM))
        both = None if user is None or system is None else user + system
        return f"CPU {fmt.percent(both)}", "$chart-cpu"


CPU = CpuFace()
