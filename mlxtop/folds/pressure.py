"""How long a reading stands, and the pressure level: read, or derived from what stands."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter

from mlxtop.events import Sample, SensorInfo
from mlxtop.pressure import LEVEL_FIGURES, NORMAL, pressure_level

HOLD_SECONDS = 2.5
"""A reading stands this long when no newer one comes; after that there is a gap."""
LATE_SECONDS = 1.0
"""No level is derived from a sample that comes later than this."""
PRESSURE = "pressure.level"

Reading = tuple[float, float | None]
"""When it was read, and its value; None where the source had no answer."""


def hold_seconds(info: SensorInfo) -> float:
    """Return how long a reading of a figure stands."""
    return max(HOLD_SECONDS, 2.5 / info.hz) if info.hz > 0 else math.inf


class PressureLevel:
    """Takes samples one by one; holds the readings of a second, whatever came before."""

    def __init__(self, sensors: Iterable[SensorInfo] = ()) -> None:
        """Begin without a sample; `sensors` tell how long a reading of each figure stands."""
        self.level: float | None = None
        """As of the last sample that told it; None where it is not known."""
        self._is_read = False
        """True where the system says the level itself; then none is derived."""
        self._latest = -math.inf
        self._hold: dict[str, float] = {}
        self._readings: dict[str, list[Reading]] = {}
        self.describe(sensors)

    def describe(self, sensors: Iterable[SensorInfo]) -> None:
        """Take what the figures are."""
        self._hold |= {info.name: hold_seconds(info) for info in sensors}

    @property
    def raised(self) -> bool:
        """Whether the level is known not to be NORMAL."""
        return (self.level or NORMAL) > NORMAL

    def take(self, sample: Sample) -> bool:
        """Take a sample; return whether the level was derived from it, and is not read."""
        t, values = sample.t, sample.values
        if t > self._latest:
            self._latest = t
        if PRESSURE in values:
            self._is_read, self.level = True, values[PRESSURE]
            self._readings = {}
        if self._is_read:
            return False
        for name in LEVEL_FIGURES:
            if name in values:
                self._keep(name, (t, values[name]))
        if t < self._latest - LATE_SECONDS:
            return False
        self.level = self.derived(t)
        return True

    def derived(self, t: float) -> float | None:
        """Return the level that follows from the figures as they stood at time t.

        A source that is gone leaves a gap, not its last word. t lies at most a second before the
        last sample.
        """
        return pressure_level({name: self._standing(name, t) for name in LEVEL_FIGURES})

    def _keep(self, name: str, reading: Reading) -> None:
        kept = self._readings.setdefault(name, [])
        if kept and reading[0] < kept[-1][0]:
            kept.insert(bisect_right(kept, reading[0], key=itemgetter(0)), reading)
        else:
            kept.append(reading)
        # The oldest that is asked for is what stood a second ago.
        while len(kept) > 1 and kept[1][0] <= self._latest - LATE_SECONDS:
            del kept[0]

    def _standing(self, name: str, t: float) -> float | None:
        for read_at, value in reversed(self._readings.get(name, ())):
            if read_at <= t:
                return value if t - read_at <= self._hold.get(name, HOLD_SECONDS) else None
        return None
