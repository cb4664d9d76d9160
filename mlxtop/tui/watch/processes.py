"""The list of processes as rows: model servers first, then those that use the most."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mlxtop import format as fmt
from mlxtop.text import fit as fit_text
from mlxtop.tui.widgets.areas import BLOCKS, EIGHTHS, level
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge
from mlxtop.watch.processes import ProcessInfo, Reading, by_cpu, by_gpu, by_memory

Order = Literal["memory", "CPU", "GPU"]
Trails = Mapping[int, Sequence[float]]
"""Process number → its CPU in each part of the last minute."""
_SORTED = {"memory": by_memory, "CPU": by_cpu, "GPU": by_gpu}

_OLD_AFTER_SECONDS = 3.0
_FIGURES = {"memory": 9, "CPU": 8, "GPU": 8, "pid": 9}
"""Cells of the columns of figures."""
_FROM = {"pid": 40, "1 min": 56, "user": 64}
"""The width of the list from which it has a column: below it a name is more useful."""
_LONG_TRAIL_FROM = 90
_USER = 10
_NAME = 16
"""Least cells of a name or a command line beside other columns."""
FULL_CORE = 100.0
NO_SERVER = "none that mlxtop recognizes"
NOT_SAID = f"model {fmt.UNKNOWN}"
NOTHING_KEPT = "no list of processes was kept for that moment"


@dataclass(frozen=True, slots=True)
class View:
    """What the user chose of the list."""

    order: Order = "memory"
    words: str = ""
    """Only processes that contain this text are listed."""
    selected: int | None = None
    """The number of the selected process."""


def trail_cells(width: int) -> int:
    """Return the cells of a process's CPU over the last minute, in a list of this width."""
    if width < _FROM["1 min"]:
        return 0
    return 12 if width >= _LONG_TRAIL_FROM else 6


def matches(process: ProcessInfo, words: str) -> bool:
    """Return whether a process has the words in its name, command line, user or number."""
    texts = (process.name, process.command, process.user, process.server, process.models)
    return words == str(process.pid) or any(words.casefold() in text.casefold() for text in texts)


def listed(reading: Reading, view: View) -> tuple[list[ProcessInfo], list[ProcessInfo]]:
    """Return the model servers and the other processes, each in the order of the list."""
    servers = [p for p in reading.servers if matches(p, view.words)]
    rest = [p for p in reading.processes if not p.server and matches(p, view.words)]
    return servers, _SORTED[view.order](rest)


