"""Whether the machine runs on battery, when it saves power."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.source import Sensor, SensorRequest, Source, Values

HZ = 0.2
"""The power source rarely changes."""
NAME = "power.on_battery"
SUPPLIES = Path("/sys/class/power_supply")
_BATTERIES = ("Battery", "UPS")
_FED = ("Charging", "Full", "Not charging")


@dataclass(frozen=True)
class Supply:
    """One supply as the kernel describes it; a text is empty if it has no such file."""

    kind: str = ""
    """`Battery`, `Mains`, `USB` …"""
    scope: str = ""
    """`System` or `Device`; usually missing for the machine's own supplies."""
    status: str = ""
    online: str = ""
    present: str = ""

    @property
    def battery(self) -> bool:
        """Whether it is a battery of the machine itself, and present."""
        return self.kind in _BATTERIES and self.scope != "Device" and self.present != "0"

    @property
    def mains(self) -> bool:
        """Whether it is an external power source."""
        return self.kind not in ("", *_BATTERIES) and self.scope != "Device"


def supplies() -> list[Supply]:
    """Return the supplies that the kernel lists."""
    return [
        Supply(
            *(
                try_text(path / name).strip()
                for name in ("type", "scope", "status", "online", "present")
            )
        )
        for path in sorted(SUPPLIES.glob("*"))
    ]


def on_battery(there: Iterable[Supply]) -> float | None:
    """Return 1 on battery, 0 on mains; None without a battery, and if unknown."""
    there = list(there)
    statuses = {supply.status for supply in there if supply.battery}
    mains = [supply.online for supply in there if supply.mains and supply.online]
    if not statuses:
        return None
    if any(online != "0" for online in mains):
        return 0.0
    if "Discharging" in statuses:
        return 1.0
    if statuses.intersection(_FED):
        return 0.0
    # The battery has no status; an unplugged supply is enough.
    return 1.0 if mains else None


def has_battery(there: Iterable[Supply]) -> bool:
    """Return whether the machine has a battery."""
    return any(supply.battery for supply in there)


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
        there = has_battery(supplies())
        source, read = f"{SUPPLIES} online, status", _linux
    else:
        there, source, read = _psutil_has_battery(), "psutil sensors_battery", _psutil
    return [PowerSource(min(HZ, hz), source, read)] if there else []


def _linux() -> float | None:
    return on_battery(supplies())


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
