"""The timeline as a whole: transcript, phases and derived figures at any moment."""

import math

import pytest

from mlxtop import events
from mlxtop.events import (
    AnyEvent,
    Conversation,
    End,
    Header,
    LoadEnd,
    LoadStart,
    Message,
    Sample,
    Tokens,
    TurnEnd,
    TurnStart,
)
from mlxtop.folds.turn import token_rates
from mlxtop.timeline import Timeline


def timeline(*said: AnyEvent) -> Timeline:
    made = Timeline()
    for event in said:
        made.add(event)
    return made


def turn(number: int, start: float, index: int, *pieces: str) -> list[AnyEvent]:
    times = [start + 1 + i / 10 for i in range(len(pieces))]
    return [
        TurnStart(t=start, turn=number, index=index),
        Tokens(t=times[-1], turn=number, times=times, text=list(pieces)),
        TurnEnd(t=times[-1] + 0.1, turn=number, finish_reason="stop"),
    ]


def said(t: Timeline, moment: float) -> list[str | None]:
    return [entry.text for entry in t.transcript.at(moment)]


CHAT: list[AnyEvent] = [
    Conversation(t=0.0, id=1),
    Message(t=10.0, index=0, role="user", text="one"),
    *turn(1, 10.1, 1, "A", "B"),
    Message(t=20.0, index=2, role="user", text="two"),
    *turn(2, 20.1, 3, "C"),
]


def test_the_transcript_rewinds() -> None:
    t = timeline(*CHAT)
    assert said(t, 9.0) == []
    assert said(t, 10.0) == ["one"]
    assert said(t, 10.5) == ["one", ""]
    assert said(t, 11.1) == ["one", "A"]
    assert said(t, 15.0) == ["one", "AB"]
    assert said(t, 30.0) == ["one", "AB", "two", "C"]


def test_an_edit_cuts_off_what_came_after_but_only_from_then_on() -> None:
    t = timeline(
        *CHAT, Message(t=40.0, index=0, role="user", text="changed"), *turn(3, 40.1, 1, "Z")
    )
    assert said(t, 39.0) == ["one", "AB", "two", "C"]
    assert said(t, 40.0) == ["changed"]
    assert said(t, 50.0) == ["changed", "Z"]


def test_regenerating_replaces_the_reply() -> None:
    t = timeline(*CHAT, *turn(3, 40.1, 3, "again"))
    assert said(t, 50.0) == ["one", "AB", "two", "again"]
    keys = [entry.key for entry in t.transcript.at(50.0)]
    assert keys[:3] == [entry.key for entry in t.transcript.at(30.0)][:3]
    assert len(set(keys)) == 4


def test_the_system_prompt_stands_first_and_cuts_nothing() -> None:
    t = timeline(*CHAT, Message(t=40.0, index=-1, role="system", text="Be brief."))
    assert said(t, 41.0) == ["Be brief.", "one", "AB", "two", "C"]
    t.add(Message(t=42.0, index=-1, role="system", text=""))
    assert said(t, 43.0) == ["one", "AB", "two", "C"]


def test_a_new_conversation_is_empty() -> None:
    t = timeline(*CHAT, Conversation(t=40.0, id=2))
    assert said(t, 40.0) == []
    assert len(said(t, 39.9)) == 4


def test_phases_follow_the_engine() -> None:
    t = timeline(
        LoadStart(t=1.0, model="demo"), LoadEnd(t=3.0, model="demo"), *turn(1, 10.0, 1, "A", "B")
    )
    moments = {0.5: "idle", 2.0: "load", 5.0: "idle", 10.5: "prefill", 11.05: "decode"}
    assert {moment: t.phases.at(moment) for moment in moments} == moments
    assert t.phases.at(12.0) == "idle"


def test_a_model_that_failed_to_load_is_no_model() -> None:
    t = timeline(
        LoadStart(t=1.0, model="demo"),
        LoadEnd(t=2.0, model="demo"),
        LoadStart(t=5.0, model="big"),
        LoadEnd(t=6.0, model="big", error="It does not fit."),
    )
    at = {moment: t.model.at(moment) for moment in (1.5, 3.0, 5.5, 7.0)}
    assert at[3.0] is not None
    assert [at[moment] for moment in (1.5, 5.5, 7.0)] == [None, None, None]


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"pressure.level": 1.0, "pressure.full_avg10_percent": 90.0}, 1),
        ({"pressure.some_avg10_percent": 9.9, "pressure.full_avg10_percent": 4.9}, 0),
        ({"pressure.some_avg10_percent": 10.0, "pressure.full_avg10_percent": 0.0}, 1),
        ({"pressure.some_avg10_percent": 0.0, "pressure.full_avg10_percent": 5.0}, 1),
        ({"pressure.some_avg10_percent": 50.0, "pressure.full_avg10_percent": 40.0}, 2),
        ({"memory.available_bytes": 4.0, "memory.total_bytes": 100.0}, 2),
        (
            {
                "memory.available_bytes": 4.0,
                "memory.total_bytes": 100.0,
                "swap.total_bytes": 100.0,
                "swap.used_bytes": 10.0,
            },
            1,
        ),
        ({"memory.available_bytes": 50.0, "memory.total_bytes": 100.0}, 0),
        (
            {
                "memory.available_bytes": 8.0,
                "memory.total_bytes": 1000.0,
                "memory.limit_bytes": 100.0,
            },
            1,
        ),
        (  # a machine with plenty, and a container that is as good as full
            {
                "memory.available_bytes": 900.0,
                "memory.total_bytes": 1000.0,
                "memory.limit_bytes": 100.0,
                "memory.limit_left_bytes": 4.0,
            },
            2,
        ),
        (  # and one with plenty on a machine that is full
            {
                "memory.available_bytes": 80.0,
                "memory.total_bytes": 1000.0,
                "memory.limit_bytes": 100.0,
                "memory.limit_left_bytes": 90.0,
            },
            1,
        ),
    ],
)
def test_pressure_is_derived_where_it_is_not_read(
    values: dict[str, float | None], level: int
) -> None:
    t = timeline(Sample(t=1.0, values=values))
    assert t.readings.value("pressure.level", 1.0) == level


