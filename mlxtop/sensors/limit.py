"""How much memory a model may take on this machine."""

import sys

import psutil

from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors.linux.cgroup import OWN, limit_files
from mlxtop.sensors.linux.cgroup import memory_limit as cgroup_limit
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.machine import read_machine

_MACOS_SHARE = 0.75  # of the memory: about what Metal recommends as a working set


def memory_limit(freed_bytes: int = 0, system: str = sys.platform) -> MemoryLimit:
    """Return how much a model may take, before an engine has told what MLX recommends.

    `freed_bytes` is what the model loaded now holds: another one takes its place.
    """
    if system == "darwin":
        # Not by psutil: its virtual_memory() raises on macOS 27.
        total = read_machine().memory_bytes
        share = None if total is None else round(total * _MACOS_SHARE)
        return MemoryLimit(share, "estimate: three quarters of the memory")
    memory = psutil.virtual_memory()
    available = min(memory.total, memory.available + freed_bytes)
    limit = cgroup_limit(limit_files(try_text(OWN)))
    if limit is not None and limit < available:
        return MemoryLimit(limit, "the limit of this container")
    return MemoryLimit(available, "available now")
