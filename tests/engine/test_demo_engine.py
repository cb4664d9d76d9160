"""The engine on the built-in model, a trained one in bfloat16."""

import os
import signal
from pathlib import Path

from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Error, Prefill, Tokens
from tests.engine.driver import Driver, assistant, user

QUESTIONS = ("What is wired memory?", "And memory pressure?", "Which key freezes the view?")


def test_several_turns_reuse_the_cache_and_say_the_same(engine: Driver, demo: Path) -> None:
    engine.load(demo)
    conversation: list[ChatMessage] = []
    replies = []
    for place, question in enumerate(QUESTIONS):
        conversation.append(user(question))
        reply = engine.chat(conversation, max_tokens=120)
        assert reply.end.finish_reason == "stop", reply.end.error
        assert (reply.end.cached_tokens > 0) == (place > 0)
        replies.append(reply.text())
        conversation.append(assistant(reply.text()))
    for place in range(len(QUESTIONS)):
        engine.load(demo)
        alone = engine.chat(conversation[: 2 * place + 1], max_tokens=120)
        assert alone.end.cached_tokens == 0
        assert alone.text() == replies[place]


def test_a_cancel_in_decode(engine: Driver, demo: Path) -> None:
    engine.load(demo)
    turn = engine.ask("Give me the tour")
    engine.wait(lambda event: isinstance(event, Tokens) and event.turn == turn)
    engine.cancel()
    reply = engine.reply(turn)
    assert reply.end.finish_reason == "cancelled"
    assert reply.after_cancel[1] <= 1
    assert len(reply.text()) > 0


def test_a_cancel_in_prefill(engine: Driver, demo: Path) -> None:
    end = engine.load(demo)
    assert end.context_tokens
    turn = engine.ask("wired memory " * (end.context_tokens // 4), prefill_step=2)
    engine.wait(lambda e: isinstance(e, Prefill) and e.turn == turn and e.step_tokens > 0)
    engine.cancel()
    reply = engine.reply(turn)
    assert reply.end.finish_reason == "cancelled", reply.end.error
    assert reply.after_cancel == (0, 0) or reply.after_cancel == (1, 0)
    again = engine.chat(QUESTIONS[0])
    assert again.end.finish_reason == "stop"
    assert "wired" in again.text().lower()


def test_a_kill_in_the_middle_of_the_tour(own_engine: Driver, demo: Path) -> None:
    own_engine.load(demo)
    turn = own_engine.ask("Give me the tour")
    own_engine.wait_for(Tokens)
    assert own_engine.process.pid
    os.kill(own_engine.process.pid, signal.SIGKILL)
    own_engine.wait_for(Error)
    reply = own_engine.reply(turn)
    assert reply.end.finish_reason == "engine died"
    assert reply.text()
    own_engine.process.restart()
    own_engine.load(demo)
    assert own_engine.chat(QUESTIONS[0]).end.finish_reason == "stop"
