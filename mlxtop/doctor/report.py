"""The doctor's report, as printed by `mlxtop doctor --json`: field names contain their units."""

from typing import Literal

import msgspec

from mlxtop.format import counted, listed

State = Literal["works", "absent", "failed"]
SCHEMA_VERSION = 1
LOWEST_SHARE = 0.95
"""A sensor read at less than this share of the requested rate is a problem."""


class Cores(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of CPU core, by the system's own name."""

    name: str
    count: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the machine and versions; empty or None if unknown."""

    chip: str = ""
    cpu_cores: int | None = None
    cpu_core_kinds: list[Cores] = []
    """The fastest first; empty if all are of one kind, or the system does not say."""
    performance_cores: int | None = None
    """Of `cpu_core_kinds`, those of that name."""
    efficiency_cores: int | None = None
    gpu: str = ""
    gpu_cores: int | None = None
    memory_bytes: int | None = None
    cgroup_limit_bytes: int | None = None
    """What a cgroup lets this process use; None if none does."""
    memory_bandwidth_bytes_per_second: float | None = None
    memory_bandwidth_source: str = ""
    """Where the bandwidth comes from, or why it is not known."""
    os: str = ""
    python: str = ""
    mlxtop: str = ""
    mlx: str = ""
    mlx_build: str = ""
    """Package and platform of MLX's kernels: "mlx-metal, macosx_26_0_arm64"."""
    mlx_lm: str = ""


class FigureReport(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a sensor, as it was read last."""

    name: str
    unit: str
    source: str
    value: float | None = None
    note: str = ""
    """The meaning of the value in words, or what the figure needs."""


class SensorReport(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor: its state, the cost of a reading, its rate."""

    name: str
    state: State
    figures: list[FigureReport]
    hz_asked: float
    hz_achieved: float | None
    """None if there was no time for two readings."""
    hz_fresh: float | None = None
    """Readings per second that returned anything new; None if there was no time for two."""
    readings: int
    failures: int
    cpu_microseconds: float | None
    """CPU time of one reading in its thread, the median, without that of a program it runs."""
    wall_microseconds: float | None
    """Duration of one reading, the median."""
    own_thread: bool
    return_code: int | None = None
    """0 if the last reading succeeded, else the error's number if it has one."""
    failure: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call into the system, tried once."""

    name: str
    answer: str = ""
    return_code: int | None = None
    failure: str = ""
    cpu_microseconds: float


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that no sensor here has, and what they need."""

    figures: list[str]
    needs: str


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How the sampling thread kept its deadlines."""

    hz_asked: float
    seconds: float
    ticks: int
    late: int
    dropped: int
    worst_late_milliseconds: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report."""

    schema: int = SCHEMA_VERSION
    machine: Head
    pace: Pace
    sensors: list[SensorReport]
    calls: list[Call] = []
    missing: list[Missing] = []
    problems: list[str] = []
    """A sentence for each thing that should work here but does not; empty: exit status 0."""


def problem(sensor: SensorReport) -> str:
    """Return the sentence for a sensor that fails or is too slow; empty if it does neither."""
    if sensor.state == "failed":
        return f"The sensor {sensor.name} fails: {sensor.failure}."
    if sensor.hz_achieved is not None and sensor.hz_achieved < LOWEST_SHARE * sensor.hz_asked:
        return (
            f"The sensor {sensor.name} was read at {sensor.hz_achieved:.2f} Hz instead of"
            f" {sensor.hz_asked:g} Hz."
        )
    return ""


def problems(sensors: list[SensorReport], hardware: str = "") -> list[str]:
    """Return a sentence for each failure; `hardware` is one about a device without a sensor."""
    return [said for said in (hardware, *map(problem, sensors)) if said]


def summary(report: Report) -> str:
    """Return how many sensors work, and which need attention."""
    here = [sensor for sensor in report.sensors if sensor.state != "absent"]
    bad = [sensor.name for sensor in here if problem(sensor)]
    if bad:
        need = "needs" if len(bad) == 1 else "need"
        return f"{len(bad)} of {counted(len(here), 'sensor')} {need} attention: {listed(bad)}."
    if not here:
        return "No sensor is available here."
    works = "The sensor available here works"
    if len(here) > 1:
        works = f"All {len(here)} sensors available here work"
    return f"{works}, but something else needs attention." if report.problems else f"{works}."
