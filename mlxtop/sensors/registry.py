"""Which sensors a platform has: the one place to add one."""

import os
import sys

from mlxtop.sensors.base import Sensor
from mlxtop.sensors.cpu import Cpu, Load
from mlxtop.sensors.processes import AppCost, EngineCost

SLOW_HZ = 1.0


def default_sensors(platform: str = sys.platform, hz: float = 5.0) -> list[Sensor]:
    """Return the sensors of `platform` (as `sys.platform` names it), the fast ones at `hz`."""
    slow_hz = min(SLOW_HZ, hz)
    sensors: list[Sensor] = [Cpu(hz), Load(slow_hz)]
    if platform == "darwin":
        from mlxtop.sensors.macos.sensors import macos_sensors

        sensors += macos_sensors(hz, slow_hz)
    elif platform.startswith("linux"):
        from mlxtop.sensors.linux.memory import LinuxMemory, LinuxMemoryLimit, LinuxSwap
        from mlxtop.sensors.linux.pressure import LinuxPressure

        sensors += [
            LinuxMemory(hz),
            LinuxMemoryLimit(slow_hz),
            LinuxSwap(slow_hz),
            # The kernel renews avg10 every two seconds: reading it faster shows nothing more.
            LinuxPressure(slow_hz),
        ]
    return [*sensors, AppCost(slow_hz, os.getpid()), EngineCost(slow_hz)]
