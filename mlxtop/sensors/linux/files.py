"""The small files of /proc and /sys: how they are read, and what they say of PCI devices."""

import os
import re
from pathlib import Path

# Below the size at which an allocation needs two system calls and a page fault.
LARGEST_BYTES = 1 << 16


def read_text(path: str | Path) -> str:
    """Return the first 64 KiB of a file as text, undecodable bytes replaced.

    Raises OSError. A single read() returns a consistent state of a file of /proc.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, LARGEST_BYTES).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def try_text(path: str | Path) -> str:
    """Return what `read_text` returns, or an empty text if the file cannot be read."""
    try:
        return read_text(path)
    except OSError:
        return ""


class KeptFile:
    """A file of /proc that is read many times a second and stays open.

    The kernel renews its text for every read from the start.
    """

    def __init__(self, path: str | Path) -> None:
        """Prepare; the first reading opens the file."""
        self._path = path
        self._descriptor: int | None = None

    def read(self, most: int = LARGEST_BYTES) -> bytes:
        """Return the first `most` bytes; raises OSError, after which the file is reopened."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(self._descriptor, most, 0)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the next reading opens it again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


NVIDIA_DRIVER = Path("/sys/bus/pci/drivers/nvidia")
PCI_DEVICES = Path("/sys/bus/pci/devices")
_PCI_ADDRESS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


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
    return sorted(path for path in NVIDIA_DRIVER.glob("*:*") if _PCI_ADDRESS.fullmatch(path.name))


def pci_address(bus_id: str) -> str:
    """Return an address as the kernel writes it; NVML has eight digits before the first colon."""
    domain, _, rest = bus_id.strip().lower().partition(":")
    found = f"{domain[-4:]}:{rest}"
    return found if _PCI_ADDRESS.fullmatch(found) else ""
