"""What the engine has not answered ends with what is known of it."""

from mlxtop.engine import protocol
from mlxtop.engine.open_requests import Pending
from mlxtop.events import AnyEvent, LoadEnd, LoadStart, Prefill, Tokens, TurnEnd, TurnStart


def pending(*given: AnyEvent) -> Pending:
    """Return what is open after a load and two turns were asked for, and these events came."""
    made = Pending()
    made.asked(protocol.Load(model="demo"))
    for turn in (1, 2):
        made.asked(protocol.Chat(turn=turn, index=1, messages=[]))
    for event in given:
        made.add(event)
    return made


def test_what_was_not_begun_begins_and_ends() -> None:
    ends = pending().ends("engine died", "it died")
    assert [type(event) for event in ends] == [
        *(LoadStart, LoadEnd), *(TurnStart, TurnEnd), *(TurnStart, TurnEnd)
    ]  # fmt: skip


def test_what_was_begun_only_ends_with_what_came_of_it() -> None:
    given: list[AnyEvent] = [
        LoadStart(t=1.0, model="demo-as-found"),
        TurnStart(t=2.0, turn=1, index=1),
        Prefill(t=2.5, turn=1, done_tokens=4, total_tokens=9, cached_tokens=3),
        Tokens(t=3.0, turn=1, times=[2.9, 3.0]),
        TurnEnd(t=4.0, turn=2, finish_reason="stop"),
    ]
    open_still = pending(*given)
    load, turn = open_still.ends("engine died", "it died")
    assert isinstance(load, LoadEnd)
    assert (load.model, load.error) == ("demo-as-found", "it died")
    assert isinstance(turn, TurnEnd)
    assert (turn.turn, turn.finish_reason) == (1, "engine died")
    assert (turn.prompt_tokens, turn.cached_tokens, turn.generation_tokens) == (9, 3, 2)
    assert open_still.ends("engine died", "") == [], "nothing is open any more"


def test_a_load_that_has_ended_is_not_open() -> None:
    left = pending(LoadEnd(t=1.0, model="demo")).ends("engine died", "")
    assert not any(isinstance(event, LoadStart | LoadEnd) for event in left)
