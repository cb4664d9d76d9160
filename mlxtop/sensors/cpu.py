"""CPU time and load by psutil, for systems without /proc/stat."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psutil

from mlxtop.sensors.bounds import bounded, bounded_percent
from mlxtop.sensors.source import GPU_FIGURES, Need, Sensor, SensorRequest, Source, Values

OTHER = "Linux or macOS"


class Core(NamedTuple):
    """Time of one core since the machine was started, in seconds."""

    user: float
    system: float
    total: float


def read_cores() -> list[Core]:
    """Return the time of each core, by psutil.

    Core by core, not as a sum: macOS renews the sum (host_statistics) only two to ten times a
    second, for all programs together, and repeats it in between; the cores
    (host_processor_info) are always current. And not by psutil's percentages, which divide by one
    second even if less time has passed.
    """
    cores = []
    for row in psutil.cpu_times(percpu=True):
        user = row.user + getattr(row, "nice", 0.0)
        system = row.system + getattr(row, "irq", 0.0) + getattr(row, "softirq", 0.0)
        rest = row.idle + getattr(row, "iowait", 0.0) + getattr(row, "steal", 0.0)
        cores.append(Core(user, system, user + system + rest))
    return cores


def shares(before: Sequence[Core], after: Sequence[Core]) -> tuple[float, float] | None:
    """Return user and system time in percent of all cores' time between two readings.

    A core without any time was parked, so it was idle; a core whose counter went backwards is left
    out. None if no time passed, or the number of cores changed.
    """
    if len(before) != len(after):
        return None
    user = system = 0.0
    counted = 0
    passed = False
    for old, new in zip(before, after, strict=True):
        grown = Core(*(late - early for early, late in zip(old, new, strict=True)))
        if min(grown) < 0:
            continue
        counted += 1
        if grown.total > 0:
            passed = True
            user += grown.user / grown.total
            system += grown.system / grown.total
    return (100 * user / counted, 100 * system / counted) if passed else None


class Cpu(Sensor):
    """Share of all cores' time since the last reading."""

    def __init__(self, hz: float, cores: Callable[[], list[Core]] = read_cores) -> None:
        """Read the cores' time by `cores`."""
        where = "psutil cpu_times percpu (host_processor_info on macOS), mean of the cores:"
        super().__init__(
            "cpu",
            hz,
            [
                ("cpu.user_percent", f"{where} user + nice"),
                ("cpu.system_percent", f"{where} system + irq + softirq"),
            ],
        )
        self._cores = cores
        self._before: list[Core] = []

    def read(self) -> Values:
        """Return both shares in percent; nothing at the first reading, or if no time passed."""
        before, self._before = self._before, self._cores()
        found = shares(before, self._before)
        if found is None:
            return {}
        # Each part is rounded separately: their sum may be 100.1.
        user, system = (bounded_percent(min(100.0, round(share, 1))) for share in found)
        return {"cpu.user_percent": user, "cpu.system_percent": system}


class Load(Sensor):
    """Length of the run queue over the last minute."""

    def __init__(self, hz: float) -> None:
        """Read getloadavg(3)."""
        super().__init__("load", hz, [("cpu.load_1m", "getloadavg(3)")])

    def read(self) -> Values:
        """Return the load of one minute; raises OSError if it is not available."""
        return {"cpu.load_1m": bounded(round(os.getloadavg()[0], 2), 1e6)}


class AnySystem(Source):
    """What is available on an unknown system."""

    name = "psutil"
    figures = ("cpu.user_percent", "cpu.system_percent", "cpu.load_1m")

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return CPU time and load."""
        return [Cpu(wanted.hz), Load(wanted.slow_hz)]

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return what is read only on known systems."""
        return [(("memory.used_bytes", "swap.used_bytes", "pressure.level", *GPU_FIGURES), OTHER)]
