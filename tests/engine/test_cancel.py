"""A cancel takes effect within one step or one token: counted, never timed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop.engine import protocol
from mlxtop.events import LoadEnd, Prefill, Tokens
from tests.engine.driver import Driver

Models = Callable[[str], Path]


@pytest.fixture(params=[False, True], ids=["alone", "drafted"])
def loaded(engine: Driver, model: Models, request: pytest.FixtureRequest) -> Driver:
    """An engine whose every step takes 20 ms, with and without a draft model."""
    draft = str(model("draft")) if request.param else None
    assert not engine.load(model("slow"), draft=draft, trust_remote_code=True).error
    return engine


def test_at_most_one_further_step_in_prefill(loaded: Driver) -> None:
    turn = loaded.ask("x" * 1500, max_tokens=5, prefill_step=16)
    loaded.wait(lambda e: isinstance(e, Prefill) and e.turn == turn and e.step_tokens > 0)
    loaded.cancel()
    reply = loaded.reply(turn)
    assert reply.end.finish_reason == "cancelled"
    assert reply.after_cancel[0] <= 1
    assert reply.times == []
    assert reply.end.ttft_seconds is None
    assert 0 < len(reply.steps) < 1500 // 16


def test_at_most_one_further_token_in_decode(loaded: Driver) -> None:
    turn = loaded.ask("hello", max_tokens=1000)
    loaded.wait(lambda e: isinstance(e, Tokens) and e.turn == turn)
    loaded.cancel()
    reply = loaded.reply(turn)
    assert reply.end.finish_reason == "cancelled"
    assert reply.after_cancel[1] <= 1
    assert 0 < reply.end.generation_tokens == len(reply.times) < 1000


def test_a_cancel_when_nothing_runs_does_nothing(loaded: Driver) -> None:
    loaded.cancel()
    reply = loaded.chat("hello", max_tokens=3)
    assert (reply.end.finish_reason, reply.end.cancel_seconds) == ("length", None)


def test_a_cancel_reaches_the_turns_that_wait(loaded: Driver) -> None:
    running, waiting = (loaded.ask("hello", max_tokens=1000) for _ in range(2))
    loaded.wait(lambda e: isinstance(e, Tokens) and e.turn == running)
    loaded.cancel()
    later = loaded.ask("hello", max_tokens=3)
    assert loaded.reply(running).end.finish_reason == "cancelled"
    queued = loaded.reply(waiting)
    assert queued.end.finish_reason == "cancelled"
    assert queued.times == []
    assert loaded.reply(later).end.finish_reason == "length"


def test_a_load_is_cancelled(loaded: Driver, model: Models) -> None:
    turn = loaded.ask("hello", max_tokens=1000)
    loaded.wait(lambda e: isinstance(e, Tokens) and e.turn == turn)
    start = len(loaded.events)
    loaded.process.send(protocol.Load(model=str(model("qwen3"))))
    loaded.cancel()
    end = loaded.wait_for(LoadEnd, start)
    assert "cancelled" in end.error
    assert "No model is loaded" in loaded.chat("hello").end.error
