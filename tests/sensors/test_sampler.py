"""The sampler on a clock of its own: what is read when, and what happens when a source fails."""

import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import nan
from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.events import Anchor, Event, Notice, Sample
from mlxtop.sensors.guard import Guard
from mlxtop.sensors.sampler import Sampler
from mlxtop.sensors.source import Sensor, Unusable, Values
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.parts import live_parts
from tests.sensors.ticking import Ticking


class Counting(Sensor):
    """Counts its readings; `act` may raise or return the value."""

    def __init__(self, name: str, hz: float, act: Callable[[int], float] | None = None) -> None:
        super().__init__(name, hz, [(name, "a test")])
        self.readings = 0
        self.closed = False
        self.engine: int | None = None
        self.gpu = ""
        self._act = act or float

    def read(self) -> Values:
        self.readings += 1
        return {self.name: self._act(self.readings)}

    def set_engine_pid(self, pid: int | None) -> None:
        self.engine = pid

    def set_engine_gpu(self, address: str) -> None:
        self.gpu = address

    def close(self) -> None:
        self.closed = True


class Slow(Counting):
    slow = True


def run(
    sensors: Sequence[Sensor], clock: Ticking, ticks: int, hz: float = 5.0
) -> tuple[list[Event], Sampler]:
    clock.most_waits = ticks
    seen: list[Event] = []
    sampler = Sampler(sensors, seen.append, hz, clock=clock.now, wall=clock.wall, wait=clock.wait)
    sampler.run()
    return seen, sampler


def samples(seen: list[Event]) -> list[Sample]:
    return [event for event in seen if isinstance(event, Sample)]


def notices(seen: list[Event]) -> list[str]:
    return [event.text for event in seen if isinstance(event, Notice)]


def test_each_sensor_is_read_at_its_own_rate(ticking: Ticking) -> None:
    fast, slow = Counting("fast", 5), Counting("slow", 1)
    seen, sampler = run([fast, slow], ticking, 50)
    assert (fast.readings, slow.readings) == (50, 10)
    assert len(samples(seen)) == 50
    assert [set(sample.values) for sample in samples(seen)[:6]] == [
        {"fast", "slow"}, {"fast"}, {"fast"}, {"fast"}, {"fast"}, {"fast", "slow"},
    ]  # fmt: skip
    assert sampler.stats().ticks == 50
    assert fast.closed
    assert slow.closed


def test_steady_figures_are_written_when_they_change_or_after_a_second(ticking: Ticking) -> None:
    steady = Counting("steady", 5, lambda number: float(number > 7))
    steady.steady = True
    seen, _ = run([Counting("fast", 5), steady], ticking, 16)
    assert steady.readings == 16
    written = [place for place, sample in enumerate(samples(seen)) if "steady" in sample.values]
    assert written == [0, 5, 7, 12]


def test_a_steady_sensor_that_answers_again_is_written_at_once(ticking: Ticking) -> None:
    def gone(number: int) -> float:
        if number == 3:
            raise OSError("gone")
        return 1.0

    steady = Counting("steady", 5, gone)
    steady.steady = True
    seen, _ = run([Counting("fast", 5), steady], ticking, 9)
    values = [sample.values.get("steady", -1.0) for sample in samples(seen)]
    assert values == [1.0, -1.0, None, -1.0, -1.0, -1.0, -1.0, 1.0, -1.0]


def test_deadlines_do_not_drift(ticking: Ticking) -> None:
    def dawdle(number: int) -> float:
        ticking.t += 0.013
        return number

    seen, sampler = run([Counting("a", 20, dawdle)], ticking, 200, hz=20)
    times = [sample.t for sample in samples(seen)]
    assert times == pytest.approx([1000 + tick / 20 for tick in range(200)])
    assert sampler.stats().dropped == 0


def test_a_late_tick_has_its_true_time_and_is_counted(ticking: Ticking) -> None:
    def late(number: int) -> None:
        if number == 3:
            ticking.t += 0.06

    ticking.on_wait = late
    seen, sampler = run([Counting("a", 5)], ticking, 6)
    assert samples(seen)[3].t == pytest.approx(1000.66)
    assert samples(seen)[4].t == pytest.approx(1000.8)
    stats = sampler.stats()
    assert (stats.late, stats.dropped) == (1, 0)
    assert stats.worst_late_seconds == pytest.approx(0.06)


def test_missed_ticks_are_dropped_and_counted_not_caught_up(ticking: Ticking) -> None:
    def block(number: int) -> float:
        if number == 2:
            ticking.t += 1.0
        return number

    seen, sampler = run([Counting("a", 5, block)], ticking, 4)
    assert [sample.t for sample in samples(seen)] == pytest.approx([1000, 1000.2, 1001.2, 1001.4])
    assert sampler.stats().dropped == 4


def test_a_suspend_is_a_gap_with_an_anchor(ticking: Ticking) -> None:
    def sleep(number: int) -> None:
        if number == 5:
            ticking.t += 3600

    ticking.on_wait = sleep
    seen, sampler = run([Counting("a", 5), Counting("b", 1)], ticking, 10)
    assert len(samples(seen)) == 10
    assert samples(seen)[5].t == pytest.approx(4601)
    assert samples(seen)[6].t == pytest.approx(4601.2)
    assert "b" in samples(seen)[5].values
    assert (sampler.stats().gaps, sampler.stats().dropped) == (1, 0)
    assert [event.t for event in seen if isinstance(event, Anchor)] == [1000, 4601]


