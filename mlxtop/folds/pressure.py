"""How long a reading is valid, and the pressure level: read, or derived from valid readings."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from operator import itemgetter

from mlxtop.events import Sample, SensorInfo

NORMAL, WARN, CRITICAL = 0, 1, 2

LEVEL_FIGURES = (
    "pressure.some_avg10_percent",
    "pressure.full_avg10_percent",
    "memory.available_bytes",
    "memory.limit_bytes",
    "memory.limit_left_bytes",
    "memory.total_bytes",
    "swap.total_bytes",
    "swap.used_bytes",
)
"""The figures that a level is derived from."""


def pressure_level(values: Mapping[str, float | None]) -> float | None:
    """Return 0 normal, 1 warn, 2 critical from one tick's readings; None if they do not show it.

    macOS reports the level itself. On Linux: CRITICAL at PSI full avg10 ≥ 40 %, or available
    memory under 5 % with swap free under 5 % or no swap; WARN at some avg10 ≥ 10 %,
    full ≥ 5 %, or available memory under 10 %. systemd-oomd acts at 60 % for 30 s and earlyoom
    at 10 % available, so these warn before either.
    """
    level = values.get("pressure.level")
    if level is not None:
        return level
    some = values.get("pressure.some_avg10_percent")
    full = values.get("pressure.full_avg10_percent")
    share = available_share(values)
    if some is None and full is None and share is None:
        return None
    swap_total = values.get("swap.total_bytes")
    swap_used = values.get("swap.used_bytes") or 0.0
    swap_short = not swap_total or (swap_total - swap_used) / swap_total < 0.05
    if (full or 0.0) >= 40 or (share is not None and share < 0.05 and swap_short):
        return CRITICAL
    if (some or 0.0) >= 10 or (full or 0.0) >= 5 or (share is not None and share < 0.10):
        return WARN
    return NORMAL


def available_share(values: Mapping[str, float | None]) -> float | None:
    """Return the available share of the memory, 0–1; None if it is not known.

    The smaller of the machine's share and that below a cgroup's limit: each can run out.
    """
    available, total = values.get("memory.available_bytes"), values.get("memory.total_bytes")
    limit, left = values.get("memory.limit_bytes"), values.get("memory.limit_left_bytes")
    if limit and left is None:  # older recordings only have the limit
        total = limit
    pairs = ((available, total), (left, limit))
    shares = [part / whole for part, whole in pairs if part is not None and whole]
    return min(shares, default=None)


def pressure_source(values: Mapping[str, float | None]) -> str:
    """Return the source of the level: `macOS`, `PSI`, `cgroup`, `meminfo`, or "" for none."""
    if values.get("pressure.raw_level") is not None:
        return "macOS"
    if values.get("pressure.some_avg10_percent") is not None:
        return "PSI"
    if values.get("memory.limit_left_bytes") is not None:
        return "cgroup"
    return "meminfo" if values.get("memory.available_bytes") is not None else ""


HOLD_SECONDS = 2.5
"""A reading is valid this long if no newer one comes; after that there is a gap."""
LATE_SECONDS = 1.0
"""No level is derived from a sample that comes later than this."""
PRESSURE = "pressure.level"

_MARGIN_SECONDS = 1e-3
"""More than the rounding of times."""
_MOST_RECENT = 32


def hold_seconds(info: SensorInfo) -> float:
    """Return how long a reading of a figure is valid."""
    return max(HOLD_SECONDS, 2.5 / info.hz) if info.hz > 0 else math.inf


class PressureLevel:
    """Takes samples one by one; holds a few, and of each figure the reading before them."""

    def __init__(self, sensors: Iterable[SensorInfo] = ()) -> None:
        """Begin without a sample; `sensors` say how long a reading of each figure is valid."""
        self.level: float | None = None
        """The level as of the last sample that had it; None if it is not known."""
        self._is_read = False
        """True if the system reports the level itself; then none is derived."""
        self._latest = -math.inf
        self._hold: dict[str, float] = {}
        self._recent: list[tuple[float, dict[str, float | None]]] = []
        """Times and figures of samples, ascending: those that a late one may need, and more."""
        self._before: dict[str, float | None] = {}
        """Of each figure the last reading before these samples, and below its time."""
        self._before_at: dict[str, float] = {}
        self._standing: dict[str, float | None] = {}
        """The figures as of the latest sample."""
        self._stand_until = -math.inf
        """Until then none of them expires."""
        self.describe(sensors)

    def describe(self, sensors: Iterable[SensorInfo]) -> None:
        """Take what the figures are."""
        self._hold |= {info.name: hold_seconds(info) for info in sensors}
        self._stand_until = -math.inf

    @property
    def raised(self) -> bool:
        """Whether the level is known not to be NORMAL."""
        return (self.level or NORMAL) > NORMAL

    def take(self, sample: Sample) -> bool:
        """Take a sample; return whether the level was derived from it, and is not read."""
        t, values = sample.t, sample.values
        if PRESSURE in values:
            self._is_read, self.level = True, values[PRESSURE]
            self._recent = []
        if self._is_read:
            return False
        figures = {name: values[name] for name in LEVEL_FIGURES if name in values}
        if t < self._latest:
            self._take_late(t, figures)
            if t < self._latest - LATE_SECONDS:
                return False
            self.level = self.derived(t)
            return True
        self._latest = t
        if figures:
            self._recent.append((t, figures))
            self._standing |= figures
        if len(self._recent) > _MOST_RECENT:
            self._drop()
        if t > self._stand_until:
            self._look_up()
        self.level = pressure_level(self._standing)
        return True

    def derived(self, t: float) -> float | None:
        """Return the level that follows from the figures as of time t.

        A source that is gone leaves a gap, not its last value. t is at most a second before the
        last sample.
        """
        return pressure_level({name: self._at(name, t)[1] for name in LEVEL_FIGURES})

    def _look_up(self) -> None:
        """Find the valid readings as of the latest sample, and how long they are valid."""
        self._standing, self._stand_until = {}, math.inf
        for name in LEVEL_FIGURES:
            until, self._standing[name] = self._at(name, self._latest)
            self._stand_until = min(self._stand_until, until - _MARGIN_SECONDS)

    def _at(self, name: str, t: float) -> tuple[float, float | None]:
        """Return a figure's value at time t, and until when it or its next reading is valid."""
        hold = self._hold.get(name, HOLD_SECONDS)
        read_at, value = self._before_at.get(name, -math.inf), self._before.get(name)
        for sample_t, figures in reversed(self._recent):
            if sample_t <= t and name in figures:
                read_at, value = sample_t, figures[name]
                break
        return (read_at + hold, value) if t - read_at <= hold else (t + hold, None)

    def _take_late(self, t: float, figures: dict[str, float | None]) -> None:
        self._stand_until = -math.inf
        self._drop()
        place = bisect_right(self._recent, t, key=itemgetter(0))
        if place == 0:
            # It must not hide a later reading among those that were dropped.
            before = self._before_at
            figures = {name: figures[name] for name in figures if before.get(name, t) <= t}
        self._recent.insert(place, (t, figures))

    def _drop(self) -> None:
        """Drop the samples of more than a second ago."""
        place = bisect_right(self._recent, self._latest - LATE_SECONDS, key=itemgetter(0))
        for t, figures in self._recent[:place]:
            self._before |= figures
            self._before_at |= dict.fromkeys(figures, t)
        del self._recent[:place]
