"""A reading as a table and as JSON, a sample as a row of CSV: pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.as_json import indented
from mlxtop.figures import CATALOGUE, Mask, unit_called
from mlxtop.text import one_line
from mlxtop.watch.processes import ProcessInfo
from mlxtop.watch.readings import Once, ReadFigure

SHOWN_PROCESSES = 10


def words(figure: ReadFigure) -> tuple[str, str]:
    """Return a figure's value and unit in words."""
    value = figure.value
    if value is None:
        return fmt.UNKNOWN, ""
    entry = CATALOGUE.find(figure.name)
    codes = None if entry is None else entry.codes
    if isinstance(codes, Mask):
        return ", ".join(codes.words(value)) or "none", codes.noun
    if codes is not None:
        word = codes.word(value)
        return fmt.number(value) if word == fmt.UNKNOWN else word, codes.noun
    unit = unit_called(figure.unit) if entry is None else entry.unit
    return unit.apart(value)


def table(once: Once) -> str:
    """Return the reading as aligned columns: figures, then model servers, then processes."""
    figures = [("NAME", "VALUE", "UNIT", "SOURCE")]
    figures += [(f.name, *words(f), one_line(f.source, 80)) for f in once.figures]
    reading = once.processes
    blocks = [
        f"{_machine(once)}, {fmt.iso(once.wall)}",
        _columns(figures, "<><<"),
    ]
    if reading.servers:
        blocks.append(_columns(_rows("MODEL SERVER", reading.servers), ">>>><<"))
    else:
        blocks.append("No known model server is running.")
    rest = [p for p in reading.processes if not p.server][:SHOWN_PROCESSES]
    blocks.append(_columns(_rows("", rest), ">>>><<"))
    blocks.append(f"{len(rest)} of {reading.total} processes, those that use the most memory.")
    return "\n\n".join(blocks)


def as_json(once: Once) -> str:
    """Return the reading as JSON: plain values, each with its unit and source."""
    header, reading = once.header, once.processes
    content: dict[str, Any] = {
        "time": fmt.iso(once.wall),
        "mlxtop": header.mlxtop,
        "machine": {
            "chip": header.chip,
            "cpu_cores": header.cpu_cores,
            "gpu": header.gpu,
            "gpu_cores": header.gpu_cores,
            "memory_bytes": header.memory_bytes,
            "os": header.os,
        },
        "figures": {
            f.name: {"value": f.value, "unit": f.unit, "source": f.source} for f in once.figures
        },
        "servers": [_plain(p) for p in reading.servers],
        "processes": [_plain(p) for p in reading.processes],
        "process_units": {
            "memory": "bytes",
            "cpu": "percent of one core",
            "gpu": "percent of its time",
        },
        "processes_total": reading.total,
    }
    return indented(content) + "\n"


def cell(value: float | None) -> str:
    """Return a value for a cell of CSV: empty if unknown, without `.0` for a whole number."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def _plain(process: ProcessInfo) -> dict[str, Any]:
    return {
        "pid": process.pid,
        "name": process.name,
        "memory_bytes": process.memory_bytes,
        "cpu_percent": process.cpu_percent,
        "gpu_percent": process.gpu_percent,
        "server": process.server or None,
        "port": process.port,
    }


def _machine(once: Once) -> str:
    header = once.header
    parts = (
        header.chip,
        f"{header.cpu_cores} CPU cores" if header.cpu_cores else "",
        header.gpu if header.gpu != header.chip else "",
        fmt.installed(header.memory_bytes) if header.memory_bytes else "",
        header.os,
    )
    return ", ".join(one_line(part, 60) for part in parts if part)


def _rows(server: str, processes: Iterable[ProcessInfo]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (
            "MEMORY",
            "CPU (% OF ONE CORE)",
            "GPU",
            "PID",
            server or "NAME",
            "NAME, PORT" if server else "",
        )
    ]
    for p in processes:
        port = f", port {p.port}" if p.port else ""
        last = (p.server, p.name + port) if server else (p.name, "")
        figures = (fmt.size(p.memory_bytes), fmt.percent(p.cpu_percent), fmt.percent(p.gpu_percent))
        rows.append((*figures, str(p.pid), *last))
    return rows


def _columns(rows: Sequence[tuple[str, ...]], sides: str) -> str:
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for text, width, side in zip(row, widths, sides, strict=True):
            space = " " * (width - cell_len(text))
            cells.append(space + text if side == ">" else text + space)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
