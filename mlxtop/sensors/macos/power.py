"""GPU power by the energy counter of `zeus-apple-silicon`, an optional package, or by macmon."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from typing import Protocol

from mlxtop.clock import now
from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.macos.macmon import POWER, Macmon, find_macmon
from mlxtop.sensors.sane import Traffic, amount
from mlxtop.text import one_line

PACKAGE = "zeus_apple_silicon"
LARGEST_WATTS = 5e3
# Where a chip has no energy counters (a virtual machine, an Intel Mac) the package hands NULL to
# CoreFoundation, which ends the process. So a process that may end asks first.
TRIED = "import mlxtop.sensors.macos.power as power; power.zeus_monitor().get_cumulative_energy()"
LONGEST_SECONDS = 20.0


class EnergyMetrics(Protocol):
    """What the package's monitor answers."""

    @property
    def gpu_mj(self) -> int | None:
        """Energy the GPU has used, in millijoules; None where this chip does not count it."""


class EnergyMonitor(Protocol):
    """The package's `AppleEnergyMonitor`."""

    def get_cumulative_energy(self) -> EnergyMetrics:
        """Return the counters as they are now."""
        ...


def zeus_monitor() -> EnergyMonitor:
    """Return the package's monitor; raises what it raises on a Mac without the counters."""
    from zeus_apple_silicon import AppleEnergyMonitor

    monitor: EnergyMonitor = AppleEnergyMonitor()
    return monitor


def try_zeus(code: str = TRIED, seconds: float = LONGEST_SECONDS) -> None:
    """Ask the package once in a process of its own; raises OSError where that does not end well."""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"{PACKAGE} does not answer within {seconds:g} s") from None
    if tried.returncode < 0:
        raise OSError(f"{PACKAGE} ends its process here (signal {-tried.returncode})")
    if tried.returncode:
        lines = tried.stderr[-4096:].decode("utf-8", "replace").strip().splitlines()
        raise OSError(f"{PACKAGE} fails: {one_line(lines[-1] if lines else '', 120)}")


class GpuEnergy(Sensor):
    """Power of the GPU alone: what its energy counter grew by, over the time between readings."""

    slow = True

    def __init__(
        self,
        hz: float,
        monitor: Callable[[], EnergyMonitor] = zeus_monitor,
        clock: Callable[[], float] = now,
        attempt: Callable[[], None] = try_zeus,
    ) -> None:
        """Ask the monitor that `monitor` makes, in the sensor's own thread, if `attempt` lets."""
        super().__init__("gpu energy", hz, [(POWER, f"{PACKAGE} gpu_mj (IOReport)")])
        self._make = monitor
        self._monitor: EnergyMonitor | None = None
        self._clock = clock
        self._attempt = attempt
        self._refused: OSError | None = None
        self._traffic = Traffic()

    def read(self) -> Values:
        """Return the mean power since the last reading; nothing at the first. Raises OSError."""
        if self._refused is not None:
            # Not tried again and again: the chip will still have no counters.
            raise self._refused
        if self._monitor is None:
            try:
                self._attempt()
            except OSError as error:
                self._refused = error
                raise
            self._monitor = self._make()
        first = not self._traffic.known("gpu")
        energy = self._monitor.get_cumulative_energy()
        rate = self._traffic.rate("gpu", energy.gpu_mj, self._clock())
        if first and rate is None:
            return {}
        return {POWER: None if rate is None else amount(round(rate / 1000, 3), LARGEST_WATTS)}


def power_sensors(
    slow_hz: float,
    find: Callable[[], str | None] = find_macmon,
    package: str = PACKAGE,
) -> list[Sensor]:
    """Return the optional sensors that are installed; power is read by one of them only."""
    sensors: list[Sensor] = []
    if importlib.util.find_spec(package) is not None:
        sensors.append(GpuEnergy(slow_hz))
    if program := find():
        sensors.append(Macmon(slow_hz, program, power=not sensors))
    return sensors
