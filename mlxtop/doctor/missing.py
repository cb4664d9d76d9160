"""What a figure that cannot be had here would need: pure functions of what is here."""

from collections.abc import Collection

from mlxtop.doctor.report import Missing
from mlxtop.doctor.surroundings import Surroundings

ENGINE = "an engine: it is measured while a model is loaded"
COMPRESSED = "zswap or zram: nothing compresses memory here"
LIMIT = "a memory limit of a cgroup: without one, all that is installed may be used"
DRIVER = "a GPU and driver that report it (these do not, or the GPU is asleep)"
POWER = (
    "zeus-apple-silicon (in mlxtop's checkout .venv/bin/pip install zeus-apple-silicon; on Python "
    "3.14 it needs a compiler) or macmon on PATH (brew install macmon)"
)
MACMON = "macmon on PATH (brew install macmon)"
SWAP_TRAFFIC = "a longer measurement, as the kernel answered too rarely: --seconds 5"
APPLE_GPU = "a GPU whose driver shows its statistics (a virtual machine's does not)"
CLIENTS = "a GPU driver that counts its clients' time (AppUsage)"
OTHER = "Linux or macOS"

GPU = ("gpu.busy_percent", "gpu.memory_used_bytes", "gpu.memory_total_bytes", "gpu.power_watts",
       "gpu.temperature_celsius", "gpu.clock_hertz")  # fmt: skip
NVIDIA_ONLY = ("gpu.memory_clock_hertz", "gpu.throttle_reasons")
MAC_GPU = ("gpu.busy_percent", "gpu.device_percent", "gpu.renderer_percent", "gpu.tiler_percent",
           "gpu.memory_in_use_bytes", "gpu.memory_alloc_bytes")  # fmt: skip
MEMORY = ("memory.used_bytes", "swap.used_bytes", "pressure.level")


def reason(name: str, here: Surroundings) -> str:
    """Return what a figure that a sensor has, and that has no value, needs; empty: it ought to."""
    group = name.split(".")[0]
    if group == "engine" or name == "gpu.engine_busy_percent":
        return ENGINE
    if here.platform == "darwin":
        traffic = group == "swap" and name.endswith("_per_second")
        return SWAP_TRAFFIC if traffic else ""
    if name == "memory.compressed_bytes":
        return COMPRESSED
    if name in ("memory.limit_bytes", "memory.limit_left_bytes"):
        return LIMIT
    if group == "pressure":
        return here.psi
    return DRIVER if group.startswith("gpu") else ""


def missing(names: Collection[str], here: Surroundings) -> list[Missing]:
    """Return the figures that no sensor has (`names` are those that one has), and why."""
    if here.platform == "darwin":
        wanted = [
            (MAC_GPU, APPLE_GPU),
            (("gpu.engine_busy_percent",), CLIENTS),
            (("gpu.power_watts",), POWER),
            (("gpu.clock_hertz", "gpu.temperature_celsius"), MACMON),
        ]
    elif here.platform.startswith("linux"):
        needs = f"an NVIDIA GPU with its driver ({here.nvml or 'the driver names none'})"
        if any(name.startswith("gpu") for name in names):
            wanted = [(GPU, DRIVER), (NVIDIA_ONLY, needs)]
        else:
            amd = "it shows no file that can be read" if here.amd_gpu else "none is here"
            wanted = [(GPU + NVIDIA_ONLY, f"{needs}, or an AMD GPU with amdgpu ({amd})")]
    else:
        wanted = [(MEMORY + GPU, OTHER)]
    return [
        Missing(figures=absent, needs=needs)
        for figures, needs in wanted
        if (absent := [figure for figure in figures if figure not in names])
    ]


def silent_hardware(names: Collection[str], here: Surroundings) -> str:
    """Return the sentence about a GPU that is here and has no sensor; empty where there is none."""
    if any(name.startswith("gpu") for name in names):
        return ""
    if here.nvidia_gpu:
        return f"An NVIDIA GPU is here and cannot be read: {here.nvml or 'it cannot be opened'}."
    if here.amd_gpu:
        return "An AMD GPU is here and its driver shows no file that can be read."
    return ""
