"""CPU and memory of mlxtop's own process and of the engine."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from mlxtop.sensors.bounds import bounded, bounded_bytes
from mlxtop.sensors.source import Sensor, SensorRequest, Source, Values

RESIDENT = "psutil Process.memory_info rss"


@dataclass(frozen=True)
class ProcessMemory:
    """`read` returns bytes and raises psutil's errors; `source` describes them."""

    source: str
    read: Callable[[psutil.Process], int]


def resident(process: psutil.Process) -> int:
    """Return the resident memory of a process; shared memory counts in each process."""
    return int(process.memory_info().rss)


def process_memory(platform: str = sys.platform, library: str | None = None) -> ProcessMemory:
    """Return how `platform` counts memory: the footprint on macOS, resident memory elsewhere.

    Also resident memory if the footprint is not available; `library` has the call.
    """
    if platform == "darwin":
        from mlxtop.sensors.macos.footprint import SOURCE, Footprints

        try:
            footprints = Footprints(library)
        except (OSError, AttributeError):
            return ProcessMemory(RESIDENT, resident)

        def footprint(process: psutil.Process) -> int:
            found = footprints.of(process.pid)
            return resident(process) if found is None else found

        # If it works for this process, it works for all processes of this user.
        if footprints.of(os.getpid()) is not None:
            return ProcessMemory(SOURCE, footprint)
    return ProcessMemory(RESIDENT, resident)


ENGINE = "an engine: it is measured while a model is loaded"


class ProcessCost(Sensor):
    """CPU in percent of one core (several busy threads pass 100), and memory."""

    def __init__(
        self, prefix: str, hz: float, pid: int | None, memory: ProcessMemory | None = None
    ) -> None:
        """Name the figures `prefix.…`; without a pid nothing is read until it is set."""
        self._memory_of = memory or process_memory()
        super().__init__(
            f"{prefix} cost",
            hz,
            [
                (f"{prefix}.cpu_percent", "psutil Process.cpu_percent, of one core"),
                (f"{prefix}.memory_bytes", self._memory_of.source),
            ],
        )
        self._cpu, self._memory = (info.name for info in self.infos)
        self._pid = pid
        self._process: psutil.Process | None = None
        self._gone = True

    def read(self) -> Values:
        """Return both figures; None once when the process has ended, then nothing."""
        pid = self._pid
        try:
            if pid is None:
                raise psutil.NoSuchProcess(0)
            if self._process is None or self._process.pid != pid:
                self._process = psutil.Process(pid)
                # The first reading has no predecessor; it only starts the interval.
                self._process.cpu_percent(None)
                cpu = None
            else:
                cpu = bounded(self._process.cpu_percent(None), 1e5)
            self._gone = False
            return {
                self._cpu: cpu,
                self._memory: bounded_bytes(self._memory_of.read(self._process)),
            }
        except psutil.NoSuchProcess:
            self._process = None
            gone, self._gone = self._gone, True
            return {} if gone else self.nothing()


class AppCost(ProcessCost):
    """The app's own process."""

    def __init__(self, hz: float, pid: int | None) -> None:
        """Read the process `pid`, the app."""
        super().__init__("app", hz, pid)


class EngineCost(ProcessCost):
    """The engine's process, which may come and go."""

    def __init__(self, hz: float) -> None:
        """Read nothing until `set_engine_pid` names a process."""
        super().__init__("engine", hz, None)

    def set_engine_pid(self, pid: int | None) -> None:
        """Read `pid` from the next reading on; called from any thread."""
        self._pid = pid


class ProcessCosts(Source):
    """The app's process and the engine's."""

    name = "processes"
    figures = ("app.cpu_percent", "app.memory_bytes", "engine.cpu_percent", "engine.memory_bytes")

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return a sensor for each of the two."""
        return [AppCost(wanted.slow_hz, os.getpid()), EngineCost(wanted.slow_hz)]

    def why(self, name: str) -> str:
        """Return what the engine's figures need."""
        return ENGINE if name.startswith("engine.") else ""
