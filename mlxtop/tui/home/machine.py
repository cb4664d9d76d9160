"""This machine in a line, and how much of its memory a model may take."""

import sys

import psutil

from mlxtop.format import size
from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors.linux.cgroup import OWN, limit_files
from mlxtop.sensors.linux.cgroup import memory_limit as cgroup_limit
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.machine import Machine
from mlxtop.text import one_line

_MACOS_SHARE = 0.75  # of the memory: about what Metal recommends as a working set


def memory_limit(freed_bytes: int = 0, system: str = sys.platform) -> MemoryLimit:
    """Return how much a model may take, before an engine has told what MLX recommends.

    `freed_bytes` is what the model loaded now holds: another one takes its place.
    """
    memory = psutil.virtual_memory()
    if system == "darwin":
        return MemoryLimit(
            round(memory.total * _MACOS_SHARE), "estimate: three quarters of the memory"
        )
    available = min(memory.total, memory.available + freed_bytes)
    limit = cgroup_limit(limit_files(try_text(OWN)))
    if limit is not None and limit < available:
        return MemoryLimit(limit, "the limit of this container")
    return MemoryLimit(available, "available now")


def machine_line(machine: Machine, limit: MemoryLimit) -> str:
    """Return "Apple M4 Max · 16 cores · 137 GB · models may take 103 GB (estimate: …)"."""
    parts = [one_line(machine.chip, 60)]
    if machine.cpu_cores:
        parts.append(f"{machine.cpu_cores} cores")
    if machine.gpu and machine.gpu != machine.chip:
        parts.append(one_line(machine.gpu, 60))
    if machine.memory_bytes:
        parts.append(size(machine.memory_bytes))
    if limit.bytes is not None:
        source = f" ({limit.source})" if limit.source else ""
        parts.append(f"models may take {size(limit.bytes)}{source}")
    return " · ".join(part for part in parts if part)
