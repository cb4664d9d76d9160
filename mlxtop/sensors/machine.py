"""The machine of a recording, and its header."""

import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mlxtop import __version__
from mlxtop.clock import CLOCK_NAME, now, wall
from mlxtop.events import SCHEMA_VERSION, Header
from mlxtop.sensors.bandwidth import find
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.parse import parse_chip, parse_meminfo
from mlxtop.sensors.mlx_build import mlx_build
from mlxtop.sensors.registry import gpu_names
from mlxtop.sensors.source import Sensor
from mlxtop.text import scrub

CPUINFO = Path("/proc/cpuinfo")
DEVICE_TREE_MODEL = Path("/proc/device-tree/model")


@dataclass(frozen=True)
class CoreKind:
    """One kind of CPU core, by the system's name: "performance", "efficiency"."""

    name: str
    count: int


@dataclass(frozen=True)
class Machine:
    """Facts that do not change while the app runs; empty or None if unknown."""

    chip: str = ""
    cpu_cores: int | None = None
    memory_bytes: int | None = None
    cores: tuple[CoreKind, ...] = ()
    """The CPU's kinds of cores, the fastest first; empty if there is one kind, or unknown."""
    gpu: str = ""
    gpu_cores: int | None = None
    os: str = ""
    host: str = ""


def read_machine(system: str = sys.platform) -> Machine:
    """Return this machine's facts, read without root, without mlx and in a few milliseconds."""
    return _macos() if system == "darwin" else _linux()


def _linux() -> Machine:
    chip = parse_chip(try_text(CPUINFO))
    # ARM boards have their name in the device tree, not in cpuinfo.
    chip = chip or try_text(DEVICE_TREE_MODEL).strip("\0\n ") or platform.machine()
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        name = "Linux"
    return Machine(
        chip=chip,
        cpu_cores=os.cpu_count(),
        memory_bytes=parse_meminfo(try_text("/proc/meminfo")).get("MemTotal"),
        gpu=", ".join(gpu_names("linux")),
        os=f"{name}, Linux {platform.release()}",
        host=platform.node(),
    )


def _macos() -> Machine:
    from mlxtop.sensors.macos.machine import facts

    found = facts()
    return Machine(
        chip=found.chip,
        cpu_cores=os.cpu_count(),
        cores=tuple(CoreKind(name, count) for name, count in found.cores),
        memory_bytes=found.memory_bytes,
        gpu=", ".join(gpu_names("darwin")),
        gpu_cores=found.gpu_cores,
        os=f"macOS {found.version or platform.mac_ver()[0]}",
        host=platform.node(),
    )


def package_version(name: str) -> str:
    """Return an installed package's version without importing it; empty if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def build_header(sensors: Iterable[Sensor], machine: Machine | None = None) -> Header:
    """Return the header of this run: machine, versions, clock anchor (now), sensors."""
    machine = machine or read_machine()
    bandwidth = find(machine.chip, machine.cpu_cores, machine.gpu_cores, machine.memory_bytes)
    return Header(
        t=now(),
        schema=SCHEMA_VERSION,
        wall=wall(),
        clock=CLOCK_NAME,
        mlxtop=__version__,
        python=platform.python_version(),
        os=scrub(machine.os),
        host=scrub(machine.host),
        chip=scrub(machine.chip),
        cpu_cores=machine.cpu_cores,
        gpu=scrub(machine.gpu),
        gpu_cores=machine.gpu_cores,
        memory_bytes=machine.memory_bytes,
        memory_bandwidth_bytes_per_second=bandwidth.bytes_per_second if bandwidth else None,
        memory_bandwidth_source=scrub(bandwidth.source) if bandwidth else "",
        mlx=package_version("mlx"),
        mlx_lm=package_version("mlx-lm"),
        mlx_build=scrub(mlx_build()),
        sensors=[info for sensor in sensors for info in sensor.infos],
    )
