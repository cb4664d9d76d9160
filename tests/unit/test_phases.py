"""Phases answer for any moment and any stretch of time."""

import math

from hypothesis import given
from hypothesis import strategies as st

from mlxtop.timeline.phases import PhaseName, Phases

NAMES: tuple[PhaseName, ...] = ("load", "prefill", "decode")
names: st.SearchStrategy[PhaseName | None] = st.sampled_from([*NAMES, None])


@given(
    st.lists(st.tuples(st.integers(0, 4), names), max_size=40),
    st.lists(st.tuples(st.integers(-2, 90), st.integers(1, 20)), min_size=1, max_size=10),
)
def test_phases_are_found_as_by_looking_at_all(
    said: list[tuple[int, PhaseName | None]], asked: list[tuple[int, int]]
) -> None:
    phases, t = Phases(), 0
    for step, name in said:
        t += step
        if name is None:
            phases.end(t)
        else:
            phases.begin(name, t)
    for start, length in asked:
        end = start + length
        for wanted in NAMES:
            there = any(p.name == wanted and p.start < end and p.end >= start for p in phases)
            assert phases.within(wanted, start, end) == there
        before = [phase for phase in phases if phase.start <= start]
        expected = before[-1].name if before and start < before[-1].end else "idle"
        assert phases.at(start) == expected


def test_only_the_last_phase_goes_on() -> None:
    phases = Phases()
    phases.begin("prefill", 1.0)
    assert phases.open is phases[0]
    phases.begin("decode", 2.0)
    assert [(phase.start, phase.end) for phase in phases] == [(1.0, 2.0), (2.0, math.inf)]
    phases.end(3.0)
    assert phases.open is None


def test_a_phase_never_begins_before_the_one_before() -> None:
    phases = Phases()
    phases.begin("prefill", 5.0)
    phases.begin("decode", 4.0)
    assert [(phase.start, phase.end) for phase in phases] == [(5.0, 5.0), (5.0, math.inf)]
