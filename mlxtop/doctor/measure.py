"""Runs the real sampler over this machine's sensors for a while and reports on each."""

import math
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter_ns, sleep, thread_time_ns

from mlxtop.clock import now
from mlxtop.doctor.report import FigureReport, Pace, SensorReport
from mlxtop.figures import CATALOGUE, Mask
from mlxtop.format import UNKNOWN
from mlxtop.sensors import Sampler, Sensor, Values
from mlxtop.sensors.sampler_counts import OwnSampling
from mlxtop.sensors.source import reason_of

# The last reading may start this late and still count.
GRACE_SECONDS = 0.1


class Meter(Sensor):
    """Measures one sensor, in its place in the sampler."""

    def __init__(self, sensor: Sensor) -> None:
        """Forward every call to `sensor`."""
        figures = [(info.name, info.source) for info in sensor.infos]
        super().__init__(sensor.name, sensor.hz, figures)
        self.slow = sensor.slow
        self.sensor = sensor
        self.times: list[float] = []
        """When each reading began, seconds on the shared clock."""
        self.fresh_times: list[float] = []
        """The readings that returned anything: a source may have nothing new, or repeat itself."""
        self.values: Values = {}
        """The last value of each figure."""
        self.failures = 0
        self.failure: Exception | None = None
        """The error of the last reading that failed."""
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
            self.fresh_times.append(began)
        self.values.update(values)
        return values

    def set_engine_pid(self, pid: int | None) -> None:
        """Forward it to the sensor."""
        self.sensor.set_engine_pid(pid)

    def set_engine_gpu(self, address: str) -> None:
        """Forward it to the sensor."""
        self.sensor.set_engine_gpu(address)

    def close(self) -> None:
        """Close the sensor."""
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

    A sensor that is no longer read counts as slow: the time since its last reading counts from
    the moment the next was due. None if two readings were not due.
    """
    if not times:
        return 0.0
    first, last = times[0], times[-1]
    if math.floor((end - first - 2 * GRACE_SECONDS) * hz) < 1:
        return None
    elapsed = max(last - first, end - first - 1 / hz - GRACE_SECONDS)
    return round((len(times) - 1) / elapsed, 3)


def fresh_hz(times: list[float], fresh: list[float]) -> float | None:
    """Return the rate of readings that returned anything, from the first of them on.

    None with fewer than two such readings.
    """
    if not fresh or times[-1] <= fresh[0]:
        return None
    return round((len(fresh) - 1) / (times[-1] - fresh[0]), 3)


NO_SWAP = (
    "no swap now; macOS creates swap files on demand, Linux needs a swap file, a partition or zram"
)


def meaning(name: str, value: float) -> str:
    """Return the meaning of a value in words; empty if the number is enough."""
    if name == "swap.total_bytes" and value == 0:
        return NO_SWAP
    codes = CATALOGUE.of(name).codes
    if codes is None:
        return ""
    if isinstance(codes, Mask):
        return ", ".join(codes.words(value)) or codes.alone
    word = codes.word(value)
    return "" if word == UNKNOWN else word.lower()


NOTHING = "its source answers, but returns none of its figures"


def measure(
    sensors: Sequence[Sensor],
    hz: float,
    seconds: float,
    reason: Callable[[str], str],
    wait: Callable[[float], None] = sleep,
) -> tuple[list[SensorReport], Pace]:
    """Read `sensors` at `hz` for `seconds`; return a report on each, and on the sampler.

    `reason` returns why a figure may have no value; empty if it should have one.
    """
    meters = [Meter(sensor) for sensor in sensors]
    sampler = Sampler(meters, lambda event: None, hz)
    # The sampler looks for this sensor among its own, but finds meters.
    for sensor in sensors:
        if isinstance(sensor, OwnSampling):
            sensor.watch(sampler.stats)
    start = now()
    sampler.start()
    try:
        wait(seconds + GRACE_SECONDS)
    finally:
        end = now()
        hanging = {meter.name: end - meter.times[-1] for meter in meters if meter.reading}
        sampler.stop()
    stats = sampler.stats()
    reports = [examined(meter, hz, end, reason, hanging.get(meter.name)) for meter in meters]
    pace = Pace(
        hz_asked=hz,
        seconds=round(end - start, 3),
        ticks=stats.ticks,
        late=stats.late,
        dropped=stats.dropped,
        worst_late_milliseconds=round(1000 * max(0.0, stats.worst_late_seconds), 3),
    )
    return reports, pace


def examined(
    meter: Meter,
    hz: float,
    end: float,
    reason: Callable[[str], str],
    hanging_seconds: float | None = None,
) -> SensorReport:
    """Return how one sensor did until `end`; `hanging_seconds` of a reading that has not ended."""
    asked = min(hz, meter.hz)
    figures = [
        FigureReport(
            name=info.name,
            unit=info.unit,
            source=info.source,
            value=(value := meter.values.get(info.name)),
            note=meaning(info.name, value) if value is not None else reason(info.name),
        )
        for info in meter.infos
    ]
    rate = achieved_hz(meter.times, asked, end)
    known = any(figure.value is not None for figure in figures)
    explained = any(figure.note for figure in figures if figure.value is None)
    failure = ""
    code: int | None = 0
    if meter.failure is not None:
        failure, code = reason_of(meter.failure), number(meter.failure)
    elif hanging_seconds is not None and hanging_seconds > 1 / asked:
        failure, code = f"a reading has not ended after {hanging_seconds:.1f} s", None
    elif not known and not explained and (rate is not None or not meter.times):
        failure = NOTHING
    cpu, wall = meter.cost_microseconds()
    return SensorReport(
        name=meter.name,
        state="failed" if failure else "works" if known else "absent",
        figures=figures,
        hz_asked=asked,
        hz_achieved=rate,
        hz_fresh=fresh_hz(meter.times, meter.fresh_times),
        readings=len(meter.times),
        failures=meter.failures,
        cpu_microseconds=cpu,
        wall_microseconds=wall,
        own_thread=meter.slow,
        return_code=code,
        failure=failure,
    )


def number(error: Exception) -> int | None:
    """Return an error's own number: errno, or NVML's return code."""
    found = getattr(error, "errno", None) or getattr(error, "value", None)
    return found if isinstance(found, int) else None
