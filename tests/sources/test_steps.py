"""Stepping by samples, tokens, phases and marks."""

import pytest

from mlxtop.events import Mark, Sample, Tokens, TurnEnd
from mlxtop.sources.playhead import Unit, next_moment
from mlxtop.timeline import Timeline
from tests.sources.talk import turn_start

UNITS: list[Unit] = ["sample", "token", "phase", "mark"]


def run() -> Timeline:
    """Return a run of two turns: prefill 10–11, tokens 11–12.5; prefill 20–21, tokens 21–22."""
    timeline = Timeline()
    for second in range(30):
        timeline.add(Sample(t=float(second), values={}))
    for number, begun in ((1, 10.0), (2, 20.0)):
        timeline.add(turn_start(number, begun))
        times = [begun + 1.0, begun + 1.5, begun + 2.0]
        timeline.add(Tokens(t=times[-1], turn=number, times=times, text=["a", "b", "c"]))
        timeline.add(TurnEnd(t=begun + 2.5, turn=number, finish_reason="stop", generation_tokens=3))
    timeline.add(Mark(t=5.0, note="early"))
    timeline.add(Mark(t=25.0, note="late"))
    return timeline


@pytest.mark.parametrize(
    ("unit", "t", "before", "after"),
    [
        ("sample", 3.5, 3.0, 4.0),
        ("sample", 3.0, 2.0, 4.0),
        ("token", 11.2, 11.0, 11.5),
        ("token", 11.0, None, 11.5),
        ("token", 12.0, 11.5, 21.0),
        ("token", 16.0, 12.0, 21.0),
        ("token", 22.0, 21.5, None),
        ("phase", 1.0, None, 10.0),
        ("phase", 10.5, 10.0, 11.0),
        ("phase", 11.0, 10.0, 12.5),
        ("phase", 12.0, 11.0, 12.5),
        ("phase", 15.0, 12.5, 20.0),
        ("phase", 28.0, 22.5, None),
        ("mark", 5.0, None, 25.0),
        ("mark", 10.0, 5.0, 25.0),
        ("mark", 25.0, 5.0, None),
    ],
)
def test_steps(unit: Unit, t: float, before: float | None, after: float | None) -> None:
    timeline = run()
    assert next_moment(timeline, t, unit, forward=False) == before
    assert next_moment(timeline, t, unit, forward=True) == after


@pytest.mark.parametrize("unit", UNITS)
def test_an_empty_run_has_nothing_to_step_to(unit: Unit) -> None:
    assert next_moment(Timeline(), 1.0, unit, forward=True) is None
    assert next_moment(Timeline(), 1.0, unit, forward=False) is None


@pytest.mark.parametrize("unit", UNITS)
def test_steps_to_and_fro_visit_the_same_moments(unit: Unit) -> None:
    timeline = run()

    def walk(t: float, *, forward: bool) -> list[float]:
        seen = []
        while (moment := next_moment(timeline, t, unit, forward=forward)) is not None:
            seen.append(moment)
            t = moment
        return seen

    there = walk(-1.0, forward=True)
    assert there == sorted(set(there))
    assert walk(99.0, forward=False) == there[::-1]
    assert len(there) == {"sample": 30, "token": 6, "phase": 6, "mark": 2}[unit]


def test_a_phase_that_goes_on_has_no_end_to_step_to() -> None:
    timeline = Timeline()
    timeline.add(turn_start(1, 10.0))
    assert next_moment(timeline, 10.0, "phase", forward=True) is None
