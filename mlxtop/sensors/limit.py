"""How much memory a model may take on this machine."""

import sys

import psutil

from mlxtop.events import EngineReady
from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors.linux import nvidia
from mlxtop.sensors.linux.cgroup import OWN, limit_files
from mlxtop.sensors.linux.cgroup import memory_left as cgroup_left
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.memory import ARCSTATS, has_arc
from mlxtop.sensors.linux.parse import parse_arcstats
from mlxtop.sensors.machine import read_machine
from mlxtop.sensors.mlx_build import is_cuda

SMALL_MAC_BYTES = 16 << 30
"""Up to this size Metal recommends two thirds of the memory; above it, 0.67 to 0.875 were seen."""


def memory_limit(freed_bytes: int = 0, system: str = sys.platform) -> MemoryLimit:
    """Return how much memory a model may take, before an engine reports what MLX recommends.

    `freed_bytes` is the memory of the loaded model, which another model replaces.
    """
    if system == "darwin":
        return _mac_limit()
    if is_cuda() and (of_gpu := gpu_limit(freed_bytes)) is not None:
        return of_gpu
    memory = psutil.virtual_memory()
    given_back = parse_arcstats(try_text(ARCSTATS)) if has_arc() else 0
    available = min(memory.total, memory.available + given_back + freed_bytes)
    left = cgroup_left(limit_files(try_text(OWN)))
    if left is not None and left + freed_bytes < available:
        return MemoryLimit(left + freed_bytes, "left in this container")
    return MemoryLimit(available, "available now")


def gpu_limit(freed_bytes: int = 0) -> MemoryLimit | None:
    """Return the free memory of the NVIDIA GPU that the engine gets; None if it is unknown."""
    nvml = nvidia.load_nvml()
    left = None if nvml is None else nvidia.nvidia_memory_left(nvml, freed_bytes)
    return None if left is None else MemoryLimit(left, "free on the GPU now")


def engine_limit(ready: EngineReady, held_bytes: int) -> MemoryLimit | None:
    """Return how much memory a model may take, from the engine's report; None if it has no limit.

    `held_bytes` is what MLX holds now: another model replaces the loaded one.
    """
    if ready.working_set_bytes is not None:
        return MemoryLimit(ready.working_set_bytes, "as MLX recommends")
    if ready.device != "gpu" or ready.device_memory_bytes is None:
        return None
    # Other programs may use part of it; without NVML, only MLX's figure is known.
    return gpu_limit(held_bytes) or MemoryLimit(ready.device_memory_bytes, "the GPU's memory")


def _mac_limit() -> MemoryLimit:
    """Return the wired limit that the user set, else an estimate of what Metal recommends.

    Not by psutil: its virtual_memory() raises on macOS 27.
    """
    from mlxtop.sensors.macos.machine import wired_limit_bytes

    if (chosen := wired_limit_bytes()) is not None:
        return MemoryLimit(chosen, "iogpu.wired_limit_mb")
    total = read_machine().memory_bytes
    if total is None:
        return MemoryLimit(None)
    if total <= SMALL_MAC_BYTES:
        share, words = 2 / 3, "two thirds"
    else:
        share, words = 3 / 4, "three quarters"
    return MemoryLimit(round(total * share), f"estimate: {words} of the memory", most_bytes=total)
