"""What the kernel of Linux tells: CPU, memory, swap, pressure."""

from collections.abc import Iterator
from pathlib import Path

from mlxtop.sensors.base import Sensor
from mlxtop.sensors.cpu import Load
from mlxtop.sensors.linux.cgroup import OWN, limit_files, pressure_file
from mlxtop.sensors.linux.cpu import LinuxCpu
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.memory import LinuxMemory, LinuxMemoryLimit, LinuxSwap
from mlxtop.sensors.linux.pressure import PRESSURE, LinuxPressure, without_psi
from mlxtop.sensors.source import Net, Source, Wanted

COMPRESSED = "zswap or zram: nothing compresses memory here"
LIMIT = "a memory limit of a cgroup: without one, all that is installed may be used"


class Linux(Source):
    """The kernel's files in /proc and /sys/fs/cgroup."""

    name = "the kernel of Linux"
    figures = (
        *("cpu.user_percent", "cpu.system_percent", "cpu.load_1m"),
        *("memory.wired_bytes", "memory.active_bytes", "memory.compressed_bytes"),
        *("memory.cached_bytes", "memory.free_bytes", "memory.used_bytes"),
        *("memory.available_bytes", "memory.total_bytes", "memory.limit_bytes"),
        *("memory.limit_left_bytes", "swap.used_bytes", "swap.total_bytes"),
        *("swap.in_bytes_per_second", "swap.out_bytes_per_second"),
        *("pressure.some_avg10_percent", "pressure.full_avg10_percent"),
    )

    def sensors(self, wanted: Wanted) -> list[Sensor]:
        """Return the sensors: what changes fast at the full rate, the rest slowly."""
        hz, slow_hz = wanted.hz, wanted.slow_hz
        return [
            LinuxCpu(hz),
            Load(slow_hz),
            LinuxMemory(hz),
            LinuxMemoryLimit(slow_hz),
            LinuxSwap(slow_hz),
            # The kernel renews avg10 every two seconds: reading it faster shows nothing more.
            LinuxPressure(slow_hz, pressure_file(limit_files(try_text(OWN))) or PRESSURE),
        ]

    def why(self, name: str) -> str:
        """Return what a figure needs that has no value here."""
        if name == "memory.compressed_bytes":
            return COMPRESSED
        if name in ("memory.limit_bytes", "memory.limit_left_bytes"):
            return LIMIT
        return without_psi() if name.startswith("pressure.") else ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Give the files of the kernel."""
        # Here, because only a capture needs it.
        from mlxtop.sensors.linux.capture import kernel_files

        return kernel_files(clean, root)
