"""Two ways to read the figures of the kernel: its calls, and programs if a call fails."""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.parse import (
    parse_number,
    parse_swapusage,
    parse_swapusage_text,
    parse_sysctl_number,
    parse_vm_stat,
    parse_vm_statistics64,
)

LONGEST_SECONDS = 3.0
LARGEST_TEXT = 1 << 22


def run(command: Sequence[str], seconds: float = LONGEST_SECONDS) -> str:
    """Return the output of a program; its exit status is ignored.

    Raises OSError if it does not exist, prints nothing, or takes over `seconds`.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            # In languages with a decimal comma, sysctl prints "1110,25M".
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"{command[0]} did not finish within {seconds:g} s") from None
    text = done.stdout[:LARGEST_TEXT].decode("utf-8", "replace")
    if not text.strip():
        raise OSError(f"{command[0]} printed nothing (exit status {done.returncode})")
    return text


MEMSIZE = "hw.memsize"
# On Apple silicon the firmware reserves up to a gigabyte: this is what the kernel has.
USABLE = "hw.memsize_usable"
PRESSURE = "kern.memorystatus_vm_pressure_level"
SHARE_FREE = "kern.memorystatus_level"
SWAP = "vm.swapusage"
WIRED_LIMIT = "iogpu.wired_limit_mb"


@dataclass(frozen=True)
class Counts:
    """Pages in bytes by the names of `parse_vm_statistics64`, and the raw answer."""

    sizes: dict[str, int]
    raw: bytes | None = None
    """The kernel's bytes; None for a program, because each run reads new counts."""

    def repeats(self, before: "Counts") -> bool:
        """Return whether this repeats the previous answer.

        Byte for byte: faults and lookups always grow, so equal bytes are the kernel's copy.
        """
        return self.raw is not None and self.raw == before.raw


class Answers(Protocol):
    """Reads figures, or raises OSError."""

    statistics: str
    """The source of the counts, for `SensorInfo.source`."""
    sysctl: str
    """The source of a sysctl, likewise."""
    limited: bool
    """Whether the kernel repeats its answer if it is called too often."""
    slow: bool

    def counts(self) -> Counts:
        """Return the counts of pages."""
        ...

    def number(self, name: str) -> int | None:
        """Return a sysctl that is a number."""
        ...

    def swap(self) -> dict[str, int]:
        """Return `total`, `available` and `used` of the swap in bytes."""
        ...


class KernelSource:
    """The calls, in this process."""

    statistics = "host_statistics64 HOST_VM_INFO64 (answered 2 to 10 times a second)"
    sysctl = "sysctlbyname"
    limited = True
    slow = False

    def __init__(self, kernel: Kernel) -> None:
        """Call `kernel`; the page size is read once."""
        self._kernel = kernel
        self._page_bytes = parse_number(kernel.try_sysctl("hw.pagesize")) or 0

    def counts(self) -> Counts:
        """Return the counts; raises OSError with the kernel's return code."""
        raw = self._kernel.vm_statistics64()
        return Counts(parse_vm_statistics64(raw, self._page_bytes), raw)

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
    # vm_stat is Apple's own: the kernel always gives it new counts.
    limited = False
    slow = True

    def __init__(self, run: Callable[[Sequence[str]], str] = run) -> None:
        """Run programs by `run`."""
        self._run = run

    def counts(self) -> Counts:
        """Return the counts; raises OSError."""
        return Counts(parse_vm_stat(self._run(["vm_stat"])))

    def number(self, name: str) -> int | None:
        """Return a sysctl that prints a number; raises OSError."""
        return parse_sysctl_number(self._run(["sysctl", "-n", name]))

    def swap(self) -> dict[str, int]:
        """Return the swap's sizes in bytes; raises OSError."""
        return parse_swapusage_text(self._run(["sysctl", "-n", SWAP]))


def pick(sources: Sequence[Answers], ask: Callable[[Answers], object]) -> Answers:
    """Return the first source for which `ask` returns anything, else the last one."""
    for source in sources[:-1]:
        try:
            if ask(source):
                return source
        except OSError:
            continue
    return sources[-1]
