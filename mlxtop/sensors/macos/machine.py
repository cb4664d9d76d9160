"""The facts of a Mac that do not change: chip, cores, memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from mlxtop.sensors.macos.gpu import read_gpu_cores
from mlxtop.sensors.macos.iokit import Registry
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.parse import parse_number, parse_text
from mlxtop.sensors.macos.programs import run
from mlxtop.sensors.macos.sources import WIRED_LIMIT
from mlxtop.sensors.macos.text import parse_sysctl_number, parse_system_profiler_cores
from mlxtop.sensors.sane import LARGEST_SIZE

# It takes 300 ms, so it is asked only where the GPU's own node does not say.
SYSTEM_PROFILER = ["system_profiler", "SPDisplaysDataType", "-json"]
CHIP = "machdep.cpu.brand_string"
MEMORY = "hw.memsize"
MOST_GPU_CORES = 1024


@dataclass(frozen=True)
class MacFacts:
    """What the kernel and the GPU's node say; empty or None where they do not."""

    chip: str = ""
    memory_bytes: int | None = None
    performance_cores: int | None = None
    efficiency_cores: int | None = None
    gpu_cores: int | None = None


def read_facts(
    kernel: Callable[[], Kernel] = Kernel,
    registry: Callable[[], Registry] = Registry,
    run: Callable[[Sequence[str]], str] = run,
) -> MacFacts:
    """Return the facts by calls, or by programs where those fail."""
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
    # Level 0 has the fast cores; a chip of one kind of core has only that level.
    levels = number("hw.nperflevels") or 0
    return MacFacts(
        chip=chip,
        memory_bytes=number(MEMORY),
        performance_cores=number("hw.perflevel0.physicalcpu") if levels > 0 else None,
        efficiency_cores=number("hw.perflevel1.physicalcpu") if levels > 1 else None,
        gpu_cores=_gpu_cores(registry, run) if chip.startswith("Apple") else None,
    )


def wired_limit_bytes(
    kernel: Callable[[], Kernel] = Kernel, run: Callable[[Sequence[str]], str] = run
) -> int | None:
    """Return how much somebody lets the GPU wire; None where the system chooses (0).

    Not kept: it is set while the machine runs.
    """
    try:
        found = parse_number(kernel().try_sysctl(WIRED_LIMIT))
    except (OSError, AttributeError):
        found = parse_sysctl_number(_printed(run, ["sysctl", "-n", WIRED_LIMIT]))
    return found << 20 if found and 0 < found << 20 <= LARGEST_SIZE else None


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
