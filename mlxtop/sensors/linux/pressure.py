"""Memory pressure on Linux, as the kernel's PSI tells it."""

from pathlib import Path

from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.linux.files import read_text, try_text
from mlxtop.sensors.linux.parse import parse_pressure

PRESSURE = Path("/proc/pressure/memory")


class LinuxPressure(Sensor):
    """Share of the last 10 s in which some, or all, work waited for memory."""

    def __init__(self, hz: float, path: Path = PRESSURE) -> None:
        """Read `path`; many kernels have no such file, or one that refuses to be read."""
        # The names of groups are those of users and containers: nothing for a recording.
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
        """Return both shares in percent; None without PSI, which is no failure.

        Raises OSError where PSI was there and is no more.
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
    """Return what PSI needs where it cannot be read; empty where it can."""
    try:
        read_text(path)
    except FileNotFoundError:
        return f"a kernel with CONFIG_PSI, booted with psi=1 ({path} is not there)"
    except OSError as error:
        return f"a kernel that lets {path} be read (it says: {error.strerror})"
    return ""
