"""A sensor that is read as it always is, with each reading's cost and failure written down."""

import math
from statistics import median
from time import perf_counter_ns, thread_time_ns

from mlxtop.clock import now
from mlxtop.sensors import Sensor, Values

# The last reading may begin this late without being missed.
GRACE_SECONDS = 0.1


class Meter(Sensor):
    """Stands in the sampler for one sensor."""

    def __init__(self, sensor: Sensor) -> None:
        """Pass everything on to `sensor`."""
        figures = [(info.name, info.source) for info in sensor.infos]
        super().__init__(sensor.name, sensor.hz, figures)
        self.slow = sensor.slow
        self.sensor = sensor
        self.times: list[float] = []
        """When each reading began, seconds on the shared clock."""
        self.told: list[float] = []
        """Those of them that brought anything: a source may have nothing new, or repeat itself."""
        self.values: Values = {}
        """What was read last of each figure."""
        self.failures = 0
        self.failure: Exception | None = None
        """Of the reading that failed last."""
        self.reading = False
        self._costs: list[tuple[int, int]] = []

    def read(self) -> Values:
        """Return and raise what the sensor does."""
        began = now()
        self.times.append(began)
        self.reading = True
        cpu, wall = thread_time_ns(), perf_counter_ns()
        try:
            values = self.sensor.read()
        except Exception as error:
            self.failures += 1
            self.failure = error
            raise
        finally:
            self._costs.append((thread_time_ns() - cpu, perf_counter_ns() - wall))
            self.reading = False
        if values:
            self.told.append(began)
        self.values.update(values)
        return values

    def set_engine_pid(self, pid: int | None) -> None:
        """Tell the sensor."""
        self.sensor.set_engine_pid(pid)

    def set_engine_gpu(self, address: str) -> None:
        """Tell the sensor."""
        self.sensor.set_engine_gpu(address)

    def close(self) -> None:
        """Let the sensor go."""
        self.sensor.close()

    def cost_microseconds(self) -> tuple[float | None, float | None]:
        """Return the medians of CPU time and duration; the first reading, a cold one, is left out.

        None without a reading.
        """
        costs = self._costs[1:] or self._costs
        if not costs:
            return None, None
        cpu, wall = (median(part) / 1000 for part in zip(*costs, strict=True))
        return round(cpu, 1), round(wall, 1)


def achieved_hz(times: list[float], hz: float, end: float) -> float | None:
    """Return the readings a second from the times they began at, until `end`.

    A sensor that is no longer read is slow too: the time since its last reading counts from the
    moment the next was due. None where two readings were not due.
    """
    if not times:
        return 0.0
    first, last = times[0], times[-1]
    if math.floor((end - first - 2 * GRACE_SECONDS) * hz) < 1:
        return None
    elapsed = max(last - first, end - first - 1 / hz - GRACE_SECONDS)
    return round((len(times) - 1) / elapsed, 3)


def fresh_hz(times: list[float], told: list[float]) -> float | None:
    """Return how many readings a second brought anything, from the first one that did.

    None with fewer than two such readings.
    """
    if not told or times[-1] <= told[0]:
        return None
    return round((len(told) - 1) / (times[-1] - told[0]), 3)
