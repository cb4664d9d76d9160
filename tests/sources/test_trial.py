"""A run is asked for trials beside its conversation."""

import pytest

from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Sampling
from mlxtop.sources.live import Live
from mlxtop.sources.options import ModelSpec
from tests.kit.engine import FakeEngine
from tests.kit.live import fake_live


@pytest.fixture
def run() -> tuple[Live, FakeEngine]:
    """A run with a model loaded, and its engine."""
    live, engine = fake_live()
    engine.reply = "Yes."
    live.start()
    live.load(ModelSpec("made/up"))
    live.poll()
    return live, engine


ASKED = [
    ChatMessage(role="system", text="Be brief."),
    ChatMessage(role="user", text="Red?"),
    ChatMessage(role="assistant", text="No."),
    ChatMessage(role="user", text="Blue?"),
]


def test_a_trial_of_messages_begins_anew_and_is_seen_whole(run: tuple[Live, FakeEngine]) -> None:
    live, engine = run
    sampling = Sampling(max_tokens=9)
    assert live.trial_of(ASKED, sampling, breakdown=True)
    assert live.answering
    live.poll()
    assert not live.answering
    [asked] = engine.chats()
    assert (asked.messages, asked.sampling) == (ASKED, sampling)
    assert (asked.fresh, asked.breakdown, asked.random_tokens) == (True, True, None)
    shown = live.timeline.transcript.at(2e9)
    said = [(entry.role, entry.text) for entry in shown]
    assert said == [*((one.role, one.text) for one in ASKED), ("assistant", "Yes.")]


def test_trials_leave_the_conversation_alone(run: tuple[Live, FakeEngine]) -> None:
    live, _ = run
    live.send("Hello?")
    live.poll()
    before = list(live.conversation.messages)
    assert [message.text for message in before] == ["Hello?", "Yes."]
    live.conversation.cut(1)
    live.trial(10, Sampling(max_tokens=2), batch=4)
    live.trial_of(ASKED[1:2], Sampling(max_tokens=2))
    live.poll()
    assert live.conversation.messages == before[:1]


def test_a_trial_of_random_tokens_passes_on_how_many_and_how(run: tuple[Live, FakeEngine]) -> None:
    live, engine = run
    live.trial(10, Sampling(max_tokens=2), batch=4)
    live.trial(20, Sampling(max_tokens=2), breakdown=True)
    told = [(one.turn, one.random_tokens, one.batch, one.breakdown) for one in engine.chats()]
    assert told == [(1, 10, 4, False), (2, 20, 1, True)]


def test_without_an_engine_no_trial_goes_on(run: tuple[Live, FakeEngine]) -> None:
    live, engine = run
    engine.die()
    assert not live.trial_of(ASKED, Sampling())
    assert not live.trial(10, Sampling())
    assert not live.answering
