"""Runs the real sampler over this machine's sensors for a while and says how each did."""

from collections.abc import Callable, Sequence
from time import sleep

from mlxtop.clock import now
from mlxtop.doctor.meter import GRACE_SECONDS, Meter, achieved_hz, fresh_hz
from mlxtop.doctor.notes import meaning
from mlxtop.doctor.report import Figure, Pace, SensorReport
from mlxtop.sensors import Sampler, Sensor
from mlxtop.sensors.own import OwnSampling
from mlxtop.text import one_line

NOTHING = "its source answers, but gives none of its figures"
LONGEST_FAILURE = 200


def measure(
    sensors: Sequence[Sensor],
    hz: float,
    seconds: float,
    reason: Callable[[str], str],
    wait: Callable[[float], None] = sleep,
) -> tuple[list[SensorReport], Pace]:
    """Read `sensors` at `hz` for `seconds` and return how each did, and how the sampler did.

    `reason` says why a figure may rightly have no value; empty where it ought to have one.
    """
    meters = [Meter(sensor) for sensor in sensors]
    sampler = Sampler(meters, lambda event: None, hz)
    # The sampler looks for this one among its own sensors, and finds meters.
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
        Figure(
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
        failure, code = words(meter.failure), number(meter.failure)
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
        hz_fresh=fresh_hz(meter.times, meter.told),
        readings=len(meter.times),
        failures=meter.failures,
        cpu_microseconds=cpu,
        wall_microseconds=wall,
        own_thread=meter.slow,
        return_code=code,
        failure=failure,
    )


def words(error: Exception) -> str:
    """Return what an error says, on one harmless line without a full stop."""
    return one_line(str(error) or type(error).__name__, LONGEST_FAILURE).rstrip(".")


def number(error: Exception) -> int | None:
    """Return an error's own number: errno, or NVML's return code."""
    found = getattr(error, "errno", None) or getattr(error, "value", None)
    return found if isinstance(found, int) else None
