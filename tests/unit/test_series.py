"""A series answers for any moment, keeps gaps and keeps spikes."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop import events
from mlxtop.timeline import Timeline
from mlxtop.timeline.series import Series, Times


def series(*readings: tuple[float, float | None]) -> Series:
    made = Series(hold=1.0)
    for t, value in readings:
        made.add(t, value)
    return made


def test_a_reading_stands_until_it_is_too_old() -> None:
    s = series((1.0, 5.0), (2.0, 6.0))
    assert s.at(0.9) is None
    assert s.at(1.0) == 5.0
    assert s.at(1.9) == 5.0
    assert s.at(3.0) == 6.0
    assert s.at(3.1) is None
    assert s.last_before(9.0) == (2.0, 6.0)


def test_unknown_is_not_zero_and_not_the_one_before() -> None:
    s = series((1.0, 5.0), (1.5, None))
    assert s.at(1.5) is None
    assert s.last_before(1.6) == (1.0, 5.0)


def test_a_late_reading_is_put_in_its_place() -> None:
    s = series((1.0, 1.0), (3.0, 3.0), (2.0, 2.0))
    assert list(s.times) == [1.0, 2.0, 3.0]
    assert s.at(2.5) == 2.0


def test_a_spike_of_one_sample_is_in_its_column() -> None:
    s = series(*((i / 5, 1.0) for i in range(50)))
    s.add(5.02, 99.0)
    columns = s.columns(0.0, 1.0, 10, until=10.0)
    assert columns[5] == 99.0
    assert [c for i, c in enumerate(columns) if i != 5] == [1.0] * 9


def test_a_gap_stays_a_gap() -> None:
    s = series((0.5, 1.0), (6.5, 2.0))
    columns = s.columns(0.0, 1.0, 8, until=8.0)
    assert columns[0] == 1.0
    assert columns[6] == 2.0
    assert all(math.isnan(c) for c in columns[2:6])


def test_nothing_after_the_moment_looked_at() -> None:
    s = series((0.5, 1.0), (1.5, 50.0))
    columns = s.columns(0.0, 1.0, 3, until=1.2)
    assert columns[1] == 1.0
    assert math.isnan(columns[2])


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(-1e6, 1e6) | st.none()), max_size=60),
    st.floats(0, 100),
)
def test_order_of_arrival_does_not_matter_to_times(
    readings: list[tuple[float, float | None]], until: float
) -> None:
    s = series(*readings)
    assert list(s.times) == sorted(t for t, _ in readings)
    known = [v for t, v in readings if v is not None and t <= until]
    columns = s.columns(-1.0, 102.0, 1, until=until)
    assert (columns[0] == max(known)) if known else math.isnan(columns[0])


def test_figures_that_each_come_at_a_time_of_their_own_part_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Work grows with their number, not with its square."""
    made: list[Times] = []
    begin = Times.__init__

    def counted(self: Times, *stamps: "array[float]") -> None:
        made.append(self)
        begin(self, *stamps)

    monkeypatch.setattr(Times, "__init__", counted)
    timeline = Timeline()
    for place in range(500):
        timeline.add(events.Sample(t=float(place), values={f"figure{place}": 1.0}))
    assert len(made) <= 501
    assert all(len(one._parted) == 0 for one in made[1:]), "none is looked for through another"
    assert all(timeline.readings.value(f"figure{place}", place) == 1.0 for place in range(500))


def test_times_that_run_backwards_are_put_in_order_when_somebody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Times] = []
    begin = Times.__init__

    def counted(self: Times, *stamps: "array[float]") -> None:
        made.append(self)
        begin(self, *stamps)

    monkeypatch.setattr(Times, "__init__", counted)
    timeline = Timeline()
    for t in range(500, 0, -1):
        values: dict[str, float | None] = {"pressure.some_avg10_percent": float(t)}
        timeline.add(events.Sample(t=float(t), values=values))
    assert len(made) <= 5
    series = timeline.series["pressure.some_avg10_percent"]
    assert len(series) == 500
    assert list(series.times) == [float(t) for t in range(1, 501)]
    assert list(series.values) == [float(t) for t in range(1, 501)]
    assert len(made) <= 6


def test_figures_that_part_together_go_on_together() -> None:
    timeline = Timeline()
    for place in range(20):
        timeline.add(events.Sample(t=place, values={"fast": 1.0}))
        if place % 5 == 0:
            timeline.add(events.Sample(t=place + 0.1, values={"slow": 1.0, "slower": 2.0}))
    fast, slow, slower = (timeline.series[name] for name in ("fast", "slow", "slower"))
    assert slow._times is slower._times is not fast._times
    assert list(slow.times) == [0.1, 5.1, 10.1, 15.1]
