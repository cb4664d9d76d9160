"""The pressure level, read or derived: what a plain list of all samples gives."""

import math

from hypothesis import given
from hypothesis import strategies as st

from mlxtop.events import Header, Sample, SensorInfo
from mlxtop.folds.pressure import LEVEL_FIGURES, PressureLevel, pressure_level
from mlxtop.recording.totals import Totals
from mlxtop.timeline import Timeline

SOME, AVAILABLE, TOTAL = (
    "pressure.some_avg10_percent",
    "memory.available_bytes",
    "memory.total_bytes",
)
SLOW = 0.5
"""Hertz of one of the figures: a reading of it stands for 5 s, of the others for 2.5 s."""
HEADER = Header(
    t=10.0, schema=1, wall=1.7e9, clock="TEST", mlxtop="0",
    sensors=[
        SensorInfo(name=SOME, unit="percent", source="", hz=5.0),
        SensorInfo(name=AVAILABLE, unit="bytes", source="", hz=SLOW),
        SensorInfo(name=TOTAL, unit="bytes", source="", hz=0.0),
    ],
)  # fmt: skip
HOLDS = {SOME: 2.5, AVAILABLE: 2.5 / SLOW, TOTAL: math.inf}

samples = st.lists(
    st.tuples(
        st.sampled_from([-2.0, -0.75, -0.25, 0.0, 0.25, 1.0, 4.0]),
        st.fixed_dictionaries(
            {},
            optional={
                SOME: st.sampled_from([None, 0.0, 12.0]),
                AVAILABLE: st.sampled_from([None, 2.0, 8.0, 50.0]),
                TOTAL: st.just(100.0),
            },
        ),
        st.sampled_from([{}, {}, {}, *({"pressure.level": level} for level in (None, 0.0, 2.0))]),
    ),
    min_size=2,
    max_size=15,
)
"""Seconds since the sample before, figures, and for some a level that the system says."""


def standing(taken: list[Sample], name: str, t: float) -> float | None:
    """Return a figure as it stood, looked up among all samples."""
    named = [one for one in taken if one.t <= t and name in one.values]
    # Of equal times the one that came last.
    last = max(enumerate(named), key=lambda pair: (pair[1].t, pair[0]), default=(0, None))[1]
    return last.values[name] if last is not None and t - last.t <= HOLDS[name] else None


def simple_level(taken: list[Sample]) -> list[float | None]:
    """Return the level as of the last of the samples; an empty list where it tells none."""
    t, values = taken[-1].t, taken[-1].values
    if any("pressure.level" in one.values for one in taken):
        return [values["pressure.level"]] if "pressure.level" in values else []
    if t < max(one.t for one in taken) - 1.0:
        return []
    return [pressure_level({name: standing(taken, name, t) for name in HOLDS})]


@given(samples, st.sampled_from([0, 2, 4]))
def test_it_is_that_of_a_list_of_all_samples(
    said: list[tuple[float, dict[str, float | None], dict[str, float | None]]],
    read_from: int,
) -> None:
    t, taken = 20.0, list[Sample]()
    level, timeline, totals = PressureLevel(HEADER.sensors), Timeline(), Totals(HEADER)
    timeline.add(HEADER)
    now: float | None = None
    worst: float | None = None
    for place, (later, figures, read) in enumerate(said):
        t += later
        is_read = 0 < read_from <= place
        sample = Sample(t=t, values=figures | read if is_read else figures)
        taken.append(sample)
        level.take(sample)
        timeline.add(sample)
        totals.add(sample)
        for now in simple_level(taken):
            assert timeline.readings.value("pressure.level", t) == now
            if now is not None:
                worst = now if worst is None else max(worst, now)
        assert level.level == now
    assert totals.figures().worst_level == worst
    if (series := timeline.series.get("pressure.level")) is not None:
        known = [value for value in series.values if value == value]
        assert max(known, default=None) == worst


def test_a_late_sample_is_judged_by_what_stood_at_its_time() -> None:
    level = PressureLevel(HEADER.sensors)
    for place in range(8):
        level.take(Sample(t=20.0 + place / 8, values={SOME: 12.0 if place < 4 else 0.0}))
    assert level.level == 0
    assert level.take(Sample(t=20.4, values={}))
    assert level.level == 1
    level.take(Sample(t=21.0, values={}))
    assert level.level == 0


def test_a_sample_that_comes_much_too_late_hides_nothing() -> None:
    level = PressureLevel(HEADER.sensors)
    level.take(Sample(t=20.0, values={SOME: 12.0}))
    for place in range(11):
        level.take(Sample(t=20.125 + place / 8, values={TOTAL: 100.0}))
    assert not level.take(Sample(t=19.0, values={SOME: 0.0}))
    level.take(Sample(t=21.5, values={}))
    assert level.level == 1


def test_a_figure_that_was_not_known_at_first_expires_like_any_other() -> None:
    level = PressureLevel(HEADER.sensors)
    for t, values in ((18.0, {}), (18.0, {SOME: 0.0}), (20.5, {})):
        level.take(Sample(t=t, values=dict[str, float | None](values)))
    assert level.level == 0
    level.take(Sample(t=20.6, values={}))
    assert level.level is None


def test_what_it_holds_is_bounded() -> None:
    level = PressureLevel(HEADER.sensors)
    for place in range(1000):
        level.take(Sample(t=20.0 + place / 5, values=dict.fromkeys(LEVEL_FIGURES, 1.0)))
    assert len(level._recent) <= 40
