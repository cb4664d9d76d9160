"""Memory, pressure and swap of macOS.

psutil raises in virtual_memory() and swap_memory() on macOS 27, so neither is asked here.
"""

from collections.abc import Callable

from mlxtop.clock import now
from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.macos.parse import memory_figures, pressure_level
from mlxtop.sensors.macos.sources import (
    MEMSIZE,
    PRESSURE,
    SHARE_FREE,
    SWAP,
    WIRED_LIMIT,
    Source,
)
from mlxtop.sensors.sane import LARGEST_SIZE, Traffic, percent, size


def _plausible(value: int | None) -> int | None:
    return value if value is not None and 0 < value <= LARGEST_SIZE else None


class MacMemory(Sensor):
    """What the memory holds, as the kernel counts its pages."""

    def __init__(self, hz: float, source: Source) -> None:
        """Read `source`; installed memory is asked for once."""
        where = source.statistics
        formula = "active + inactive + wired + speculative + compressor − purgeable − external"
        super().__init__(
            "memory",
            hz,
            [
                ("memory.wired_bytes", "bytes", f"{where} wired"),
                ("memory.active_bytes", "bytes", f"{where} active"),
                ("memory.compressed_bytes", "bytes", f"{where} pages of the compressor"),
                ("memory.cached_bytes", "bytes", f"{where} external + purgeable"),
                ("memory.free_bytes", "bytes", f"{where} free without speculative"),
                ("memory.used_bytes", "bytes", f"{where} {formula}"),
                ("memory.available_bytes", "bytes", f"{source.sysctl} {MEMSIZE} − used"),
            ],
        )
        self._source = source
        self.slow = source.slow
        try:
            self._total = _plausible(source.number(MEMSIZE))
        except OSError:
            self._total = None

    def read(self) -> Values:
        """Return the composition in bytes; raises OSError."""
        return dict(memory_figures(self._source.counts(), self._total))


class MacMemoryTotal(Sensor):
    """How much memory is installed, and how much of it somebody lets the GPU wire."""

    def __init__(self, hz: float, source: Source) -> None:
        """Read `source`; the limit only where this system knows of one."""
        figures = [("memory.total_bytes", "bytes", f"{source.sysctl} {MEMSIZE}")]
        try:
            self._has_limit = source.number(WIRED_LIMIT) is not None
        except OSError:
            self._has_limit = False
        if self._has_limit:
            where = f"{source.sysctl} {WIRED_LIMIT} × 2^20; 0, the system's own choice, is absent"
            figures.append(("memory.wired_limit_bytes", "bytes", where))
        super().__init__("memory total", hz, figures)
        self._source = source
        self.slow = source.slow

    def read(self) -> Values:
        """Return installed memory and limit in bytes; raises OSError."""
        values: Values = {"memory.total_bytes": _plausible(self._source.number(MEMSIZE))}
        if self._has_limit:
            limit = self._source.number(WIRED_LIMIT) or 0
            values["memory.wired_limit_bytes"] = _plausible(limit << 20)
        return values


class MacPressure(Sensor):
    """The kernel's own verdict on memory pressure."""

    steady = True

    def __init__(self, hz: float, source: Source) -> None:
        """Read `source`."""
        where = f"{source.sysctl} {PRESSURE}"
        super().__init__(
            "pressure",
            hz,
            [
                ("pressure.level", "level", f"{where}: 1 → 0, 2 → 1, 4 → 2"),
                ("pressure.raw_level", "level", where),
                ("pressure.free_percent", "percent", f"{source.sysctl} {SHARE_FREE}"),
            ],
        )
        self._source = source
        self.slow = source.slow

    def read(self) -> Values:
        """Return the level 0 to 2, the kernel's number and its share of free memory.

        Raises OSError without a level; the share alone may be missing.
        """
        raw = self._source.number(PRESSURE)
        try:
            free = percent(self._source.number(SHARE_FREE))
        except OSError:
            free = None
        return {
            "pressure.level": pressure_level(raw),
            "pressure.raw_level": raw,
            "pressure.free_percent": free,
        }


class MacSwap(Sensor):
    """How much is swapped out, and the traffic since the last reading."""

    steady = True

    def __init__(self, hz: float, source: Source, clock: Callable[[], float] = now) -> None:
        """Read `source` at times of `clock`."""
        super().__init__(
            "swap",
            hz,
            [
                ("swap.used_bytes", "bytes", f"{source.sysctl} {SWAP} used"),
                ("swap.total_bytes", "bytes", f"{source.sysctl} {SWAP} total"),
                ("swap.in_bytes_per_second", "bytes_per_second", f"{source.statistics} swapins"),
                ("swap.out_bytes_per_second", "bytes_per_second", f"{source.statistics} swapouts"),
            ],
        )
        self._source = source
        self.slow = source.slow
        self._clock = clock
        self._traffic = Traffic()

    def read(self) -> Values:
        """Return sizes in bytes and traffic in bytes a second; raises OSError."""
        swap = self._source.swap()
        counts = self._source.counts()
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
