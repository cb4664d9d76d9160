"""The report as lines of text: pure, for any width of at least 60 columns."""

from collections.abc import Iterator
from textwrap import wrap

from mlxtop import format as fmt
from mlxtop.doctor.report import (
    LOWEST_SHARE,
    Call,
    FigureReport,
    Head,
    Missing,
    Pace,
    Report,
    SensorReport,
    State,
    summary,
)
from mlxtop.figures import unit_called

NARROWEST = 60
# A symbol and a word with each colour.
_LOOKS: dict[State, tuple[str, str]] = {
    "works": ("●", "32"),
    "absent": ("○", "33"),
    "failed": ("■", "31"),
}
_NAME = 28
_VALUE = 20
_WIDE = 110
_WIDE_VALUE = 33
"""Room for a large number of bytes, in a terminal of at least `_WIDE` columns."""
_INDENT = "    "


def page(report: Report, columns: int, colour: bool) -> list[str]:
    """Return the lines of the page; with `colour` they carry ANSI colours."""
    width = max(NARROWEST, columns)
    paint = _painted if colour else _plain
    verdict = list(_verdict(report, width, colour))
    lines = [paint("mlxtop doctor", "1"), *verdict, "", *_head(report.machine, width)]
    lines += _field("measured", _pace(report.pace), width)
    for sensor in report.sensors:
        lines += ["", *_sensor(sensor, width, colour)]
    if report.calls:
        lines += ["", paint("Calls into the system, each tried once", "1")]
        for call in report.calls:
            lines += _call(call, width, colour)
    if report.missing:
        lines += ["", paint("Not available here", "1")]
        for absent in report.missing:
            lines += _missing(absent, width, colour)
    # Again at the end: the beginning of a long page has left the terminal.
    return [*lines, "", *verdict]


def _head(machine: Head, width: int) -> Iterator[str]:
    cores = fmt.count(machine.cpu_cores)
    if len(machine.cpu_core_kinds) > 1:
        kinds = (f"{kind.count} {kind.name}" for kind in machine.cpu_core_kinds)
        cores += f" ({', '.join(kinds)})"
    gpu = machine.gpu or fmt.UNKNOWN
    if machine.gpu_cores is not None:
        gpu += f", {machine.gpu_cores} cores"
    limit = machine.cgroup_limit_bytes
    memory = f"{fmt.installed(machine.memory_bytes)} installed, "
    memory += f"a cgroup allows {fmt.size(limit)}" if limit else "no cgroup limits it"
    rate = machine.memory_bandwidth_bytes_per_second
    for name, text in (
        ("chip", machine.chip or fmt.UNKNOWN),
        ("CPU cores", cores),
        ("GPU", gpu),
        ("memory", memory),
        ("bandwidth", f"{fmt.traffic(rate)} ({machine.memory_bandwidth_source})"),
        ("system", machine.os or fmt.UNKNOWN),
        ("Python", machine.python),
        ("versions", ", ".join(_versions(machine))),
    ):
        yield from _field(name, text, width)


def _versions(machine: Head) -> Iterator[str]:
    for name, version in (
        ("mlxtop", machine.mlxtop),
        ("mlx", machine.mlx),
        ("mlx-lm", machine.mlx_lm),
    ):
        build = f" ({machine.mlx_build})" if name == "mlx" and machine.mlx_build else ""
        yield f"{name} {version or '— (not installed)'}{build}"


def _pace(pace: Pace) -> str:
    return (
        f"{pace.seconds:.1f} s at {pace.hz_asked:g} Hz: {pace.ticks} ticks, {pace.late} late"
        f" (worst {pace.worst_late_milliseconds:.1f} ms), {pace.dropped} dropped"
    )


def _field(name: str, text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12)


