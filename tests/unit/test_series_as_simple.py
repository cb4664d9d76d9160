"""Series that share times and know their peaks answer as plain lists of readings would."""

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.folds import peaks
from mlxtop.timeline.series import Series, Times

NAMES = ("a", "b", "c", "d")
HOLD = 1.0


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Let some dozens of readings have several levels of peaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peaks, "BLOCK", 3)
        yield


class Simple:
    """Two lists, looked through from one end to the other."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.values: list[float] = []

    def add(self, t: float, value: float | None) -> None:
        place = bisect_right(self.times, t)
        self.times.insert(place, t)
        self.values.insert(place, math.nan if value is None else value)

    def at(self, t: float) -> float | None:
        place = bisect_right(self.times, t) - 1
        if place < 0 or t - self.times[place] > HOLD or math.isnan(self.values[place]):
            return None
        return self.values[place]

    def last_before(self, t: float) -> tuple[float, float] | None:
        found = [
            (at, value)
            for at, value in zip(self.times, self.values, strict=True)
            if at <= t and not math.isnan(value)
        ]
        return found[-1] if found else None

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        pairs = zip(self.times, self.values, strict=True)
        return [(at, value) for at, value in pairs if start < at <= end]

    def columns(self, start: float, width: float, count: int, until: float) -> list[float]:
        result, left = [math.nan] * count, start
        for column in range(count):
            if start + column * width >= until:
                break
            right = min(start + column * width + width, until)
            inside = [value for _, value in self.between(left, right)]
            before = self.between(-math.inf, left)
            if inside:
                known = [value for value in inside if not math.isnan(value)]
                result[column] = max(known, default=math.nan)
            elif before and right - before[-1][0] <= HOLD:
                result[column] = before[-1][1]
            left = right
        return result


steps = st.sampled_from([0.0, 0.2, 0.2, 0.2, 0.2, 3.0, -0.7])
values = st.none() | st.sampled_from([0.0, 0.0, 0.0, 7.5, -math.inf]) | st.floats(-1e3, 1e3)
samples = st.lists(
    st.tuples(steps, st.dictionaries(st.sampled_from(NAMES), values)), min_size=1, max_size=40
)


def same(one: object, other: object) -> bool:
    """Return whether two answers are equal; NaN is the same as NaN."""
    return repr(one) == repr(other)


@given(samples, st.lists(st.floats(-1, 20), min_size=1, max_size=3), st.floats(0.05, 4))
def test_any_question_has_the_simple_answer(
    read: list[tuple[float, dict[str, float | None]]], moments: list[float], width: float
) -> None:
    shared, t = Times(), 5.0
    known: dict[str, Series] = {}
    plain: dict[str, Simple] = {}
    for step, figures in read:
        t += step
        for name, value in figures.items():
            known.setdefault(name, Series(HOLD, shared)).add(t, value)
            plain.setdefault(name, Simple()).add(t, value)
        # Asked while it grows: what was made for an answer must stay right.
        for name, simple in plain.items():
            assert same(known[name].last_before(t), simple.last_before(t))
            assert known[name].known == any(v == v for v in simple.values)
    for name, simple in plain.items():
        series = known[name]
        assert list(series.times) == simple.times
        assert same(list(series.values), simple.values)
        assert len(series) == len(simple.times)
        for moment in (*moments, t, math.inf):
            assert same(series.at(moment), simple.at(moment))
            assert same(series.last_before(moment), simple.last_before(moment))
            assert same(series.between(moment - 3, moment), simple.between(moment - 3, moment))
            asked = (moment - 8 * width, width, 10, moment + width)
            if moment < math.inf:
                assert same(series.columns(*asked), simple.columns(*asked))
        assert same(series.columns(0.0, 30.0, 1, 30.0), simple.columns(0.0, 30.0, 1, 30.0))


changes = st.tuples(st.floats(0, 1), st.none() | st.floats(-9, 9))


@given(st.lists(st.none() | st.floats(-9, 9), min_size=30, max_size=70), st.lists(changes))
def test_peaks_stay_right_when_something_is_put_in_between(
    begun: list[float | None], put: list[tuple[float, float | None]]
) -> None:
    numbers = array("d", [math.nan if value is None else value for value in begun])
    made = peaks.Peaks(numbers)
    for share, value in put:
        place = int(share * len(numbers))
        assert same(made.highest(place // 2, len(numbers)), highest(numbers[place // 2 :]))
        numbers.insert(place, math.nan if value is None else value)
        made.forget(place)
        for low in range(0, len(numbers), 7):
            assert same(made.highest(low, len(numbers)), highest(numbers[low:]))


def highest(numbers: Iterable[float]) -> float:
    return max((number for number in numbers if not math.isnan(number)), default=math.nan)


def test_figures_that_are_read_together_hold_their_times_once() -> None:
    shared = Times()
    fast, also_fast, slow, also_slow = (Series(HOLD, shared) for _ in range(4))
    for tick in range(50):
        for series in (fast, slow, also_fast, also_slow):
            if tick % 5 == 0 or series in (fast, also_fast):
                series.add(tick / 5, 1.0)
    assert fast.times is also_fast.times
    assert slow.times is also_slow.times
    assert (len(fast), len(slow)) == (50, 10)


def test_a_figure_that_comes_late_once_takes_its_times_along() -> None:
    shared = Times()
    one, other = Series(HOLD, shared), Series(HOLD, shared)
    for t in (1.0, 2.0, 3.0):
        one.add(t, t)
        other.add(t, t)
    other.add(1.5, 9.0)
    one.add(4.0, 4.0)
    assert list(one.times) == [1.0, 2.0, 3.0, 4.0]
    assert other.between(0.0, 9.0) == [(1.0, 1.0), (1.5, 9.0), (2.0, 2.0), (3.0, 3.0)]
