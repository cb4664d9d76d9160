"""Memory, pressure and swap of macOS.

psutil raises in virtual_memory() and swap_memory() on macOS 27, so neither is used here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from mlxtop.clock import now
from mlxtop.sensors.bounds import LARGEST_SIZE, Traffic, bounded_bytes, bounded_percent
from mlxtop.sensors.macos.parse import memory_figures, pressure_level
from mlxtop.sensors.macos.sources import (
    MEMSIZE,
    PRESSURE,
    SHARE_FREE,
    SWAP,
    USABLE,
    WIRED_LIMIT,
    Answers,
    Counts,
)
from mlxtop.sensors.source import Sensor, Values


@dataclass(frozen=True)
class Answer:
    """A new answer."""

    t: float
    """Time of the call, seconds on the shared clock."""
    within: float
    """The answer is at most this many seconds older: the kernel may have made it since the previous
    call, for another program."""
    counts: Counts


class SharedCounts:
    """The counts of `source`, for several readers that read in the same order in every tick."""

    def __init__(self, source: Answers, clock: Callable[[], float] = now) -> None:
        """Call `source` at times of `clock`."""
        self.source = source
        self._clock = clock
        self._calls = 0
        self._called_at = -math.inf
        self._answer: Answer | None = None
        self._seen: dict[str, tuple[int, Answer | None]] = {}

    def new(self, user: str) -> Answer | None:
        """Return the answer if it is new to `user`, else None; raises OSError.

        The first user of a tick calls the kernel: the one that has already read the last call.
        """
        calls, had = self._seen.get(user, (0, None))
        if calls == self._calls:
            self._call()
        self._seen[user] = (self._calls, self._answer)
        return None if self._answer is had else self._answer

    def _call(self) -> None:
        counts = self.source.counts()
        t = self._clock()
        within, self._called_at = t - self._called_at, t
        self._calls += 1
        if self._answer is None or not counts.repeats(self._answer.counts):
            self._answer = Answer(t, within, counts)


def _plausible(value: int | None) -> int | None:
    return value if value is not None and 0 < value <= LARGEST_SIZE else None


def _usable(source: Answers) -> tuple[str, int | None]:
    """Return the memory available to the kernel, and the name of its sysctl."""
    for name in (USABLE, MEMSIZE):
        try:
            if found := _plausible(source.number(name)):
                return name, found
        except OSError:
            continue
    return MEMSIZE, None


class MacMemory(Sensor):
    """The composition of memory, as the kernel counts its pages."""

    def __init__(self, hz: float, shared: SharedCounts) -> None:
        """Read `shared`; the usable memory is read once."""
        source = shared.source
        where = source.statistics
        name, self._total = _usable(source)
        formula = "active + inactive + wired + speculative + compressor − purgeable − external"
        super().__init__(
            "memory",
            hz,
            [
                ("memory.wired_bytes", f"{where} wired"),
                ("memory.active_bytes", f"{where} active"),
                ("memory.compressed_bytes", f"{where} pages of the compressor"),
                ("memory.cached_bytes", f"{where} external + purgeable"),
                ("memory.free_bytes", f"{where} free without speculative"),
                ("memory.used_bytes", f"{where} {formula}"),
                ("memory.available_bytes", f"{source.sysctl} {name} − used"),
            ],
        )
        self._shared = shared
        self.slow = source.slow

    def read(self) -> Values:
        """Return the composition in bytes; empty if nothing is new. Raises OSError."""
        answer = self._shared.new(self.name)
        return {} if answer is None else dict(memory_figures(answer.counts.sizes, self._total))


class MacMemoryTotal(Sensor):
    """The installed memory, and the wired limit of the GPU if the user set one."""

    def __init__(self, hz: float, source: Answers) -> None:
        """Read `source`; the limit only if this system has one."""
        figures = [("memory.total_bytes", f"{source.sysctl} {MEMSIZE}")]
        try:
            self._has_limit = source.number(WIRED_LIMIT) is not None
        except OSError:
            self._has_limit = False
        if self._has_limit:
            where = f"{source.sysctl} {WIRED_LIMIT} × 2^20; 0, the system's own choice, is absent"
            figures.append(("memory.wired_limit_bytes", where))
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
    """The kernel's level of memory pressure."""

    steady = True

    def __init__(self, hz: float, source: Answers) -> None:
        """Read `source`."""
        where = f"{source.sysctl} {PRESSURE}"
        super().__init__(
            "pressure",
            hz,
            [
                ("pressure.level", f"{where}: 1 → 0, 2 → 1, 4 → 2"),
                ("pressure.raw_level", where),
                ("pressure.free_percent", f"{source.sysctl} {SHARE_FREE}"),
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
            free = bounded_percent(self._source.number(SHARE_FREE))
        except OSError:
            free = None
        return {
            "pressure.level": pressure_level(raw),
            "pressure.raw_level": raw,
            "pressure.free_percent": free,
        }


class MacSwap(Sensor):
    """How much is swapped out."""

    steady = True

    def __init__(self, hz: float, source: Answers) -> None:
        """Read `source`."""
        super().__init__(
            "swap",
            hz,
            [
                ("swap.used_bytes", f"{source.sysctl} {SWAP} used"),
                ("swap.total_bytes", f"{source.sysctl} {SWAP} total"),
            ],
        )
        self._source = source
        self.slow = source.slow

    def read(self) -> Values:
        """Return both sizes in bytes; raises OSError."""
        swap = self._source.swap()
        return {
            "swap.used_bytes": bounded_bytes(swap.get("used")),
            "swap.total_bytes": bounded_bytes(swap.get("total")),
        }


class MacSwapTraffic(Sensor):
    """Rates of swapping in and out, between new answers."""

    # Not steady: a rate covers the time since the last reading, so a skipped reading would change
    # the next.
    _COUNTERS: ClassVar = {
        "swapins": "swap.in_bytes_per_second",
        "swapouts": "swap.out_bytes_per_second",
    }

    def __init__(self, hz: float, shared: SharedCounts) -> None:
        """Read `shared`."""
        source = shared.source
        super().__init__(
            "swap traffic",
            hz,
            [
                (figure, f"{source.statistics} {counter}")
                for counter, figure in self._COUNTERS.items()
            ],
        )
        self._shared = shared
        self.slow = source.slow
        self._traffic = Traffic()
        # At the start and after a gap the answer may be a second old: the next rate would cover
        # more time than it is divided by.
        self._longest = max(1.0, 2 / hz) if source.limited else math.inf

    def read(self) -> Values:
        """Return both rates in bytes a second; empty if nothing is new. Raises OSError.

        None at the first reading, and after a counter went backwards. The time of an answer is only
        known to within one reading, so over two seconds at 5 Hz a rate is accurate to a tenth.
        """
        answer = self._shared.new(self.name)
        if answer is None or answer.within > self._longest:
            return {}
        values: Values = {}
        for counter, figure in self._COUNTERS.items():
            rate = self._traffic.rate(counter, answer.counts.sizes.get(counter), answer.t)
            values[figure] = None if rate is None else round(rate, 1)
        return values
