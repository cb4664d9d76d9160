"""The list of processes: model servers first, then those that use the most."""

from collections.abc import Iterable, Sequence
from typing import Literal

from mlxtop import format as fmt
from mlxtop.tui.widgets.rows import Row, RowsWidget, Span, fit, length, merge
from mlxtop.watch.processes import ProcessInfo, Reading, by_cpu, by_gpu, by_memory

Order = Literal["memory", "CPU", "GPU"]
_SORTED = {"memory": by_memory, "CPU": by_cpu, "GPU": by_gpu}

_OLD_AFTER_SECONDS = 3.0
_WIDTHS = {"memory": 9, "CPU": 8, "GPU": 8, "pid": 9}
"""Cells of the columns of figures."""
_NARROW = 40
"""Below this many cells a name is more useful than a figure."""
NO_SERVER = "none that mlxtop recognizes"
NOTHING_KEPT = "no list of processes was kept for that moment"


def draw_processes(
    reading: Reading | None, t: float, width: int, height: int, order: Order, other: str = ""
) -> list[Row]:
    """Return the rows of the list as of time t; `other` names the key that changes the order."""
    if width <= 0 or height <= 0:
        return []
    if reading is None:
        rows: list[Row] = [(("processes  ", "title"), (f"{fmt.UNKNOWN} {NOTHING_KEPT}", "quiet"))]
        return [fit(row, width) for row in rows]
    servers = list(reading.servers)
    rest = [p for p in reading.processes if not p.server]
    rest = _SORTED[order](rest)
    columns = _columns(knows_gpu(reading), width)
    rows = [(("model servers", "title"),)]
    if servers:
        # At most half of the rows, to leave room for the others.
        shown = servers[: max(1, height // 2 - 4)]
        rows += [_head(order, columns), *(_server(p, columns) for p in shown)]
        if len(shown) < len(servers):
            rows.append(((f"… and {len(servers) - len(shown)} more", "quiet"),))
    else:
        rows[0] = (*rows[0], (f"  {fmt.UNKNOWN} {NO_SERVER}", "quiet"))
    rows += [(), _title(reading, t, width, order, other), _head(order, columns)]
    rows += [(*_figures(p, columns), (p.name, "value")) for p in rest[: max(0, height - len(rows))]]
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


def knows_gpu(reading: Reading) -> bool:
    """Return whether GPU time by process is known."""
    return any(p.gpu_percent is not None for p in reading.processes)


def next_order(order: Order, reading: Reading | None) -> Order:
    """Return the next order: by memory, by CPU, by GPU if that is known."""
    if order == "memory":
        return "CPU"
    return "GPU" if order == "CPU" and reading is not None and knows_gpu(reading) else "memory"


def _columns(gpu: bool, width: int) -> list[str]:
    left_out = {"GPU": not gpu, "pid": width < _NARROW}
    return [name for name in _WIDTHS if not left_out.get(name)]


def _head(order: Order, columns: Sequence[str]) -> Row:
    cells = (f"{name}{' ▾' if name == order else ''}".rjust(_WIDTHS[name]) for name in columns)
    return (("".join(cells) + "  name", "quiet"),)


def _figures(process: ProcessInfo, columns: Sequence[str]) -> Iterable[Span]:
    memory = fmt.size(process.memory_bytes).rjust(_WIDTHS["memory"])
    yield memory, "quiet" if process.memory_bytes is None else "memory"
    cpu = fmt.percent(process.cpu_percent).rjust(_WIDTHS["CPU"])
    yield cpu, "cpu" if process.cpu_percent else "quiet"
    if "GPU" in columns:
        share = fmt.percent(process.gpu_percent).rjust(_WIDTHS["GPU"])
        yield share, "gpu" if process.gpu_percent else "quiet"
    pid = str(process.pid).rjust(_WIDTHS["pid"]) if "pid" in columns else ""
    yield f"{pid}  ", "quiet"


def _server(process: ProcessInfo, columns: Sequence[str]) -> Row:
    port = f"  port {process.port}" if process.port else ""
    name = "" if process.name == process.server else f"  {process.name}"
    return (
        *_figures(process, columns),
        (process.server, "title"),
        (port, "value"),
        (name, "quiet"),
    )


class ProcessList(RowsWidget, can_focus=False):
    """The processes as of a moment, as many as fit."""

    DEFAULT_CSS = "ProcessList { height: 1fr; width: 1fr; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.order: Order = "memory"

    def show(self, reading: Reading | None, t: float, other: str) -> None:
        """Draw the list as of time t; only changed rows are drawn again."""
        width, height = self.size
        self.put(draw_processes(reading, t, width, height, self.order, other))