def test_nothing_known_gives_no_level() -> None:
    assert (
        timeline(Sample(t=1.0, values={"cpu.user_percent": 1.0})).readings.value(
            "pressure.level", 1.0
        )
        is None
    )


def test_a_long_column_of_speed_shows_the_reply_that_ended_in_it() -> None:
    t = timeline(
        *turn(1, 10.0, 1, "A", "B", "C"),
        TurnStart(t=50.0, turn=2, index=1),
        TurnEnd(t=90.0, turn=2, finish_reason="cancelled"),
    )
    # In the first column a later turn has begun, and said nothing yet.
    first, second = token_rates(t.turn_log, 0.0, 60.0, 2, until=120.0)
    assert first == pytest.approx(10.0)
    assert math.isnan(second)


def test_mlx_memory_stands_until_the_next_report() -> None:
    t = timeline(events.MlxMemory(t=1.0, active_bytes=5, cache_bytes=6, peak_bytes=7))
    assert t.readings.value("mlx.active_bytes", 5000.0) == 5.0


def test_the_strip_begins_at_most_thirty_seconds_before_the_first_turn() -> None:
    early = events.Notice(t=1.0, text="long ago")
    assert timeline(early, *turn(1, 100.0, 1, "A")).origin == 70.0
    assert timeline(early, *turn(1, 20.0, 1, "A")).origin == 1.0
    assert Timeline().origin is None


def user(t: float) -> events.Message:
    return events.Message(t=t, index=0, role="user", text="?")


@pytest.mark.parametrize("first", [user(100.0), events.Mark(t=100.0, note="here")])
def test_it_begins_as_the_recording_does_with_a_message_or_a_mark(first: AnyEvent) -> None:
    t = timeline(Sample(t=1.0, values={}), first, *turn(1, 200.0, 1, "A"))
    assert t.origin == 70.0


def test_what_a_file_tells_of_before_it_does_not_move_its_beginning() -> None:
    header = Header(t=300.0, schema=1, wall=1e9, clock="c", mlxtop="0")
    assert timeline(header, user(100.0), Sample(t=300.0, values={}), user(310.0)).origin == 280.0


def test_the_clock_of_a_run_never_goes_back_when_it_begins_to_be_recorded() -> None:
    t, shown = Timeline(), []
    for second in range(100):
        t.add(Sample(t=float(second), values={}))
        t.let_go_of_preroll()
        assert t.origin is not None
        shown.append(second - t.origin)
    t.add(user(99.5))
    assert shown[:32] == [*range(31), 30]
    assert t.origin == 69.5
    t.add(Sample(t=200.0, values={}))
    t.let_go_of_preroll()
    assert t.origin == 69.5, "and stands from there on"


def test_wall_time_follows_the_anchors() -> None:
    t = timeline(
        events.Header(t=10.0, schema=1, wall=1000.0, clock="c", mlxtop="0"),
        events.Anchor(t=70.0, wall=1065.0),
    )
    assert [t.wall(x) for x in (5.0, 20.0, 80.0)] == [995.0, 1010.0, 1075.0]


def test_events_of_unknown_turns_do_no_harm() -> None:
    t = timeline(
        Tokens(t=1.0, turn=9, times=[1.0], text=["x"]),
        events.Prefill(t=1.0, turn=9, done_tokens=1, total_tokens=2),
        TurnEnd(t=2.0, turn=9, finish_reason="stop"),
    )
    assert t.turns == {}
    assert said(t, 9.0) == []


def test_a_files_header_and_end_are_no_part_of_the_run() -> None:
    header = Header(t=3.0, schema=1, wall=1e9, clock="c", mlxtop="0")
    t = timeline(header)
    assert (t.first, t.last, t.origin) == (None, None, 3.0)
    t = timeline(header, Conversation(t=4.0, id=1), Sample(t=5.0, values={}), End(t=9.0))
    assert (t.first, t.last, t.origin) == (4.0, 5.0, 4.0)


def test_an_engine_that_stopped_holds_no_model_and_no_memory() -> None:
    t = timeline(
        LoadEnd(t=1.0, model="demo"),
        events.MlxMemory(t=2.0, active_bytes=5, cache_bytes=6, peak_bytes=7),
        events.Error(t=3.0, text="gone", origin="engine", engine_stopped=True),
    )
    assert t.model.at(2.5) is not None
    assert t.model.at(3.0) is None
    assert t.readings.value("mlx.active_bytes", 2.5) == 5.0
    assert t.readings.value("mlx.active_bytes", 3.5) is None


def test_a_reply_to_a_message_that_no_longer_stands_has_no_place() -> None:
    t = timeline(
        Message(t=10.0, index=0, role="user", text="one"),
        Conversation(t=11.0, id=2),
        TurnStart(t=12.0, turn=1, index=1),
        TurnEnd(t=12.1, turn=1, finish_reason="cancelled"),
    )
    assert said(t, 20.0) == []
