"""A run is asked for trials beside its conversation."""

from pathlib import Path
from typing import Any

import pytest

from mlxtop.engine.protocol import Chat, ChatMessage
from mlxtop.events import Sampling, Tokens, TurnEnd, TurnStart
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions


class _Engine:
    """Answers every request with one word, or takes none."""

    def __init__(self, live: Live, *, runs: bool = True) -> None:
        self.asked: list[Chat] = []
        self._live = live
        self._runs = runs

    def send(self, request: Any) -> bool:
        if self._runs:
            self.asked.append(request)
            t = 100.0 + len(self.asked)
            for event in (
                TurnStart(t=1e9 + t, turn=request.turn, index=request.index),
                Tokens(t=1e9 + t, turn=request.turn, times=[1e9 + t], text=["Yes."]),
                TurnEnd(t=1e9 + t, turn=request.turn, finish_reason="stop"),
            ):
                self._live.emit(event)
        return self._runs


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return Live(LiveOptions(recordings=tmp_path, record=False))


def _with(live: Live, engine: _Engine) -> _Engine:
    live.engine = engine  # type: ignore[assignment]
    return engine


ASKED = [
    ChatMessage(role="system", text="Be brief."),
    ChatMessage(role="user", text="Red?"),
    ChatMessage(role="assistant", text="No."),
    ChatMessage(role="user", text="Blue?"),
]


def test_a_trial_of_messages_begins_anew_and_is_seen_whole(live: Live) -> None:
    engine = _with(live, _Engine(live))
    sampling = Sampling(max_tokens=9)
    assert live.trial_of(ASKED, sampling, breakdown=True)
    assert live.answering
    live.poll()
    assert not live.answering
    [asked] = engine.asked
    assert (asked.messages, asked.sampling) == (ASKED, sampling)
    assert (asked.fresh, asked.breakdown, asked.random_tokens) == (True, True, None)
    shown = live.timeline.transcript.at(2e9)
    said = [(entry.role, entry.text) for entry in shown]
    assert said == [*((one.role, one.text) for one in ASKED), ("assistant", "Yes.")]


def test_trials_leave_the_conversation_alone(live: Live) -> None:
    _with(live, _Engine(live))
    live.send("Hello?")
    live.poll()
    before = list(live.conversation.messages)
    assert [message.text for message in before] == ["Hello?", "Yes."]
    live.conversation.cut(1)
    live.trial(10, Sampling(max_tokens=2), batch=4)
    live.trial_of(ASKED[1:2], Sampling(max_tokens=2))
    live.poll()
    assert live.conversation.messages == before[:1]


def test_a_trial_of_random_tokens_passes_on_how_many_and_how(live: Live) -> None:
    engine = _with(live, _Engine(live))
    live.trial(10, Sampling(max_tokens=2), batch=4)
    live.trial(20, Sampling(max_tokens=2), breakdown=True)
    told = [(one.turn, one.random_tokens, one.batch, one.breakdown) for one in engine.asked]
    assert told == [(1, 10, 4, False), (2, 20, 1, True)]


def test_without_an_engine_no_trial_goes_on(live: Live) -> None:
    _with(live, _Engine(live, runs=False))
    assert not live.trial_of(ASKED, Sampling())
    assert not live.trial(10, Sampling())
    assert not live.answering
