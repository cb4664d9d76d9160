"""Which sensors a platform has: the one place to add one."""

import os
import sys

from mlxtop.sensors.base import Sensor
from mlxtop.sensors.cpu import Cpu, Load
from mlxtop.sensors.own import OwnSampling
from mlxtop.sensors.power_source import power_source
from mlxtop.sensors.processes import AppCost, EngineCost

SLOW_HZ = 1.0


def default_sensors(platform: str = sys.platform, hz: float = 5.0) -> list[Sensor]:
    """Return the sensors of `platform` (as `sys.platform` names it), the fast ones at `hz`."""
    slow_hz = min(SLOW_HZ, hz)
    if platform == "darwin":
        from mlxtop.sensors.macos.sensors import macos_sensors

        sensors = [Cpu(hz), Load(slow_hz), *macos_sensors(hz, slow_hz)]
    elif platform.startswith("linux"):
        from mlxtop.sensors.linux.sensors import linux_sensors

        sensors = linux_sensors(hz, slow_hz)
    else:
        sensors = [Cpu(hz), Load(slow_hz)]
    return [
        *sensors,
        *power_source(hz, platform),
        AppCost(slow_hz, os.getpid()),
        EngineCost(slow_hz),
        OwnSampling(slow_hz),
    ]
