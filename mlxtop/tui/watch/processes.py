"""The list of processes: model servers first, then those that use the most."""

from collections.abc import Iterable
from typing import Literal

from mlxtop import format as fmt
from mlxtop.tui.widgets.rows import Row, RowsWidget, Span, fit, length, merge
from mlxtop.watch.processes import ProcessInfo, Reading, by_cpu, by_memory

Order = Literal["memory", "CPU"]

_OLD_AFTER_SECONDS = 3.0
_MEMORY, _CPU, _PID = 9, 8, 9
"""Cells of the columns of figures."""
NO_SERVER = "none that mlxtop knows by name"
NOTHING_KEPT = "no list of processes is kept from that moment"


def draw_processes(
    reading: Reading | None, t: float, width: int, height: int, order: Order, other: str = ""
) -> list[Row]:
    """Return the rows of the list as of time t; `other` says how to sort otherwise."""
    if width <= 0 or height <= 0:
        return []
    if reading is None:
        rows: list[Row] = [(("processes  ", "title"), (f"{fmt.UNKNOWN} {NOTHING_KEPT}", "quiet"))]
        return [fit(row, width) for row in rows]
    servers = list(reading.servers)
    rest = [p for p in reading.processes if not p.server]
    rest = by_memory(rest) if order == "memory" else by_cpu(rest)
    rows = [(("model servers", "title"),)]
    if servers:
        # Half of the rows at most, so that something is left for the others.
        shown = servers[: max(1, height // 2 - 4)]
        rows += [_head(order), *(_server(p, order) for p in shown)]
        if len(shown) < len(servers):
            rows.append(((f"… and {len(servers) - len(shown)} more", "quiet"),))
    else:
        rows[0] = (*rows[0], (f"  {fmt.UNKNOWN} {NO_SERVER}", "quiet"))
    rows += [(), _title(reading, t, width, order, other), _head(order)]
    rows += [_process(p, order) for p in rest[: max(0, height - len(rows))]]
    return [fit(row, width) for row in rows[:height]]


def _title(reading: Reading, t: float, width: int, order: Order, other: str) -> Row:
    age = t - reading.t
    read = f", read {fmt.seconds(age)} ago" if age > _OLD_AFTER_SECONDS else ""
    left: Row = ((f"processes by {order}", "title"), (f"   {other}" if other else "", "quiet"))
    right: Row = ((f"{fmt.count(reading.total)} in all{read}", "quiet"),)
    space = width - length(left) - length(right)
    if space < 2:
        return left[:1]
    return merge((*left, (" " * space, "quiet"), *right))


def _head(order: Order) -> Row:
    memory, cpu = ("memory ▾", "CPU") if order == "memory" else ("memory", "CPU ▾")
    return ((f"{memory:>{_MEMORY}}{cpu:>{_CPU}}{'pid':>{_PID}}  name", "quiet"),)


def _figures(process: ProcessInfo) -> Iterable[Span]:
    memory, cpu = fmt.size(process.memory_bytes), fmt.percent(process.cpu_percent)
    yield f"{memory:>{_MEMORY}}", "quiet" if process.memory_bytes is None else "memory"
    yield f"{cpu:>{_CPU}}", "cpu" if process.cpu_percent else "quiet"
    yield f"{process.pid:>{_PID}}  ", "quiet"


def _process(process: ProcessInfo, order: Order) -> Row:
    return (*_figures(process), (process.name, "value"))


def _server(process: ProcessInfo, order: Order) -> Row:
    port = f"  port {process.port}" if process.port else ""
    name = "" if process.name == process.server else f"  {process.name}"
    return (*_figures(process), (process.server, "title"), (port, "value"), (name, "quiet"))


class ProcessList(RowsWidget, can_focus=False):
    """The processes as of a moment; as many as there is room for."""

    DEFAULT_CSS = "ProcessList { height: 1fr; width: 1fr; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.order: Order = "memory"

    def show(self, reading: Reading | None, t: float, other: str) -> None:
        """Draw the list that stood at time t; only rows that changed are drawn again."""
        width, height = self.size
        self.put(draw_processes(reading, t, width, height, self.order, other))
