"""PCI devices in /sys: those of the NVIDIA driver, and which ones sleep.

These files are the kernel's own records: reading them does not wake a device or keep it awake.
"""

import re
from pathlib import Path

from mlxtop.sensors.linux.files import try_text

NVIDIA_DRIVER = Path("/sys/bus/pci/drivers/nvidia")
DEVICES = Path("/sys/bus/pci/devices")
_ADDRESS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


def is_asleep(device: Path | None) -> bool:
    """Return whether the device of a folder of /sys is suspended, or about to be."""
    if device is None:
        return False
    return try_text(device / "power" / "runtime_status").strip() in ("suspended", "suspending")


def may_sleep(device: Path | None) -> bool:
    """Return whether the kernel may suspend the device while it is unused."""
    return device is not None and try_text(device / "power" / "control").strip() == "auto"


def nvidia_devices() -> list[Path]:
    """Return the folders of NVIDIA's GPUs in the order of their addresses, like NVML."""
    return sorted(path for path in NVIDIA_DRIVER.glob("*:*") if _ADDRESS.fullmatch(path.name))


def address(bus_id: str) -> str:
    """Return an address as the kernel writes it; NVML has eight digits before the first colon."""
    domain, _, rest = bus_id.strip().lower().partition(":")
    found = f"{domain[-4:]}:{rest}"
    return found if _ADDRESS.fullmatch(found) else ""
