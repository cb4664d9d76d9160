"""What the doctor found, as it stands in `mlxtop doctor --json`: every field names its unit."""

from typing import Literal

import msgspec

State = Literal["works", "absent", "failed"]
SCHEMA_VERSION = 1
LOWEST_SHARE = 0.95
"""A sensor read at less than this share of the rate asked is a problem."""


class Cores(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of CPU core, by the system's own name."""

    name: str
    count: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the machine and versions; empty or None if they are not known."""

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
    """What the value means in words, or what one would need that is not there."""


class SensorReport(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor: how it answers, what a reading costs, how often it was read."""

    name: str
    state: State
    figures: list[FigureReport]
    hz_asked: float
    hz_achieved: float | None
    """None if there was no time for two readings."""
    hz_fresh: float | None = None
    """Readings a second that brought anything new; None if there was no time for two."""
    readings: int
    failures: int
    cpu_microseconds: float | None
    """CPU time of one reading in its thread, the median; a program's own is not in it."""
    wall_microseconds: float | None
    """How long one reading takes, the median."""
    own_thread: bool
    return_code: int | None = None
    """0 if the last reading was good, else the error's own number where it has one."""
    failure: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call into the system, tried once by itself."""

    name: str
    answer: str = ""
    return_code: int | None = None
    failure: str = ""
    cpu_microseconds: float


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that no sensor here gives, and what they would need."""

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
    """All of it."""

    schema: int = SCHEMA_VERSION
    machine: Head
    pace: Pace
    sensors: list[SensorReport]
    calls: list[Call] = []
    missing: list[Missing] = []
    problems: list[str] = []
    """One sentence for each thing that ought to work here and does not; empty: exit status 0."""


def problems(sensors: list[SensorReport], hardware: str = "") -> list[str]:
    """Return what ought to work and does not; `hardware` names what is here and has no sensor."""
    found = [hardware] if hardware else []
    for sensor in sensors:
        if sensor.state == "failed":
            found.append(f"The sensor {sensor.name} fails: {sensor.failure}.")
        elif sensor.hz_achieved is not None and (
            sensor.hz_achieved < LOWEST_SHARE * sensor.hz_asked
        ):
            found.append(
                f"The sensor {sensor.name} was read at {sensor.hz_achieved:.2f} Hz instead of"
                f" {sensor.hz_asked:g} Hz."
            )
    return found