def test_anchors_come_at_the_start_each_minute_and_when_wall_time_steps(ticking: Ticking) -> None:
    def step(number: int) -> None:
        if number == 400:
            ticking.wall_offset += 0.4
        if number == 500:
            ticking.wall_offset -= 2

    ticking.on_wait = step
    seen, _ = run([Counting("a", 5)], ticking, 700)
    anchors = [event for event in seen if isinstance(event, Anchor)]
    assert [anchor.t for anchor in anchors] == pytest.approx([1000, 1060, 1100])
    assert anchors[-1].wall == pytest.approx(1100 + 1_700_000_000 - 1.6)


def test_a_failing_sensor_backs_off_is_told_of_once_and_stops_nobody(ticking: Ticking) -> None:
    def fail(number: int) -> float:
        if 2 <= number < 6:
            raise OSError(5, "Input/output error")
        return number

    bad, good = Counting("bad", 5, fail), Counting("good", 5)
    seen, sampler = run([bad, good], ticking, 100)
    assert good.readings == 100
    lost = [sample for sample in samples(seen) if sample.values.get("bad", 0) is None]
    # Attempts at 0.2 s, then 1, 2, 4 s apart; the sixth, 8 s later, answers.
    assert [sample.t for sample in lost] == pytest.approx([1000.2, 1001.2, 1003.2, 1007.2])
    assert [text.split(" (")[0] for text in notices(seen)] == [
        "The sensor bad does not answer",
        "The sensor bad answers again.",
    ]
    assert sampler.stats().lost == ()


def test_the_longest_wait_between_attempts_is_30_seconds(ticking: Ticking) -> None:
    def fail(number: int) -> float:
        raise ValueError(f"attempt {number}")

    seen, sampler = run([Counting("bad", 5, fail)], ticking, 5 * 200)
    times = [sample.t for sample in samples(seen)]
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == pytest.approx([1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
    assert len(notices(seen)) == 1
    assert sampler.stats().lost == ("bad",)


def test_values_that_are_no_numbers_become_none(ticking: Ticking) -> None:
    seen, _ = run([Counting("a", 5, lambda number: nan)], ticking, 2)
    assert samples(seen)[0].values == {"a": None}


def test_an_escape_sequence_in_an_error_does_not_reach_the_notice(ticking: Ticking) -> None:
    def fail(number: int) -> float:
        raise RuntimeError("\x1b[31mred\nnext")

    seen, _ = run([Counting("a", 5, fail)], ticking, 1)
    assert "\x1b" not in notices(seen)[0]
    assert "\n" not in notices(seen)[0]


def test_a_sensor_that_hangs_has_a_thread_of_its_own_and_delays_nobody() -> None:
    release, reading, enough = threading.Event(), threading.Event(), threading.Event()

    def hang(number: int) -> float:
        reading.set()
        release.wait(30)
        return number

    seen: list[Event] = []
    fast, slow = Counting("fast", 20), Slow("slow", 20, hang)

    def emit(event: Event) -> None:
        seen.append(event)
        if fast.readings >= 5 and reading.is_set():
            enough.set()

    sampler = Sampler([fast, slow], emit, 20)
    sampler.start()
    assert enough.wait(30)
    assert slow.readings == 1
    sampler.stop()
    assert all("slow" not in sample.values for sample in samples(seen))
    release.set()


def test_start_twice_reads_once_and_stop_ends_the_reading() -> None:
    seen: list[Event] = []
    sensor = Counting("a", 20)
    third = threading.Event()

    def emit(event: Event) -> None:
        seen.append(event)
        if sensor.readings == 3:
            third.set()

    sampler = Sampler([sensor], emit, 20)
    sampler.start()
    sampler.start()
    assert third.wait(30)
    sampler.stop()
    readings = sensor.readings
    assert sensor.closed
    assert len(samples(seen)) == readings


def test_the_engine_pid_reaches_every_sensor() -> None:
    sensors = [Counting("a", 5), Counting("b", 5)]
    Sampler(sensors, lambda event: None).set_engine_pid(7)
    assert [sensor.engine for sensor in sensors] == [7, 7]


def test_the_gpu_that_the_engine_names_reaches_every_sensor(tmp_path: Path) -> None:
    sensors = [Counting("a", 5), Counting("b", 5)]
    options = LiveOptions(recordings=tmp_path, record=False)
    live = Live(options, live_parts(options, sensors=sensors))
    ready = events.EngineReady(t=1.0, pid=7, mlx="", mlx_lm="", device="gpu")
    live.emit(ready)
    live.poll()
    assert [sensor.gpu for sensor in sensors] == ["", ""]
    live.emit(msgspec.structs.replace(ready, device_address="0000:41:00.0"))
    live.poll()
    assert [sensor.gpu for sensor in sensors] == ["0000:41:00.0", "0000:41:00.0"]


@pytest.mark.parametrize("hz", [0, -1, 20.1, nan])
def test_a_rate_out_of_range_is_refused_in_words(hz: float) -> None:
    with pytest.raises(ValueError, match="sampling rate"):
        Sampler([], lambda event: None, hz)


def test_a_sensor_that_can_never_be_read_says_so_once() -> None:
    asked: list[float] = []
    said: list[events.AnyEvent] = []

    class Never(Sensor):
        def read(self) -> dict[str, float | None]:
            asked.append(1.0)
            raise Unusable("it is made for another system")

    guard = Guard(Never("never", 5, [("a_count", "a test")]), said.append)
    assert guard.read(0.0) == {"a_count": None}
    assert [guard.read(t) for t in (1.0, 100.0, 1e6)] == [{}, {}, {}]
    assert guard.lost
    assert len(asked) == 1
    assert [event.text for event in said if isinstance(event, events.Notice)] == [
        "The sensor never cannot be used: it is made for another system."
    ]
