"""The engine's first event: what MLX is and what it runs on."""

import os
from importlib.metadata import PackageNotFoundError, version

import mlx.core as mx

from mlxtop import clock
from mlxtop.events import EngineReady


def ready() -> EngineReady:
    """Return versions and device; a figure MLX does not report stays None."""
    info = mx.device_info()
    memory = info.get("memory_size", info.get("total_memory"))
    working_set = info.get("max_recommended_working_set_size")
    return EngineReady(
        t=clock.now(),
        pid=os.getpid(),
        mlx=_version("mlx"),
        mlx_lm=_version("mlx-lm"),
        device="gpu" if mx.default_device() == mx.gpu else "cpu",
        device_name=str(info.get("device_name", "")),
        device_memory_bytes=None if memory is None else int(memory),
        device_address=str(info.get("pci_bus_id", "")),
        working_set_bytes=None if working_set is None else int(working_set),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
