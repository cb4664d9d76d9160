"""The sensors of a Mac: each by a call in this process, or by a program if that fails.

psutil raises in virtual_memory() and swap_memory() on macOS 27, so neither is used here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from mlxtop.clock import now
from mlxtop.sensors.cpu import Cpu, Load
from mlxtop.sensors.macos.gpu import MacGpuStatistics, MacGpuTime, read_clients, read_statistics
from mlxtop.sensors.macos.iokit import Registry
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.memory import (
    MacMemory,
    MacMemoryTotal,
    MacPressure,
    MacSwap,
    MacSwapTraffic,
    SharedCounts,
)
from mlxtop.sensors.macos.parse import parse_ioreg
from mlxtop.sensors.macos.power import power_sensors
from mlxtop.sensors.macos.sources import (
    MEMSIZE,
    PRESSURE,
    Answers,
    KernelSource,
    ProgramSource,
    pick,
    run,
)
from mlxtop.sensors.macos.thermal import thermal_sensor
from mlxtop.sensors.processes import ENGINE
from mlxtop.sensors.source import GPU_HZ, Need, Net, Sensor, SensorRequest, Source

IOREG = ["ioreg", "-r", "-c", "IOAccelerator", "-d", "1", "-w", "0"]
POWER = (
    "zeus-apple-silicon (in mlxtop's checkout .venv/bin/pip install zeus-apple-silicon; on Python "
    "3.14 it needs a compiler) or macmon on PATH (brew install macmon)"
)
MACMON = "macmon on PATH (brew install macmon)"
SWAP_TRAFFIC = "a longer measurement, because the kernel answered too rarely: --seconds 5"
APPLE_GPU = "a GPU whose driver shows its statistics (a virtual machine's does not)"
CLIENTS = "a GPU driver that counts its clients' time (AppUsage)"
# A binding fails with AttributeError if a library lacks a symbol.
_UNBOUND = (OSError, AttributeError)


def macos_sensors(
    hz: float,
    slow_hz: float,
    kernel: Callable[[], Kernel] = Kernel,
    registry: Callable[[], Registry] = Registry,
    notify: str | None = None,
    run: Callable[[Sequence[str]], str] = run,
    clock: Callable[[], float] = now,
) -> list[Sensor]:
    """Return the sensors of macOS: the fast ones at `hz`, the rest and all programs at `slow_hz`.

    `kernel` and `registry` bind the libraries; `notify` is the library of notify(3).
    """
    sources: list[Answers] = [ProgramSource(run)]
    with suppress(*_UNBOUND):
        sources.insert(0, KernelSource(kernel()))
    counts = pick(sources, lambda source: source.counts().sizes)
    total = pick(sources, lambda source: source.number(MEMSIZE))
    pressure = pick(sources, lambda source: source.number(PRESSURE) is not None)
    swap = pick(sources, lambda source: source.swap())
    counts_hz = slow_hz if counts.slow else hz
    # If the source is a program, each sensor has its own thread, and runs the program itself.
    shared = SharedCounts(counts, clock)
    traffic = SharedCounts(counts, clock) if counts.slow else shared
    return [
        MacMemory(counts_hz, shared),
        MacSwapTraffic(counts_hz, traffic),
        MacMemoryTotal(slow_hz, total),
        MacPressure(slow_hz if pressure.slow else hz, pressure),
        MacSwap(slow_hz if swap.slow else hz, swap),
        thermal_sensor(hz, slow_hz, notify, run),
        # GPU time is averaged over half a second: reading it more often is useless.
        *gpu_sensors(min(hz, GPU_HZ), slow_hz, registry, run),
        *power_sensors(slow_hz),
    ]


def gpu_sensors(
    hz: float,
    slow_hz: float,
    registry: Callable[[], Registry],
    run: Callable[[Sequence[str]], str],
) -> list[Sensor]:
    """Return the sensors of the GPU; none if no accelerator has figures."""
    sensors: list[Sensor] = []
    bound: Registry | None
    try:
        bound = registry()
        # Without client counters, the device's utilisation is the busy figure.
        if read_clients(bound, {}):
            sensors.append(MacGpuTime(hz, bound))
    except _UNBOUND:
        bound = None
    busy = not sensors
    statistics: MacGpuStatistics | None = None
    if bound is not None:
        kept = bound
        with suppress(OSError):
            statistics = MacGpuStatistics(
                slow_hz, lambda: read_statistics(kept), "IOKit PerformanceStatistics", busy=busy
            )
    if statistics is None or not statistics.infos:
        try:
            statistics = MacGpuStatistics(
                slow_hz, lambda: parse_ioreg(run(IOREG)), f"program {' '.join(IOREG)}", busy=busy
            )
        except OSError:
            return sensors
        statistics.slow = True
    return [*sensors, statistics] if statistics.infos else sensors


class Mac(Source):
    """The calls of macOS, programs as a fallback, and optional packages."""

    name = "macOS"
    figures = (
        *("cpu.user_percent", "cpu.system_percent", "cpu.load_1m"),
        *("memory.wired_bytes", "memory.active_bytes", "memory.compressed_bytes"),
        *("memory.cached_bytes", "memory.free_bytes", "memory.used_bytes"),
        *("memory.available_bytes", "memory.total_bytes", "memory.wired_limit_bytes"),
        *("pressure.level", "pressure.raw_level", "pressure.free_percent"),
        *("swap.used_bytes", "swap.total_bytes"),
        *("swap.in_bytes_per_second", "swap.out_bytes_per_second", "thermal.level"),
        *("gpu.busy_percent", "gpu.engine_busy_percent", "gpu.device_percent"),
        *("gpu.renderer_percent", "gpu.tiler_percent"),
        *("gpu.memory_in_use_bytes", "gpu.memory_alloc_bytes"),
        *("gpu.power_watts", "gpu.clock_hertz", "gpu.temperature_celsius"),
    )

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return the sensors of a Mac."""
        hz, slow_hz = wanted.hz, wanted.slow_hz
        return [Cpu(hz), Load(slow_hz), *macos_sensors(hz, slow_hz)]

    def gpu_names(self) -> list[str]:
        """Return the chip's name: on Apple silicon the GPU is part of it."""
        # Imported here, because making sensors does not need the machine's facts.
        from mlxtop.sensors.macos.machine import facts

        chip = facts().chip
        return [chip] if chip.startswith("Apple") else []

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return the needs of figures that a Mac may not have."""
        statistics = (
            *("gpu.busy_percent", "gpu.device_percent", "gpu.renderer_percent"),
            *("gpu.tiler_percent", "gpu.memory_in_use_bytes", "gpu.memory_alloc_bytes"),
        )
        return [
            (statistics, APPLE_GPU),
            (("gpu.engine_busy_percent",), CLIENTS),
            (("gpu.power_watts",), POWER),
            (("gpu.clock_hertz", "gpu.temperature_celsius"), MACMON),
        ]

    def why(self, name: str) -> str:
        """Return what a figure without a value needs."""
        if name == "gpu.engine_busy_percent":
            return ENGINE
        traffic = name.startswith("swap.") and name.endswith("_per_second")
        return SWAP_TRAFFIC if traffic else ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Yield the output of programs."""
        # Imported here, because only a capture needs it.
        from mlxtop.sensors.macos.capture import pieces

        return pieces(clean)