def draw_processes(
    reading: Reading | None,
    t: float,
    size: tuple[int, int],
    view: View,
    trails: Trails | None = None,
    other: str = "",
) -> list[Row]:
    """Return the rows of the list as of time t; `other` says what keys do to it."""
    width, height = size
    if width <= 0 or height <= 0:
        return []
    if reading is None:
        rows: list[Row] = [(("processes  ", "title"), (f"{fmt.UNKNOWN} {NOTHING_KEPT}", "quiet"))]
        return [fit(row, width) for row in rows]
    servers, rest = listed(reading, view)
    table = _Table(width, knows_gpu(reading), view, trails or {})
    rows = [(("model servers", "title"),)]
    # In a narrow list the model counts more than the user.
    of_servers = _Table(width, table.gpu, view, table.trails, server=True)
    if servers:
        # At most half of the rows, to leave room for the others.
        shown = _window(servers, view.selected, max(1, height // 2 - 4))
        rows += [of_servers.head(), *(of_servers.row(p) for p in shown)]
        if len(shown) < len(servers):
            rows.append(((f"… and {len(servers) - len(shown)} more", "quiet"),))
    else:
        none = "none that matches" if reading.servers else NO_SERVER
        rows[0] = (*rows[0], (f"  {fmt.UNKNOWN} {none}", "quiet"))
    rows += [(), _title(reading, len(rest), t, width, view, other), table.head()]
    rows += [table.row(p) for p in _window(rest, view.selected, height - len(rows))]
    return [fit(row, width) for row in rows[:height]]


def _window(
    processes: Sequence[ProcessInfo], selected: int | None, rows: int
) -> Sequence[ProcessInfo]:
    """Return as many processes as there are rows, with the selected one among them."""
    places = (place for place, process in enumerate(processes) if process.pid == selected)
    first = max(0, next(places, 0) - rows + 1)
    return processes[first : first + max(0, rows)]


def _title(reading: Reading, found: int, t: float, width: int, view: View, other: str) -> Row:
    age = t - reading.t
    read = f", read {fmt.seconds(age)} ago" if age > _OLD_AFTER_SECONDS else ""
    left: Row = ((f"processes by {view.order}", "title"),)
    if view.words:
        left += ((f"  {found} with “{view.words}”", "value"),)
    hint: Row = ((f"   {other}" if other else "", "quiet"),)
    right: Row = ((f"{fmt.count(reading.total)} in all{read}", "quiet"),)
    for row in ((*left, *hint), left):
        space = width - length(row) - length(right)
        if space >= 2:
            return merge((*row, (" " * space, "quiet"), *right))
    return left


def knows_gpu(reading: Reading) -> bool:
    """Return whether GPU time by process is known."""
    return any(p.gpu_percent is not None for p in reading.processes)


def next_order(order: Order, reading: Reading | None) -> Order:
    """Return the next order: by memory, by CPU, by GPU if that is known."""
    if order == "memory":
        return "CPU"
    return "GPU" if order == "CPU" and reading is not None and knows_gpu(reading) else "memory"


def sparkline(trail: Sequence[float], cells: int) -> str:
    """Return a process's CPU in blocks; the highest is one full core, or its own highest value."""
    top = max([FULL_CORE, *(value for value in trail if value == value)])
    return "".join(BLOCKS[level(value, top, EIGHTHS)] for value in trail).rjust(cells)


class _Table:
    """The columns that fit."""

    def __init__(
        self, width: int, gpu: bool, view: View, trails: Trails, *, server: bool = False
    ) -> None:
        self._view = view
        self.gpu = gpu
        self.trails = trails
        self._named = "server, model, port, command" if server else "command"
        self._cells = trail_cells(width)
        left_out = {"GPU": not gpu, "pid": width < _FROM["pid"]}
        self._figures = [name for name in _FIGURES if not left_out.get(name)]
        taken = sum(_FIGURES[name] for name in self._figures) + self._cells + 4
        least = _LONG_TRAIL_FROM if server else _FROM["user"]
        self._user = width >= max(least, taken + _USER + _NAME)

    def head(self) -> Row:
        """Return the names of the columns."""
        mark = self._view.order
        cells = [
            f"{name}{' ▾' if name == mark else ''}".rjust(_FIGURES[name]) for name in self._figures
        ]
        if self._cells:
            cells.append("  " + ("CPU, 1 min" if self._cells > 10 else "1 min").ljust(self._cells))
        cells.append("  " + ("user".ljust(_USER) if self._user else ""))
        return (("".join(cells) + (self._named if self._cells else "name"), "quiet"),)

    def row(self, process: ProcessInfo) -> Row:
        """Return the row of a process."""
        spans = [*self._numbers(process), *self._words(process)]
        if process.pid != self._view.selected:
            return tuple(spans)
        text = "".join(text for text, _ in spans)
        # The first column is wider than any figure in it.
        return ((f"›{text[1:]}", "chosen"),)

    def _numbers(self, process: ProcessInfo) -> Iterator[Span]:
        memory = fmt.size(process.memory_bytes).rjust(_FIGURES["memory"])
        yield memory, "quiet" if process.memory_bytes is None else "memory"
        cpu = fmt.percent(process.cpu_percent).rjust(_FIGURES["CPU"])
        yield cpu, "cpu" if process.cpu_percent else "quiet"
        if "GPU" in self._figures:
            share = fmt.percent(process.gpu_percent).rjust(_FIGURES["GPU"])
            yield share, "gpu" if process.gpu_percent else "quiet"
        if "pid" in self._figures:
            yield str(process.pid).rjust(_FIGURES["pid"]), "quiet"
        if self._cells:
            trail = self.trails.get(process.pid, ())
            yield f"  {sparkline(trail, self._cells)}", "cpu"
        yield "  ", "quiet"
        if self._user:
            yield f"{fit_text(process.user or fmt.UNKNOWN, _USER - 1)} ", "quiet"

    def _words(self, process: ProcessInfo) -> Iterable[Span]:
        named = process.command or process.name if self._cells else process.name
        if not process.server:
            return ((named, "value"),)
        port = f"  port {process.port}" if process.port else ""
        name = "" if named == process.server else f"  {named}"
        models = f"  {process.models or NOT_SAID}"
        ink = "value" if process.models else "quiet"
        return ((process.server, "title"), (models, ink), (port, "value"), (name, "quiet"))