def _sensor(sensor: SensorReport, width: int, colour: bool) -> Iterator[str]:
    parts = [
        f"{sensor.name}: {sensor.state}",
        f"asked {sensor.hz_asked:g} Hz, achieved {_number(sensor.hz_achieved, 2)} Hz",
        f"{_number(sensor.cpu_microseconds, 0)} µs CPU",
        f"takes {_number(sensor.wall_microseconds, 0)} µs",
    ]
    fresh, achieved = sensor.hz_fresh, sensor.hz_achieved
    # If every reading is new, the rate is enough.
    if fresh is not None and achieved is not None and fresh < LOWEST_SHARE * achieved:
        parts.insert(2, f"{_number(fresh, 2)} of them new")
    if sensor.own_thread:
        parts.append("own thread")
    yield from _marked(sensor.state, " · ".join(parts), width, colour)
    if sensor.failure:
        code = fmt.UNKNOWN if sensor.return_code is None else str(sensor.return_code)
        text = (
            f"{sensor.failures} of {sensor.readings} readings failed, return code {code}: "
            if sensor.failures
            else ""
        )
        yield from _wrapped(text + sensor.failure, width, len(_INDENT))
    for figure in sensor.figures:
        yield from _figure(figure, width)


def _figure(figure: FigureReport, width: int) -> Iterator[str]:
    value = value_words(figure.value, figure.unit)
    row = f"{_INDENT}{figure.name:<{_NAME}} {value:<{_WIDE_VALUE if width >= _WIDE else _VALUE}}"
    note = ("needs " if figure.value is None else "") + figure.note if figure.note else ""
    rest = figure.source + (f" ({note})" if note else "")
    if len(row) + 1 + len(rest) <= width:
        yield f"{row} {rest}"
        return
    yield from wrap(row.rstrip(), width, subsequent_indent=_INDENT + "  ")
    yield from _wrapped(rest, width, len(_INDENT) + 2)


def _call(call: Call, width: int, colour: bool) -> Iterator[str]:
    failed = bool(call.failure)
    code = fmt.UNKNOWN if call.return_code is None else str(call.return_code)
    answer = f"failed, {call.failure}" if failed else f"works, {call.answer}"
    text = f"{call.name}: {answer} · return code {code} · {call.cpu_microseconds:.0f} µs CPU"
    yield from _marked("failed" if failed else "works", text, width, colour)


def _missing(absent: Missing, width: int, colour: bool) -> Iterator[str]:
    yield from _marked("absent", f"absent: {', '.join(absent.figures)}", width, colour)
    yield from _wrapped(f"needs {absent.needs}", width, len(_INDENT))


def _verdict(report: Report, width: int, colour: bool) -> Iterator[str]:
    yield from _marked("failed" if report.problems else "works", summary(report), width, colour)
    for problem in report.problems:
        yield from _wrapped(problem, width, 2)


def value_words(value: float | None, unit: str) -> str:
    """Return a value with its unit, a large one also in its human form: `18.4 GB (18,4… bytes)`."""
    if value is None:
        return fmt.UNKNOWN
    known = unit_called(unit)
    raw = exact(value)
    if not known.scales or abs(value) < 1000:
        return f"{raw} {known.symbol}"
    whole, point, rest = raw.partition(".")
    return f"{known.words(value)} ({int(whole):,}{point}{rest} {known.symbol})"


def exact(value: float) -> str:
    """Return a raw value with nothing rounded away and no exponent."""
    whole = int(value)
    return str(whole) if value == whole else f"{value:.6f}".rstrip("0")


def _number(value: float | None, places: int) -> str:
    return fmt.UNKNOWN if value is None else f"{value:.{places}f}"


def _marked(state: State, text: str, width: int, colour: bool) -> Iterator[str]:
    mark, ink = _LOOKS[state]
    lines = wrap(text, width - 2)
    paint = _painted if colour else _plain
    yield f"{paint(mark, ink)} {lines[0]}"
    yield from (f"  {line}" for line in lines[1:])


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    space = " " * indent
    return wrap(text, width, initial_indent=space, subsequent_indent=space)


def _plain(text: str, ink: str) -> str:
    return text


def _painted(text: str, ink: str) -> str:
    return f"\x1b[{ink}m{text}\x1b[0m"
