"""CPU time on Linux, from the first line of /proc/stat: half the cost of psutil's reading."""

from pathlib import Path

from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.linux.files import KeptFile
from mlxtop.sensors.linux.parse import CpuTimes, parse_stat
from mlxtop.sensors.sane import percent

STAT = Path("/proc/stat")
# The first line has ten numbers of at most twenty digits.
FIRST_LINE_BYTES = 256


def shares(before: CpuTimes, after: CpuTimes) -> tuple[float | None, float | None]:
    """Return user and system time in percent of all time between two readings.

    None where no time has passed, or a counter went backwards (a processor was taken away).
    """
    user, system, total = (new - old for new, old in zip(after, before, strict=True))
    if user < 0 or system < 0 or total <= 0:
        return None, None
    return percent(round(100 * user / total, 1)), percent(round(100 * system / total, 1))


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
        """Return both shares in percent; nothing at the first reading. Raises OSError."""
        after = parse_stat(self._stat.read(FIRST_LINE_BYTES))
        before = self._before
        if before is not None and before == after:
            # Read twice within a tick of the kernel's clock: there is no time to share out.
            return {}
        self._before = after
        if after is None:
            return self.nothing()
        if before is None:
            return {}
        user, system = shares(before, after)
        return {"cpu.user_percent": user, "cpu.system_percent": system}

    def close(self) -> None:
        """Close the file; a reading that follows opens it again."""
        self._stat.close()
