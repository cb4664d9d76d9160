"""The power source of a Linux machine, by /sys/class/power_supply.

Batteries of mice, keyboards and headsets are listed there too; their scope is Device, not System
(`scope`, Documentation/ABI/testing/sysfs-class-power of the kernel).
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
