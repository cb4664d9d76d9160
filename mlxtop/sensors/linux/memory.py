"""Memory, its limit, and swap on Linux."""

import os
from collections.abc import Callable
from pathlib import Path

from mlxtop.clock import now
from mlxtop.sensors.bounds import Traffic, bounded_bytes
from mlxtop.sensors.linux.cgroup import OWN, ROOT, limit_files, memory_left, memory_limit
from mlxtop.sensors.linux.files import KeptFile, read_text, try_text
from mlxtop.sensors.linux.parse import parse_arcstats, parse_meminfo, parse_swap_pages, parse_zram
from mlxtop.sensors.source import Sensor, Values

MEMINFO = Path("/proc/meminfo")
VMSTAT = Path("/proc/vmstat")
BLOCK = Path("/sys/block")
ARCSTATS = Path("/proc/spl/kstat/zfs/arcstats")


def composition(sizes: dict[str, int], zram_bytes: int | None, arc_bytes: int = 0) -> Values:
    """Return the memory figures from the sizes of /proc/meminfo and the memory of zram.

    `arc_bytes` is what ZFS's cache would release: the kernel's figures do not include it.
    """
    total = sizes.get("MemTotal")
    available = sizes.get("MemAvailable")
    cached = sizes.get("Cached")
    if available is not None and total is not None and arc_bytes:
        available = min(total, available + arc_bytes)
    compressed = [part for part in (sizes.get("Zswap"), zram_bytes) if part is not None]
    values: Values = {
        "memory.wired_bytes": sizes.get("Unevictable"),
        "memory.active_bytes": sizes.get("Active"),
        "memory.compressed_bytes": sum(compressed) if compressed else None,
        "memory.cached_bytes": None
        if cached is None
        else cached + sizes.get("SReclaimable", 0) + arc_bytes,
        "memory.free_bytes": sizes.get("MemFree"),
        "memory.used_bytes": None if total is None or available is None else total - available,
        "memory.available_bytes": available,
    }
    return {name: bounded_bytes(value, total) for name, value in values.items()}


def has_arc(arcstats: Path = ARCSTATS, meminfo: Path = MEMINFO) -> bool:
    """Return whether ZFS's cache takes part of the memory that `meminfo` reports.

    LXC mounts its own file there (lxcfs): the memory of a container, not of the machine.
    """
    try:
        own = meminfo.stat().st_dev == meminfo.parent.stat().st_dev
    except OSError:
        return False
    return own and arcstats.exists()


class LinuxMemory(Sensor):
    """The composition of memory; only sums and `used` = total − available are derived."""

    def __init__(
        self,
        hz: float,
        meminfo: Path = MEMINFO,
        block: Path = BLOCK,
        arcstats: Path = ARCSTATS,
    ) -> None:
        """Read `meminfo`, ZFS's `arcstats` and the zram devices that are under `block` now."""
        self._arcstats = arcstats if has_arc(arcstats, meminfo) else None
        arc, minus = "", ""
        if self._arcstats is not None:
            arc, minus = (f" {sign} ZFS's cache above its floor" for sign in "+−")
        super().__init__(
            "memory",
            hz,
            [
                # Unevictable contains Mlocked: memory that cannot be paged out, like macOS's wired.
                ("memory.wired_bytes", f"{meminfo} Unevictable"),
                ("memory.active_bytes", f"{meminfo} Active"),
                # The compressed size, not the original one: so the parts add up to the total.
                ("memory.compressed_bytes", f"{meminfo} Zswap + zram's mm_stat"),
                ("memory.cached_bytes", f"{meminfo} Cached + SReclaimable{arc}"),
                ("memory.free_bytes", f"{meminfo} MemFree"),
                ("memory.used_bytes", f"{meminfo} MemTotal − MemAvailable{minus}"),
                ("memory.available_bytes", f"{meminfo} MemAvailable{arc}"),
            ],
        )
        self._meminfo = KeptFile(meminfo)
        self._zram = sorted(block.glob("zram*/mm_stat"))

    def read(self) -> Values:
        """Return the composition in bytes; raises OSError without /proc/meminfo."""
        zram = [parse_zram(try_text(path)) for path in self._zram]
        there = [used for used in zram if used is not None]
        text = self._meminfo.read().decode("utf-8", "replace")
        arc = 0 if self._arcstats is None else parse_arcstats(try_text(self._arcstats))
        return composition(parse_meminfo(text), sum(there) if there else None, arc)

    def close(self) -> None:
        """Close the file; the next reading opens it again."""
        self._meminfo.close()


class LinuxMemoryLimit(Sensor):
    """The installed memory, and how much of it this process may use."""

    def __init__(
        self, hz: float, meminfo: Path = MEMINFO, own: Path = OWN, root: Path = ROOT
    ) -> None:
        """Read `meminfo` and the limits of the cgroup named in `own`, below `root`."""
        super().__init__(
            "memory limit",
            hz,
            [
                ("memory.total_bytes", f"{meminfo} MemTotal"),
                (
                    "memory.limit_bytes",
                    "cgroup v2 memory.max or v1 limit_in_bytes",
                ),
                (
                    "memory.limit_left_bytes",
                    "cgroup limit − memory.current or usage_in_bytes, files not counted",
                ),
            ],
        )
        self._meminfo = meminfo
        self._limits = [path for path in limit_files(try_text(own), root) if path.exists()]

    def read(self) -> Values:
        """Return total, limit and what is left of it; raises OSError without /proc/meminfo."""
        total = parse_meminfo(read_text(self._meminfo)).get("MemTotal")
        return {
            "memory.total_bytes": bounded_bytes(total),
            "memory.limit_bytes": bounded_bytes(memory_limit(self._limits)),
            "memory.limit_left_bytes": bounded_bytes(memory_left(self._limits)),
        }


class LinuxSwap(Sensor):
    """How much is swapped out, and the traffic since the last reading."""

    def __init__(
        self,
        hz: float,
        meminfo: Path = MEMINFO,
        vmstat: Path = VMSTAT,
        clock: Callable[[], float] = now,
    ) -> None:
        """Read `meminfo` for sizes and `vmstat` for counters of pages."""
        super().__init__(
            "swap",
            hz,
            [
                ("swap.used_bytes", f"{meminfo} SwapTotal − SwapFree"),
                ("swap.total_bytes", f"{meminfo} SwapTotal"),
                ("swap.in_bytes_per_second", f"{vmstat} pswpin"),
                ("swap.out_bytes_per_second", f"{vmstat} pswpout"),
            ],
        )
        self._meminfo = meminfo
        self._vmstat = vmstat
        self._clock = clock
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._traffic = Traffic()

    def read(self) -> Values:
        """Return sizes in bytes and traffic in bytes a second; raises OSError."""
        sizes = parse_meminfo(read_text(self._meminfo))
        total, free = sizes.get("SwapTotal"), sizes.get("SwapFree")
        pages = parse_swap_pages(try_text(self._vmstat))
        t = self._clock()
        return {
            "swap.used_bytes": None
            if total is None or free is None
            else bounded_bytes(total - free, total),
            "swap.total_bytes": bounded_bytes(total),
            "swap.in_bytes_per_second": self._rate("pswpin", pages, t),
            "swap.out_bytes_per_second": self._rate("pswpout", pages, t),
        }

    def _rate(self, name: str, pages: dict[str, int], t: float) -> float | None:
        rate = self._traffic.rate(name, pages.get(name), t)
        return None if rate is None else round(rate * self._page_bytes, 1)
