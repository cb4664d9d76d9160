"""Whether the machine runs on its battery, by psutil: machines save power then."""

import psutil

from mlxtop.sensors.base import Sensor, Values

HZ = 0.2
"""A plug is pulled once in a while."""
NAME = "power.on_battery"


class PowerSource(Sensor):
    """1 on battery, 0 on mains; None where the machine does not say."""

    def __init__(self, hz: float) -> None:
        """Read psutil, which reads /sys/class/power_supply or IOPSCopyPowerSourcesInfo."""
        super().__init__("power source", hz, [(NAME, "level", "psutil sensors_battery")])

    def read(self) -> Values:
        """Return what feeds the machine."""
        battery = psutil.sensors_battery()
        plugged = None if battery is None else battery.power_plugged
        return {NAME: None if plugged is None else float(not plugged)}


def power_source(hz: float) -> list[Sensor]:
    """Return the sensor; none where there is no battery, or psutil cannot tell."""
    try:
        found = psutil.sensors_battery()
    # A psutil that is older than the system fails in any of these ways.
    except (OSError, RuntimeError, AttributeError, ValueError, psutil.Error):
        return []
    return [] if found is None else [PowerSource(min(HZ, hz))]
