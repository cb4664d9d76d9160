"""Counts of late and dropped readings, recorded like any other figure."""

from collections.abc import Callable
from dataclasses import dataclass

from mlxtop.sensors.source import Sensor, SensorRequest, Source, Values

TAKEN = "app.samples_taken"
LATE = "app.samples_late"
DROPPED = "app.samples_dropped"
GAPS = "app.sampling_gaps"


@dataclass(frozen=True)
class SamplerStats:
    """Counts of the sampler since it was started."""

    ticks: int = 0
    late: int = 0
    """Ticks that began over 25 ms after their deadline."""
    dropped: int = 0
    """Ticks skipped because the previous one was still being read."""
    gaps: int = 0
    """Times the machine slept or the process was stopped."""
    worst_late_seconds: float = 0.0
    lost: tuple[str, ...] = ()
    """Names of the sensors that fail now."""


class OwnSampling(Sensor):
    """The sampler's counts since it was started; they only grow."""

    def __init__(self, hz: float) -> None:
        """Read nothing until `watch` sets a sampler."""
        super().__init__(
            "sampling",
            hz,
            [
                (TAKEN, "the sampler: readings begun"),
                (LATE, "the sampler: begun over 25 ms after they were due"),
                (DROPPED, "the sampler: left out, the one before was still under way"),
                (GAPS, "the sampler: times the machine slept or mlxtop was stopped"),
            ],
        )
        self._stats: Callable[[], SamplerStats] | None = None

    def watch(self, stats: Callable[[], SamplerStats]) -> None:
        """Read `stats` from now on."""
        self._stats = stats

    def read(self) -> Values:
        """Return the counts; None for each if no sampler runs."""
        if self._stats is None:
            return self.nothing()
        stats = self._stats()
        return {TAKEN: stats.ticks, LATE: stats.late, DROPPED: stats.dropped, GAPS: stats.gaps}


class SamplerCounts(Source):
    """The sampler itself."""

    name = "the sampler"
    figures = (TAKEN, LATE, DROPPED, GAPS)

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return the sensor of its counts."""
        return [OwnSampling(wanted.slow_hz)]
