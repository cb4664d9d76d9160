"""Memory, pressure and swap of macOS.

psutil raises in virtual_memory() and swap_memory() on macOS 27, so neither is asked here.
"""

from collections.abc import Callable

from mlxtop.clock import now
from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.parse import (
    memory_figures,
    parse_number,
    parse_swapusage,
    parse_vm_statistics64,
    pressure_level,
)
from mlxtop.sensors.sane import LARGEST_SIZE, Traffic, size

_STATISTICS = "host_statistics64 HOST_VM_INFO64"
_PRESSURE = "kern.memorystatus_vm_pressure_level"
_SWAP = "vm.swapusage"


def _plausible(value: int | None) -> int | None:
    return value if value is not None and 0 < value <= LARGEST_SIZE else None


class MacMemory(Sensor):
    """What the memory holds, as the kernel counts its pages."""

    def __init__(self, hz: float, kernel: Kernel) -> None:
        """Read `kernel`; page size and installed memory are asked for once."""
        formula = "active + inactive + wired + speculative + compressor − purgeable − external"
        super().__init__(
            "memory",
            hz,
            [
                ("memory.wired_bytes", "bytes", f"{_STATISTICS} wire_count"),
                ("memory.active_bytes", "bytes", f"{_STATISTICS} active_count"),
                ("memory.compressed_bytes", "bytes", f"{_STATISTICS} compressor_page_count"),
                ("memory.cached_bytes", "bytes", f"{_STATISTICS} external + purgeable"),
                ("memory.free_bytes", "bytes", f"{_STATISTICS} free − speculative"),
                ("memory.used_bytes", "bytes", f"{_STATISTICS} {formula}"),
                ("memory.available_bytes", "bytes", "hw.memsize − memory.used_bytes"),
            ],
        )
        self._kernel = kernel
        self._page_bytes = parse_number(kernel.try_sysctl("hw.pagesize")) or 0
        self._total = _plausible(parse_number(kernel.try_sysctl("hw.memsize")))

    def read(self) -> Values:
        """Return the composition in bytes; raises OSError with the kernel's return code."""
        counts = parse_vm_statistics64(self._kernel.vm_statistics64(), self._page_bytes)
        return dict(memory_figures(counts, self._total))


class MacMemoryTotal(Sensor):
    """How much memory is installed."""

    def __init__(self, hz: float, kernel: Kernel) -> None:
        """Read `kernel`."""
        super().__init__("memory total", hz, [("memory.total_bytes", "bytes", "sysctl hw.memsize")])
        self._kernel = kernel

    def read(self) -> Values:
        """Return the installed memory in bytes; raises OSError."""
        total = _plausible(parse_number(self._kernel.sysctl("hw.memsize")))
        return {"memory.total_bytes": total}


class MacPressure(Sensor):
    """The kernel's own verdict on memory pressure."""

    def __init__(self, hz: float, kernel: Kernel) -> None:
        """Read `kernel`."""
        super().__init__(
            "pressure",
            hz,
            [
                ("pressure.level", "level", f"sysctl {_PRESSURE}: 1 → 0, 2 → 1, 4 → 2"),
                ("pressure.raw_level", "level", f"sysctl {_PRESSURE}"),
            ],
        )
        self._kernel = kernel

    def read(self) -> Values:
        """Return the level 0 to 2 and the kernel's number; raises OSError."""
        raw = parse_number(self._kernel.sysctl(_PRESSURE))
        return {"pressure.level": pressure_level(raw), "pressure.raw_level": raw}


class MacSwap(Sensor):
    """How much is swapped out, and the traffic since the last reading."""

    def __init__(self, hz: float, kernel: Kernel, clock: Callable[[], float] = now) -> None:
        """Read `kernel` at times of `clock`."""
        super().__init__(
            "swap",
            hz,
            [
                ("swap.used_bytes", "bytes", f"sysctl {_SWAP} used"),
                ("swap.total_bytes", "bytes", f"sysctl {_SWAP} total"),
                ("swap.in_bytes_per_second", "bytes_per_second", f"{_STATISTICS} swapins"),
                ("swap.out_bytes_per_second", "bytes_per_second", f"{_STATISTICS} swapouts"),
            ],
        )
        self._kernel = kernel
        self._clock = clock
        self._page_bytes = parse_number(kernel.try_sysctl("hw.pagesize")) or 0
        self._traffic = Traffic()

    def read(self) -> Values:
        """Return sizes in bytes and traffic in bytes a second; raises OSError."""
        swap = parse_swapusage(self._kernel.sysctl(_SWAP))
        counts = parse_vm_statistics64(self._kernel.vm_statistics64(), self._page_bytes)
        t = self._clock()
        return {
            "swap.used_bytes": size(swap.get("used")),
            "swap.total_bytes": size(swap.get("total")),
            "swap.in_bytes_per_second": self._rate("swapins", counts, t),
            "swap.out_bytes_per_second": self._rate("swapouts", counts, t),
        }

    def _rate(self, name: str, counts: dict[str, int], t: float) -> float | None:
        rate = self._traffic.rate(name, counts.get(name), t)
        return None if rate is None else round(rate, 1)


def macos_sensors(hz: float, slow_hz: float, kernel: Kernel | None = None) -> list[Sensor]:
    """Return the sensors of macOS, memory and pressure at `hz`, the rest at `slow_hz`."""
    kernel = kernel or Kernel()
    return [
        MacMemory(hz, kernel),
        MacMemoryTotal(slow_hz, kernel),
        MacPressure(hz, kernel),
        MacSwap(slow_hz, kernel),
    ]
