"""The sampler's own counts as figures: sampler, encoded line, timeline."""

from mlxtop.events import Event, Sample, decode, encode
from mlxtop.sensors import Sampler, default_sensors
from mlxtop.sensors.sampler_counts import DROPPED, GAPS, LATE, TAKEN, OwnSampling
from mlxtop.sensors.source import Sensor, Values
from mlxtop.timeline import Timeline
from tests.sensors.ticking import Ticking


class Blocking(Sensor):
    """A fast sensor whose readings take as long as they are told to."""

    def __init__(self, ticking: Ticking) -> None:
        super().__init__("blocking", 5, [("a_count", "a test")])
        self.ticking = ticking
        self.seconds = 0.0

    def read(self) -> Values:
        self.ticking.t += self.seconds
        return {"a_count": 1.0}


def replayed(seen: list[Event]) -> Timeline:
    timeline = Timeline()
    for event in seen:
        timeline.add(decode(encode(event)))
    return timeline


def sampling(ticking: Ticking, ticks: int, *sensors: Sensor) -> tuple[list[Event], Sampler]:
    ticking.most_waits = ticks
    seen: list[Event] = []
    sampler = Sampler(
        [*sensors, OwnSampling(1.0)],
        seen.append,
        5.0,
        clock=ticking.now,
        wall=ticking.wall,
        wait=ticking.wait,
    )
    sampler.run()
    return seen, sampler


def counts(timeline: Timeline, t: float) -> list[float | None]:
    return [timeline.readings.value(name, t) for name in (TAKEN, LATE, DROPPED, GAPS)]


def test_the_sampler_counts_itself_once_a_second(ticking: Ticking) -> None:
    seen, _ = sampling(ticking, 26)
    own = [event for event in seen if isinstance(event, Sample)]
    assert [event.values[TAKEN] for event in own] == [1, 6, 11, 16, 21, 26]
    assert counts(replayed(seen), ticking.t) == [26, 0, 0, 0]


def test_late_and_dropped_readings_and_gaps_are_figures_of_the_stream(ticking: Ticking) -> None:
    blocking = Blocking(ticking)

    def mishap(number: int) -> None:
        blocking.seconds = 0.85 if number == 7 else 0.0
        if number == 12:
            ticking.t += 0.04
        if number == 20:
            ticking.t += 3.0

    ticking.on_wait = mishap
    seen, sampler = sampling(ticking, 31, blocking)
    stats = sampler.stats()
    assert (stats.ticks, stats.late, stats.dropped, stats.gaps) == (31, 2, 3, 1)
    assert counts(replayed(seen), ticking.t) == [28, 2, 3, 1]


def test_the_rate_achieved_is_that_of_the_last_ten_seconds(ticking: Ticking) -> None:
    blocking = Blocking(ticking)

    def slow(number: int) -> None:
        # From the hundredth on every reading takes two ticks.
        blocking.seconds = 0.4 if number >= 100 else 0.0

    ticking.on_wait = slow
    seen, _ = sampling(ticking, 160, blocking)
    timeline = replayed(seen)
    assert timeline.readings.per_second(1003.0) is None
    assert timeline.readings.per_second(1015.0) == 5.0
    assert timeline.readings.per_second(ticking.t) == 2.5


def test_a_gap_is_no_slow_machine(ticking: Ticking) -> None:
    def sleep(number: int) -> None:
        if number == 100:
            ticking.t += 4.0

    ticking.on_wait = sleep
    seen, _ = sampling(ticking, 160)
    timeline = replayed(seen)
    assert timeline.readings.per_second(1019.0) == 5.0
    assert timeline.readings.per_second(1026.0) is None
    assert timeline.readings.per_second(1031.0) == 5.0


def test_without_a_sampler_the_counts_are_unknown() -> None:
    own = next(sensor for sensor in default_sensors() if isinstance(sensor, OwnSampling))
    assert own.read() == {TAKEN: None, LATE: None, DROPPED: None, GAPS: None}
    assert own.hz == 1.0


def test_a_recording_without_counts_has_no_rate() -> None:
    timeline = Timeline()
    for second in range(20):
        timeline.add(Sample(t=float(second), values={"app.cpu_percent": 2.0}))
    assert timeline.readings.per_second(19.0) is None
