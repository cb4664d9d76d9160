"""The figures of the Linux kernel: CPU time, memory pressure, and the list of sensors."""

from collections.abc import Iterator
from pathlib import Path

from mlxtop.sensors.bounds import bounded_percent
from mlxtop.sensors.cpu import Load
from mlxtop.sensors.linux.cgroup import OWN, limit_files, pressure_file
from mlxtop.sensors.linux.files import KeptFile, read_text, try_text
from mlxtop.sensors.linux.memory import LinuxMemory, LinuxMemoryLimit, LinuxSwap
from mlxtop.sensors.linux.parse import CpuTimes, parse_pressure, parse_stat
from mlxtop.sensors.source import Net, Sensor, SensorRequest, Source, Values

STAT = Path("/proc/stat")
# The first line has ten numbers of at most twenty digits.
FIRST_LINE_BYTES = 256


def shares(before: CpuTimes, after: CpuTimes) -> tuple[float | None, float | None]:
    """Return user and system time in percent of all time between two readings.

    None if no time has passed, or a counter went backwards (a processor was taken away).
    """
    user, system, total = (new - old for new, old in zip(after, before, strict=True))
    if user < 0 or system < 0 or total <= 0:
        return None, None
    return bounded_percent(round(100 * user / total, 1)), bounded_percent(
        round(100 * system / total, 1)
    )


class LinuxCpu(Sensor):
    """Share of all cores' time since the last reading."""

    def __init__(self, hz: float, stat: Path = STAT) -> None:
        """Read `stat`."""
        super().__init__(
            "cpu",
            hz,
            [
                ("cpu.user_percent", f"{stat} user + nice"),
                ("cpu.system_percent", f"{stat} system + irq + softirq"),
            ],
        )
        self._stat = KeptFile(stat)
        self._before: CpuTimes | None = None

    def read(self) -> Values:
        """Return both shares in percent; empty at the first reading. Raises OSError."""
        after = parse_stat(self._stat.read(FIRST_LINE_BYTES))
        before = self._before
        if before is not None and before == after:
            # Read twice within a tick of the kernel's clock: no time has passed.
            return {}
        self._before = after
        if after is None:
            return self.nothing()
        if before is None:
            return {}
        user, system = shares(before, after)
        return {"cpu.user_percent": user, "cpu.system_percent": system}

    def close(self) -> None:
        """Close the file; the next reading opens it again."""
        self._stat.close()


PRESSURE = Path("/proc/pressure/memory")


class LinuxPressure(Sensor):
    """Share of the last 10 s in which some, or all, work waited for memory."""

    def __init__(self, hz: float, path: Path = PRESSURE) -> None:
        """Read `path`; many kernels do not have the file, or do not allow reading it."""
        # Group names are those of users and containers: private, so not recorded.
        source = str(path) if path == PRESSURE else "memory.pressure of the cgroup with a limit"
        super().__init__(
            "pressure",
            hz,
            [
                ("pressure.some_avg10_percent", f"{source} some avg10"),
                ("pressure.full_avg10_percent", f"{source} full avg10"),
            ],
        )
        self._path = path
        self._there = False

    def read(self) -> Values:
        """Return both shares in percent; None without PSI, which is not a failure.

        Raises OSError if PSI has disappeared.
        """
        shares = parse_pressure(try_text(self._path))
        if not shares and self._there:
            raise OSError(f"{self._path} no longer reports pressure")
        self._there = bool(shares)
        return {
            "pressure.some_avg10_percent": shares.get("some"),
            "pressure.full_avg10_percent": shares.get("full"),
        }


def without_psi(path: Path = PRESSURE) -> str:
    """Return what PSI needs if it cannot be read; empty if it can."""
    try:
        read_text(path)
    except FileNotFoundError:
        return f"a kernel with CONFIG_PSI, booted with psi=1 ({path} does not exist)"
    except OSError as error:
        return f"a kernel that allows reading {path} ({error.strerror})"
    return ""


COMPRESSED = "zswap or zram: memory is not compressed here"
LIMIT = "a cgroup memory limit: without one, all installed memory may be used"


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

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return the sensors, those of figures that change slowly at a lower rate."""
        hz, slow_hz = wanted.hz, wanted.slow_hz
        return [
            LinuxCpu(hz),
            Load(slow_hz),
            LinuxMemory(hz),
            LinuxMemoryLimit(slow_hz),
            LinuxSwap(slow_hz),
            # The kernel renews avg10 every two seconds: reading it more often is useless.
            LinuxPressure(slow_hz, pressure_file(limit_files(try_text(OWN))) or PRESSURE),
        ]

    def why(self, name: str) -> str:
        """Return what a figure without a value needs."""
        if name == "memory.compressed_bytes":
            return COMPRESSED
        if name in ("memory.limit_bytes", "memory.limit_left_bytes"):
            return LIMIT
        return without_psi() if name.startswith("pressure.") else ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Yield the kernel's files."""
        # Imported here, because only a capture needs it.
        from mlxtop.sensors.linux.kept_files import kernel_files

        return kernel_files(clean, root)
