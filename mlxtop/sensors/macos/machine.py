"""The facts of a Mac that do not change: chip, cores, memory."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlxtop.sensors.bounds import LARGEST_SIZE
from mlxtop.sensors.macos.gpu import read_gpu_cores
from mlxtop.sensors.macos.iokit import Registry
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.parse import (
    parse_number,
    parse_plist,
    parse_sysctl_number,
    parse_system_profiler_cores,
    parse_text,
)
from mlxtop.sensors.macos.sources import WIRED_LIMIT, run
from mlxtop.text import one_line

# It takes 300 ms, so it is used only if the GPU's own node has no figure.
SYSTEM_PROFILER = ["system_profiler", "SPDisplaysDataType", "-json"]
CHIP = "machdep.cpu.brand_string"
MEMORY = "hw.memsize"
MOST_GPU_CORES = 1024
# Python (platform.mac_ver) reports 16 for macOS 26 if it was built with an older SDK: the system
# reports a compatible version to such programs. This file has the real one.
VERSION = Path("/System/Library/CoreServices/.SystemVersionPlatform.plist")
_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}")
# Names of the levels for kernels that do not name them.
_LEVELS = ("performance", "efficiency")
MOST_LEVELS = 8


@dataclass(frozen=True)
class MacFacts:
    """Facts from the kernel and the GPU's node; empty or None if unknown."""

    chip: str = ""
    memory_bytes: int | None = None
    cores: tuple[tuple[str, int], ...] = ()
    """Name and number of each kind of core, the fastest first."""
    gpu_cores: int | None = None
    version: str = ""
    """Of macOS."""


def read_facts(
    kernel: Callable[[], Kernel] = Kernel,
    registry: Callable[[], Registry] = Registry,
    run: Callable[[Sequence[str]], str] = run,
    version: Path = VERSION,
) -> MacFacts:
    """Return the facts by calls, or by programs if those fail."""
    try:
        bound: Kernel | None = kernel()
    except (OSError, AttributeError):
        bound = None

    def text(name: str) -> str:
        found = parse_text(bound.try_sysctl(name)) if bound is not None else ""
        return found or _printed(run, ["sysctl", "-n", name]).strip()

    def number(name: str) -> int | None:
        found = parse_number(bound.try_sysctl(name)) if bound is not None else None
        return found if found is not None else parse_sysctl_number(text(name))

    chip = text(CHIP)

    def cores() -> Iterator[tuple[str, int]]:
        # Level 0 is the fastest; a chip with one kind of core has only that level.
        for level in range(min(number("hw.nperflevels") or 0, MOST_LEVELS)):
            name = text(f"hw.perflevel{level}.name") or "".join(_LEVELS[level : level + 1])
            if count := number(f"hw.perflevel{level}.physicalcpu"):
                yield one_line(name or f"level {level}", 30).lower(), count

    return MacFacts(
        chip=chip,
        memory_bytes=number(MEMORY),
        cores=tuple(cores()),
        gpu_cores=_gpu_cores(registry, run) if chip.startswith("Apple") else None,
        version=parse_version(version),
    )


def wired_limit_bytes(
    kernel: Callable[[], Kernel] = Kernel, run: Callable[[Sequence[str]], str] = run
) -> int | None:
    """Return the GPU's wired limit that the user set, in bytes; None if the system chooses (0).

    Not cached: it can be set at any time.
    """
    try:
        found = parse_number(kernel().try_sysctl(WIRED_LIMIT))
    except (OSError, AttributeError):
        found = parse_sysctl_number(_printed(run, ["sysctl", "-n", WIRED_LIMIT]))
    return found << 20 if found and 0 < found << 20 <= LARGEST_SIZE else None


def parse_version(path: Path) -> str:
    """Return the version of macOS in a property list; empty if unknown."""
    try:
        found = parse_plist(path.read_bytes())
    except OSError:
        return ""
    version = found.get("ProductVersion") if isinstance(found, dict) else None
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else ""


@cache
def facts() -> MacFacts:
    """Return this Mac's facts, read once."""
    return read_facts()


def _gpu_cores(registry: Callable[[], Registry], run: Callable[[Sequence[str]], str]) -> int | None:
    cores: int | None = None
    try:
        bound = registry()
        try:
            cores = read_gpu_cores(bound)
        finally:
            bound.close()
    except (OSError, AttributeError):
        pass
    if cores is None:
        cores = parse_system_profiler_cores(_printed(run, SYSTEM_PROFILER))
    return cores if cores is not None and 0 < cores <= MOST_GPU_CORES else None


def _printed(run: Callable[[Sequence[str]], str], command: Sequence[str]) -> str:
    try:
        return run(command)
    except OSError:
        return ""
