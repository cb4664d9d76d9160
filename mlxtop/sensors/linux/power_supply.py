"""What feeds a Linux machine, by /sys/class/power_supply.

Mice, keyboards and headsets have batteries there too, which say that they feed a device and not the
system (`scope`, Documentation/ABI/testing/sysfs-class-power of the kernel).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlxtop.sensors.linux.files import try_text

SUPPLIES = Path("/sys/class/power_supply")
_BATTERIES = ("Battery", "UPS")
_FED = ("Charging", "Full", "Not charging")


@dataclass(frozen=True)
class Supply:
    """One supply as the kernel describes it; a text is empty if it has no such file."""

    kind: str = ""
    """`Battery`, `Mains`, `USB` …"""
    scope: str = ""
    """`System` or `Device`; most of the machine's own leave it out."""
    status: str = ""
    online: str = ""
    present: str = ""

    @property
    def battery(self) -> bool:
        """Whether it is a battery of the machine's own, and in its place."""
        return self.kind in _BATTERIES and self.scope != "Device" and self.present != "0"

    @property
    def mains(self) -> bool:
        """Whether it can feed the machine from outside."""
        return self.kind not in ("", *_BATTERIES) and self.scope != "Device"


def supplies() -> list[Supply]:
    """Return what the kernel has in its folder."""
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
    """Return 1 on battery, 0 on mains; None without a battery, and if nothing says it."""
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
    # A battery may keep silent; a plug that is not in says enough.
    return 1.0 if mains else None


def has_battery(there: Iterable[Supply]) -> bool:
    """Return whether one of them is a battery that can feed the machine."""
    return any(supply.battery for supply in there)
