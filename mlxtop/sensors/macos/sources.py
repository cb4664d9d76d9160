"""Two ways to the same figures of the kernel: its calls, and programs where a call fails."""

from collections.abc import Callable, Sequence
from typing import Protocol

from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.parse import parse_number, parse_swapusage, parse_vm_statistics64
from mlxtop.sensors.macos.programs import run
from mlxtop.sensors.macos.text import parse_swapusage_text, parse_sysctl_number, parse_vm_stat

MEMSIZE = "hw.memsize"
PRESSURE = "kern.memorystatus_vm_pressure_level"
SHARE_FREE = "kern.memorystatus_level"
SWAP = "vm.swapusage"
WIRED_LIMIT = "iogpu.wired_limit_mb"


class Source(Protocol):
    """Answers, or raises OSError."""

    statistics: str
    """Where the counts are read, for `SensorInfo.source`."""
    sysctl: str
    """How a sysctl is read, likewise."""
    slow: bool

    def counts(self) -> dict[str, int]:
        """Return the counts of pages in bytes, by the names of `parse_vm_statistics64`."""
        ...

    def number(self, name: str) -> int | None:
        """Return a sysctl that is a number."""
        ...

    def swap(self) -> dict[str, int]:
        """Return `total`, `available` and `used` of the swap in bytes."""
        ...


class KernelSource:
    """The calls, in this process."""

    statistics = "host_statistics64 HOST_VM_INFO64"
    sysctl = "sysctlbyname"
    slow = False

    def __init__(self, kernel: Kernel) -> None:
        """Ask `kernel`; the size of a page once."""
        self._kernel = kernel
        self._page_bytes = parse_number(kernel.try_sysctl("hw.pagesize")) or 0

    def counts(self) -> dict[str, int]:
        """Return the counts in bytes; raises OSError with the kernel's return code."""
        return parse_vm_statistics64(self._kernel.vm_statistics64(), self._page_bytes)

    def number(self, name: str) -> int | None:
        """Return a sysctl of 4 or 8 bytes; raises OSError."""
        return parse_number(self._kernel.sysctl(name))

    def swap(self) -> dict[str, int]:
        """Return the swap's sizes in bytes; raises OSError."""
        return parse_swapusage(self._kernel.sysctl(SWAP))


class ProgramSource:
    """`vm_stat` and `sysctl -n`: some milliseconds each."""

    statistics = "program vm_stat"
    sysctl = "program sysctl -n"
    slow = True

    def __init__(self, run: Callable[[Sequence[str]], str] = run) -> None:
        """Run programs by `run`."""
        self._run = run

    def counts(self) -> dict[str, int]:
        """Return the counts in bytes; raises OSError."""
        return parse_vm_stat(self._run(["vm_stat"]))

    def number(self, name: str) -> int | None:
        """Return a sysctl that prints a number; raises OSError."""
        return parse_sysctl_number(self._run(["sysctl", "-n", name]))

    def swap(self) -> dict[str, int]:
        """Return the swap's sizes in bytes; raises OSError."""
        return parse_swapusage_text(self._run(["sysctl", "-n", SWAP]))


def pick(sources: Sequence[Source], ask: Callable[[Source], object]) -> Source:
    """Return the first source that answers `ask` with anything, else the last one."""
    for source in sources[:-1]:
        try:
            if ask(source):
                return source
        except OSError:
            continue
    return sources[-1]
