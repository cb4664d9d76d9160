"""What is told by a bell or a notice, and when not."""

import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.timeline import Timeline
from mlxtop.tui.run.attention import Attention


def turn(number: int, t: float, seconds: float, *, trial: bool = False) -> list[AnyEvent]:
    purpose = events.Purpose(benchmark=1, what="trial", point=0) if trial else None
    return [
        events.TurnStart(t=t, turn=number, index=1, purpose=purpose),
        events.TurnEnd(t=t + seconds, turn=number, finish_reason="stop"),
    ]


def level(t: float, value: float) -> events.Sample:
    return events.Sample(t=t, values={"pressure.level": value})


PLAN = events.BenchmarkStart(t=1, benchmark=1, plan="tokens", points=[events.PlanPoint(label="a")])
END = events.BenchmarkEnd(t=9, benchmark=1, outcome="complete")


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([turn(1, 0, 30)], ["The answer is complete."]),
        ([turn(1, 0, 3)], []),
        ([turn(1, 0, 30, trial=True)], []),
        ([turn(1, 0, 30), turn(2, 40, 30)], ["The answer is complete."] * 2),
        ([[PLAN], [END]], ["The benchmark has ended."]),
        (
            [[level(1, 0)], [level(2, 1)], [level(3, 1)], [level(4, 0)]],
            ["Memory pressure is WARN."],
        ),
        ([[level(1, 2)]], []),
    ],
)
def test_what_is_told_once(steps: list[list[AnyEvent]], told: list[str]) -> None:
    found: list[str] = []
    for watched in (False, True):
        attention, timeline = Attention(found.append, lambda watched=watched: watched), Timeline()  # type: ignore[misc]
        for step in steps:
            for event in step:
                timeline.add(event)
            attention.look(timeline)
            attention.look(timeline)
    assert found == told, "nothing is told while the terminal is looked at"
