"""CPU time and load, by psutil on every platform."""

import os

import psutil

from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.sane import amount, percent


class Cpu(Sensor):
    """Share of all cores' time since the last reading."""

    def __init__(self, hz: float) -> None:
        """Read psutil, which reads /proc/stat or host_statistics."""
        super().__init__(
            "cpu",
            hz,
            [
                ("cpu.user_percent", "percent", "psutil cpu_times_percent user + nice"),
                (
                    "cpu.system_percent",
                    "percent",
                    "psutil cpu_times_percent system + irq + softirq",
                ),
            ],
        )
        self._primed = False

    def read(self) -> Values:
        """Return both shares in percent; nothing at the first reading, which has no before."""
        times = psutil.cpu_times_percent(interval=None)
        if not self._primed:
            self._primed = True
            return {}
        user = times.user + getattr(times, "nice", 0.0)
        system = times.system + getattr(times, "irq", 0.0) + getattr(times, "softirq", 0.0)
        # Each part is rounded by itself: a sum may come out as 100.1.
        return {
            "cpu.user_percent": percent(min(100.0, round(user, 1))),
            "cpu.system_percent": percent(min(100.0, round(system, 1))),
        }


class Load(Sensor):
    """Length of the run queue over the last minute."""

    def __init__(self, hz: float) -> None:
        """Read getloadavg(3)."""
        super().__init__("load", hz, [("cpu.load_1m", "load", "getloadavg(3)")])

    def read(self) -> Values:
        """Return the load of one minute; raises OSError where it cannot be had."""
        return {"cpu.load_1m": amount(round(os.getloadavg()[0], 2), 1e6)}
