"""Whether the machine runs on battery, when it saves power."""

import sys
from collections.abc import Callable

import psutil

from mlxtop.sensors.linux import power_supply
from mlxtop.sensors.source import Sensor, SensorRequest, Source, Values

HZ = 0.2
"""The power source rarely changes."""
NAME = "power.on_battery"


class PowerSource(Sensor):
    """1 on battery, 0 on mains; None if unknown."""

    def __init__(self, hz: float, source: str, read: Callable[[], float | None]) -> None:
        """Call `read`; `source` describes it."""
        super().__init__("power source", hz, [(NAME, source)])
        self._read = read

    def read(self) -> Values:
        """Return the power source."""
        return {NAME: self._read()}


def power_source(hz: float, platform: str = sys.platform) -> list[Sensor]:
    """Return the sensor; none if the machine has no battery, or it cannot be read."""
    if platform.startswith("linux"):
        there = power_supply.has_battery(power_supply.supplies())
        source, read = f"{power_supply.SUPPLIES} online, status", _linux
    else:
        there, source, read = _psutil_has_battery(), "psutil sensors_battery", _psutil
    return [PowerSource(min(HZ, hz), source, read)] if there else []


def _linux() -> float | None:
    return power_supply.on_battery(power_supply.supplies())


def _psutil() -> float | None:
    battery = psutil.sensors_battery()
    plugged = None if battery is None else battery.power_plugged
    return None if plugged is None else float(not plugged)


def _psutil_has_battery() -> bool:
    try:
        return psutil.sensors_battery() is not None
    # A psutil older than the system may raise any of these.
    except (OSError, RuntimeError, AttributeError, ValueError, psutil.Error):
        return False


class PowerSupply(Source):
    """The power source of the machine."""

    name = "the power supply"
    figures = (NAME,)

    def __init__(self, platform: str = sys.platform) -> None:
        """Use the way of `platform`."""
        self._platform = platform

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return the sensor if the machine has a battery."""
        return power_source(wanted.hz, self._platform)
