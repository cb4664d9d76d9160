"""This machine in a line."""

from mlxtop.format import installed, size
from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors.machine import Machine
from mlxtop.text import one_line


def machine_line(machine: Machine, limit: MemoryLimit) -> str:
    """Return "Apple M4 Max · 16 cores · 128 GiB · models may take 103 GB (estimate: …)"."""
    parts = [one_line(machine.chip, 60)]
    if machine.cpu_cores:
        parts.append(f"{machine.cpu_cores} cores")
    if machine.gpu and machine.gpu != machine.chip:
        parts.append(one_line(machine.gpu, 60))
    if machine.memory_bytes:
        parts.append(installed(machine.memory_bytes))
    if limit.bytes is not None:
        source = f" ({limit.source})" if limit.source else ""
        parts.append(f"models may take {size(limit.bytes)}{source}")
    return " · ".join(part for part in parts if part)
