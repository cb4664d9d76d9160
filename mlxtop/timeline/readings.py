"""The machine's figures over time: what each is, and its values."""

import math
from array import array
from bisect import bisect_left, bisect_right

from mlxtop import events
from mlxtop.events import SensorInfo
from mlxtop.folds.pressure import HOLD_SECONDS, PRESSURE, PressureLevel, hold_seconds
from mlxtop.timeline.series import Series, Times

PACE_SECONDS = 10.0
SHORTEST_PACE_SECONDS = 5.0
"""With fewer readings of the counts one late tick would look like a slow machine."""
TAKEN, GAPS = "app.samples_taken", "app.sampling_gaps"
_MLX = ("mlx.active_bytes", "mlx.cache_bytes", "mlx.peak_bytes")


class Readings:
    """All series by name; the pressure level is derived if the system does not report it."""

    def __init__(self) -> None:
        self.ticks = array("d")
        """Times of all samples, ascending."""
        self.series: dict[str, Series] = {}
        self.sensors: dict[str, SensorInfo] = {}
        self._times = Times()
        """The times of every new series; figures that are read together share them."""
        self._pressure = PressureLevel()

    def describe(self, sensors: list[SensorInfo]) -> None:
        """Take what the figures are, and how long a reading of each is valid."""
        self._pressure.describe(sensors)
        for info in sensors:
            self.sensors[info.name] = info
            self.of(info.name).hold = hold_seconds(info)

    def of(self, name: str) -> Series:
        """Return the series of a figure, a new one if there is none."""
        series = self.series.get(name)
        if series is None:
            # MLX reports with tokens and at the end of a turn, and does not change in between.
            hold = math.inf if name.startswith("mlx.") else HOLD_SECONDS
            series = self.series[name] = Series(hold, self._times)
        return series

    def sample(self, event: events.Sample) -> None:
        """Take the readings of a tick."""
        t, known = event.t, self.series
        if not self.ticks or t > self.ticks[-1]:
            self.ticks.append(t)
        for name, value in event.values.items():
            series = known.get(name)
            (self.of(name) if series is None else series).add(t, value)
        if self._pressure.take(event):
            level = self._pressure.level
            if level is not None or PRESSURE in known:
                self.of(PRESSURE).add(t, level)

    def mlx_memory(self, event: events.MlxMemory) -> None:
        """Take the memory of MLX's allocator."""
        held = (event.active_bytes, event.cache_bytes, event.peak_bytes)
        for name, value in zip(_MLX, held, strict=True):
            self.of(name).add(event.t, value)

    def mlx_gone(self, t: float) -> None:
        """End the series of MLX's memory: its process is gone."""
        for name in _MLX:
            if name in self.series:
                self.series[name].add(t, None)

    def value(self, name: str, t: float) -> float | None:
        """Return the figure as it was at time t; None if unknown or too old."""
        series = self.series.get(name)
        return None if series is None else series.at(t)

    def per_second(self, t: float) -> float | None:
        """Return how often the machine was read over the ten seconds before t, in hertz.

        By the sampler's own count. None in recordings that do not have it, in the first five
        seconds, and for five seconds after a gap without readings.
        """
        taken, gaps = self.series.get(TAKEN), self.series.get(GAPS)
        if taken is None or taken.at(t) is None:
            return None
        low, high = bisect_left(taken.times, t - PACE_SECONDS), bisect_right(taken.times, t)
        if gaps is not None and high - low > 1:
            now = gaps.at(t)
            while low < high and gaps.at(taken.times[low]) != now:
                low += 1
        known = [place for place in range(low, high) if taken.values[place] == taken.values[place]]
        if len(known) < 2:
            return None
        first, last = known[0], known[-1]
        span = taken.times[last] - taken.times[first]
        if span < SHORTEST_PACE_SECONDS:
            return None
        return (taken.values[last] - taken.values[first]) / span
