"""What decides which figures can be had here: thin readers, each answers in words."""

import ctypes
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from mlxtop.sensors.linux import nvidia
from mlxtop.sensors.linux.amd import amd_devices
from mlxtop.sensors.linux.files import read_text
from mlxtop.sensors.linux.pressure import PRESSURE
from mlxtop.sensors.macos.macmon import find_macmon
from mlxtop.sensors.macos.power import PACKAGE

NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")
DEVICES = Path("/dev")


@dataclass(frozen=True)
class Surroundings:
    """What is here; a text says why something does not answer and is empty where it does."""

    platform: str
    psi: str = ""
    nvml: str = ""
    nvidia_gpu: bool = False
    """Whether the kernel's driver shows a GPU."""
    amd_gpu: bool = False
    power_package: bool = False
    macmon: bool = False


def look(platform: str) -> Surroundings:
    """Return what is here on `platform`, as `sys.platform` names it."""
    if platform == "darwin":
        return Surroundings(
            platform=platform,
            power_package=importlib.util.find_spec(PACKAGE) is not None,
            macmon=find_macmon() is not None,
        )
    return Surroundings(
        platform=platform,
        psi=psi_words(),
        nvml=nvml_words(),
        nvidia_gpu=nvidia_gpu(),
        amd_gpu=bool(amd_devices()),
    )


def psi_words(path: Path = PRESSURE) -> str:
    """Return why PSI cannot be read."""
    try:
        read_text(path)
    except FileNotFoundError:
        return f"a kernel with CONFIG_PSI, booted with psi=1 ({path} is not there)"
    except OSError as error:
        return f"a kernel that lets {path} be read (it says: {error.strerror})"
    return ""


def nvml_words() -> str:
    """Return why NVML does not answer."""
    try:
        ctypes.CDLL(nvidia.LIBRARY)
    except OSError:
        return f"{nvidia.LIBRARY}, a part of NVIDIA's driver, is not here"
    try:
        import pynvml
    except ImportError:
        return "the Python package nvidia-ml-py is not installed"
    try:
        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except pynvml.NVMLError as error:
        return f"NVML says: {error}"
    return "" if count else "NVIDIA's driver runs and names no GPU"


def nvidia_gpu(gpus: Path = NVIDIA_GPUS, devices: Path = DEVICES) -> bool:
    """Return whether NVIDIA's kernel driver shows a GPU."""
    return any(gpus.glob("*")) or any(devices.glob("nvidia[0-9]*"))
