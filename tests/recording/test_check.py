"""What an event declares about its numbers and its order holds for every one that is read."""

import pytest

from mlxtop import events
from mlxtop.recording.check import unsound
from mlxtop.recording.validate import OrderCheck


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (events.TurnStart(t=1, turn=1, index=1, batch=0), "field `batch` is out of range"),
        (events.Anchor(t=1, wall=-1e13), "its wall time is out of range"),
        (events.Anchor(t=1e13, wall=1), "its time is out of range"),
        (events.Mark(t=float("nan")), "its time is out of range"),
        (events.Tokens(t=1, turn=1, times=[1, -1]), "a token's time is out of range"),
        (events.Tokens(t=1, turn=10**40, times=[]), "field `turn` is out of range"),
        (events.Sample(t=1, values={"cpu.load_1m": 1e31}), "a value in field `values`"),
    ],
)
def test_a_number_out_of_its_range_is_named(event: events.AnyEvent, reason: str) -> None:
    assert unsound(event).startswith(reason)


def test_a_header_whose_sensors_have_impossible_numbers_is_unsound() -> None:
    sensor = events.SensorInfo(name="cpu.load_1m", unit="load", source="", hz=1e31)
    header = events.Header(t=1, schema=1, wall=1, clock="", mlxtop="0", sensors=[sensor])
    assert unsound(header) == "field `hz` is out of range"


def test_all_events_of_turns_come_in_order_whatever_their_kind() -> None:
    order = OrderCheck()
    given: list[events.AnyEvent] = [
        events.TurnStart(t=10.0, turn=1, index=1),
        events.Tokens(t=10.5, turn=1, times=[10.5]),
        events.Breakdown(t=10.4, turn=1, parts={}, steps=1),
    ]
    assert [one.text for event in given for one in order.take(event)] == [
        "its time is 0.100 s before that of the turn before it"
    ]


def test_sensors_are_as_many_sources_as_there_are_sets_of_figures() -> None:
    order = OrderCheck()
    for t, name in ((10.0, "cpu.load_1m"), (10.5, "gpu.power_watts"), (10.2, "cpu.load_1m")):
        assert not order.take(events.Sample(t=t, values={name: 1.0}))
    (found,) = order.take(events.Sample(t=10.1, values={"cpu.load_1m": 1.0}))
    assert found.text == "its time is 0.100 s before that of the sample of cpu before it"


def test_a_turn_begins_once_whether_it_is_over_or_not() -> None:
    order = OrderCheck()
    start = events.TurnStart(t=10.0, turn=1, index=1)
    assert not order.take(start)
    (open_still,) = order.take(start)
    assert not order.take(events.TurnEnd(t=11.0, turn=1, finish_reason="stop"))
    (over,) = order.take(events.TurnStart(t=12.0, turn=1, index=1))
    assert open_still.text == over.text == "turn 1 begins a second time"


def test_after_missing_lines_nothing_is_wrong_that_they_may_explain() -> None:
    order = OrderCheck()
    (wrong,) = order.take(events.Tokens(t=10.0, turn=7, times=[10.0]))
    assert wrong.text == "tokens of turn 7, which is not open"
    assert not order.take(events.Notice(t=10.0, text="the disk was full", missing=3))
    for event in (
        events.Tokens(t=11.0, turn=8, times=[11.0]),
        events.TurnEnd(t=12.0, turn=8, finish_reason="stop", generation_tokens=40),
        events.Trial(t=12.0, benchmark=2, point=0, number=1),
    ):
        assert not order.take(event)
