"""From counters to shares: smoothing, clients that come and go, clients that overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.macos.gpu_time import Client, GpuTime

SECOND = 1_000_000_000


def share(
    readings: list[dict[int, Client]], engine: int | None = None, step: float = 0.2
) -> list[tuple[float | None, float | None]]:
    time = GpuTime()
    return [
        time.update(100 + number * step, clients, engine) for number, clients in enumerate(readings)
    ]


def test_nothing_is_said_before_half_a_second() -> None:
    readings = [{1: Client(7, number * SECOND // 10)} for number in range(6)]
    assert share(readings) == [(None, None)] * 3 + [(50, None)] * 3


def test_the_engines_share_is_told_apart() -> None:
    readings = [
        {1: Client(7, n * SECOND // 10), 2: Client(8, n * SECOND // 20), 3: Client(None, 0)}
        for n in range(6)
    ]
    assert share(readings, 8)[-1] == (75, 25)
    assert share(readings, 9)[-1] == (75, 0)


def test_one_long_piece_of_work_is_smoothed() -> None:
    used = [0, 0, 0, 0, 300, 300, 300, 300]
    readings = [{1: Client(7, milliseconds * 1_000_000)} for milliseconds in used]
    assert [busy for busy, _ in share(readings)] == [None, None, None, 0, 50, 50, 50, 0]


def test_a_client_that_closes_takes_nothing_away_and_a_new_one_sets_its_mark() -> None:
    readings = [
        {1: Client(7, n * SECOND // 10), **({2: Client(8, 90 * SECOND)} if n % 3 else {})}
        for n in range(12)
    ]
    assert {busy for busy, _ in share(readings)[3:]} == {50}


def test_a_counter_that_goes_back_is_dropped() -> None:
    counters = [5, 6, 1, 2, 3, 4]
    readings = [{1: Client(7, counter * SECOND // 10)} for counter in counters]
    assert share(readings)[-1] == (50, None)


def test_overlapping_clients_are_clamped() -> None:
    readings = [{i: Client(i, n * SECOND // 5) for i in range(3)} for n in range(6)]
    assert share(readings, 1)[-1] == (100, 100)


def test_a_jump_that_cannot_be_is_dropped() -> None:
    readings = [{1: Client(7, 0)}] * 4 + [{1: Client(7, 1 << 62)}] * 2
    assert share(readings)[-1] == (0, None)


def test_another_engine_begins_anew() -> None:
    time = GpuTime()
    found = []
    for number in range(10):
        pid = 7 if number < 5 else 8
        clients = {1: Client(7, number * SECOND // 10), 2: Client(8, number * SECOND // 10)}
        found.append(time.update(number * 0.2, clients, pid))
    assert [engine for _, engine in found] == [None, None, None, 50, 50, None, None, None, 50, 50]
    assert {busy for busy, _ in found[3:]} == {100}


def test_after_a_sleep_the_share_is_over_the_whole_time() -> None:
    time = GpuTime()
    readings = ((0.0, 0), (0.2, 0), (0.4, 0), (0.6, 0), (100.6, 50))
    found = [time.update(t, {1: Client(7, used * SECOND)}, None) for t, used in readings]
    assert found[-1][0] == pytest.approx(50, abs=0.2)


@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 4),
            st.builds(Client, st.none() | st.integers(0, 3), st.integers(-(1 << 70), 1 << 70)),
        ),
        max_size=12,
    ),
    st.none() | st.integers(0, 3),
    st.sampled_from([0.0, 0.05, 0.2, 1.0]),
)
def test_no_counters_make_a_share_that_cannot_be(
    readings: list[dict[int, Client]], engine: int | None, step: float
) -> None:
    for busy, own in share(readings, engine, step):
        assert busy is None or 0 <= busy <= 100
        assert own is None or 0 <= own <= 100
