"""A benchmark leaves the conversation where it stood: on the timeline, and in a recording."""

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.context import Context
from mlxtop.timeline import Timeline


def _turn(t: float, number: int, index: int, word: str) -> list[AnyEvent]:
    return [
        events.TurnStart(t=t, turn=number, index=index),
        events.Tokens(t=t + 0.1, turn=number, times=[t + 0.1], text=[word]),
        events.TurnEnd(t=t + 0.2, turn=number, finish_reason="stop"),
    ]


CHAT: list[AnyEvent] = [
    events.Conversation(t=1.0, id=1),
    events.Message(t=1.0, index=-1, role="system", text="Be brief."),
    events.Message(t=2.0, index=0, role="user", text="Hello"),
    *_turn(2.1, 1, 1, "Hi"),
]
TRIALS: list[AnyEvent] = [
    events.Conversation(t=3.0, id=2),
    *_turn(3.1, 2, 1, "random"),
    events.Conversation(t=4.0, id=3),
    events.Message(t=4.0, index=0, role="user", text="a question of a data set"),
    *_turn(4.1, 3, 1, "its answer"),
]
BACK = events.Conversation(t=5.0, id=1, resumed=True)


def _told(said: list[AnyEvent]) -> Timeline:
    timeline = Timeline()
    for event in said:
        timeline.add(event)
    return timeline


def _texts(timeline: Timeline, t: float) -> list[str | None]:
    return [entry.text for entry in timeline.transcript.at(t)]


def test_it_goes_on_with_every_reply_and_its_figures() -> None:
    timeline = _told([*CHAT, *TRIALS, BACK])
    assert _texts(timeline, 3.5) == [], "random tokens answer nobody"
    assert _texts(timeline, 4.5) == ["a question of a data set", "its answer"]
    assert _texts(timeline, 5.0) == ["Be brief.", "Hello", "Hi"]
    assert timeline.transcript.at(5.0)[-1].turn is timeline.turns[1]
    said = [saying.text for saying in timeline.transcript.sayings() if saying.turn is None]
    assert said == ["Be brief.", "Hello", "a question of a data set"], "found once each"


def test_it_may_be_changed_and_left_again() -> None:
    more: list[AnyEvent] = [
        BACK,
        events.Message(t=6.0, index=2, role="user", text="And now?"),
        events.Conversation(t=7.0, id=4),
        events.Conversation(t=8.0, id=1, resumed=True),
    ]
    timeline = _told([*CHAT, *TRIALS, *more])
    assert _texts(timeline, 7.5) == []
    assert _texts(timeline, 8.5) == ["Be brief.", "Hello", "Hi", "And now?"]


def test_a_recording_that_begins_after_it_has_the_conversation() -> None:
    context = Context()
    for event in [*CHAT, *TRIALS, BACK]:
        context.add(event)
    assert _texts(_told(context.opening()), 9.0) == ["Be brief.", "Hello", "Hi"]
