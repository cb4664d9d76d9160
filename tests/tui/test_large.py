"""The large number, and the context meter beside it."""

import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.context import Context, context_at, meter
from mlxtop.tui.widgets.large import LARGEST, large_number
from mlxtop.tui.widgets.rows import length, text
from tests.tui.timelines import turn

DIGITS = "0123456789"


def test_every_digit_is_as_wide_as_another_and_looks_different() -> None:
    drawn = {digit: large_number(digit) for digit in DIGITS}
    assert {len(row) for rows in drawn.values() for row in rows} == {4}
    assert len({*drawn.values(), large_number("—")}) == 11


@pytest.mark.parametrize("number", ["183.9", "1,234", "—", "0.5", "98,765"])
def test_three_rows_of_equal_length(number: str) -> None:
    rows = large_number(number)
    assert len({len(row) for row in rows}) == 1
    assert (len(rows[0]) <= LARGEST) is (number != "98,765")


def test_a_point_is_not_a_comma() -> None:
    assert large_number("1,234") == large_number("1234") != large_number("1.234")


def timeline_of(*made: AnyEvent) -> Timeline:
    timeline = Timeline()
    for event in made:
        timeline.add(event)
    return timeline


LOADED = events.LoadEnd(t=1.0, model="m", context_tokens=8192)
ASKED = events.Message(t=9.0, index=0, role="user", text="x")


def test_the_context_grows_with_the_reply_and_stays() -> None:
    timeline = timeline_of(LOADED, events.Conversation(t=2.0, id=1), ASKED, *turn(10.0, 1, 50, 50))
    used = [context_at(timeline, t).used for t in (9.5, 10.5, 11.9, 30.0)]
    assert used[0] is None
    assert used[1] == 4096
    assert used[2] is not None
    assert 4096 < used[2] < 4146
    assert used[3] == 4146
    assert context_at(timeline, 30.0).window == 8192


def test_a_new_conversation_has_a_context_of_its_own() -> None:
    new: list[AnyEvent] = [
        events.Conversation(t=40.0, id=2),
        events.Message(t=41.0, index=0, role="user", text=""),
    ]
    timeline = timeline_of(LOADED, ASKED, *turn(10.0, 1, 50, 50), *new)
    assert context_at(timeline, 39.0).used == 4146
    assert context_at(timeline, 41.5).used is None
    timeline.add(events.TurnStart(t=42.0, turn=2, index=1))
    assert context_at(timeline, 42.5).used is None
    timeline.add(events.Prefill(t=43.0, turn=2, done_tokens=5, total_tokens=20))
    assert context_at(timeline, 43.5).used == 20


def test_an_earlier_conversation_that_goes_on_has_its_context_again() -> None:
    timeline = timeline_of(
        LOADED,
        events.Conversation(t=2.0, id=1),
        ASKED,
        *turn(10.0, 1, 50, 50),
        events.Conversation(t=40.0, id=2),
        events.Conversation(t=50.0, id=1, resumed=True),
    )
    assert [context_at(timeline, t).used for t in (45.0, 55.0)] == [None, 4146]


def test_requests_that_are_answered_together_have_no_context() -> None:
    start, *rest = turn(10.0, 1, 50, 50)
    batch = events.TurnStart(t=start.t, turn=1, index=1, batch=4)
    assert context_at(timeline_of(LOADED, batch, *rest), 30.0).used is None


@pytest.mark.parametrize("width", range(18, 60))
def test_the_meter_fills_its_row_and_always_has_a_figure(width: int) -> None:
    row = meter(Context(2048, 8192), width)
    assert length(row) == width
    assert "25 %" in text(row) or "2,048 of 8,192 tok" in text(row)
    assert ("█" in text(row)) is (width >= 33)


@pytest.mark.parametrize("context", [Context(None, 8192), Context(5, None), Context(None, None)])
def test_what_is_unknown_of_the_context_is_a_dash(context: Context) -> None:
    for width in (20, 48):
        assert "—" in text(meter(context, width))
        assert "█" not in text(meter(context, width))


def test_more_than_the_window_is_a_full_bar() -> None:
    assert "░" not in text(meter(Context(9000, 8192), 48))
