from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.engine.child.prompt import look_at
from mlxtop.events import Breakdown, Header, Tokens, TurnEnd, TurnStart
from mlxtop.recording.check import unsound
from mlxtop.recording.validate import OrderCheck
from mlxtop.timeline import Timeline
from tests.engine.driver import Driver, Reply
from tests.engine.models import END, said, write_script

Models = Callable[[str], Path]
TEXT_PARTS = ["template", "tokenize"]
STEP_PARTS = ["prefill", "forward", "sample", "detokenize", "overhead"]


def _broken_down(engine: Driver, tokens: int | None, **sampling: Any) -> Reply:
    return engine.reply(engine.trial(tokens, breakdown=True, **sampling))


def _only(reply: Reply) -> Breakdown:
    [told] = reply.of(Breakdown)
    return told


def test_the_parts_add_up_and_the_reply_stays_the_same(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    plain = engine.reply(engine.trial(None, max_tokens=40))
    reply = _broken_down(engine, None, max_tokens=40)
    assert reply.text() == plain.text()
    assert plain.of(Breakdown) == []
    start, told = reply.events[0], reply.events[-2]
    assert isinstance(start, TurnStart)
    assert start.breakdown
    assert isinstance(told, Breakdown)
    assert (told.turn, told.steps) == (start.turn, 40)
    assert list(told.parts) == [*TEXT_PARTS, *STEP_PARTS]
    assert all(seconds > 0 for seconds in told.parts.values())
    assert sum(told.parts.values()) == pytest.approx(reply.end.t - start.t, abs=1e-6)
    assert told.parts["template"] == reply.end.template_seconds
    assert told.parts["tokenize"] == reply.end.tokenize_seconds
    assert (reply.end.finish_reason, reply.end.generation_tokens) == ("length", 40)


def test_what_takes_long_is_told_of_the_part_that_took_it(engine: Driver, model: Models) -> None:
    engine.load(model("slow"), trust_remote_code=True)
    steps = _only(_broken_down(engine, 2, max_tokens=12)).parts
    assert max(steps, key=lambda part: steps[part]) == "forward"
    prefill = _only(_broken_down(engine, 40, max_tokens=1, prefill_step=4)).parts
    assert max(prefill, key=lambda part: prefill[part]) == "prefill"


def test_random_tokens_have_no_template(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    plain = engine.reply(engine.trial(30, seed=1, max_tokens=10))
    reply = _broken_down(engine, 30, seed=1, max_tokens=10)
    assert list(_only(reply).parts) == STEP_PARTS
    assert (reply.end.template_seconds, reply.end.tokenize_seconds) == (None, None)
    assert (reply.text(), len(reply.times)) == (plain.text(), 10)


def test_sampling_is_the_same_step_by_step(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    warm: dict[str, Any] = {"temperature": 1.5, "seed": 4, "repetition_penalty": 1.3}
    plain = engine.reply(engine.trial(None, max_tokens=30, **warm))
    assert _broken_down(engine, None, max_tokens=30, **warm).text() == plain.text()
    other = engine.reply(engine.trial(None, max_tokens=30, temperature=1.5, seed=4))
    assert other.text() != plain.text()


def test_a_reply_that_ends_by_itself_ends_step_by_step_too(engine: Driver, tmp_path: Path) -> None:
    engine.load(write_script(tmp_path / "say", [*said("Hi, you!"), END]))
    reply = _broken_down(engine, None)
    assert (reply.text(), reply.end.finish_reason) == ("Hi, you!", "stop")
    assert reply.end.generation_tokens == len(reply.times) == len("Hi, you!") + 1
    assert _only(reply).steps == reply.end.generation_tokens


def test_a_cancelled_breakdown_tells_of_what_was_done(engine: Driver, model: Models) -> None:
    engine.load(model("slow"), trust_remote_code=True)
    turn = engine.trial(4, breakdown=True, max_tokens=2000)
    engine.wait(lambda event: isinstance(event, Tokens) and event.turn == turn)
    engine.cancel()
    reply = engine.reply(turn)
    assert reply.end.finish_reason == "cancelled"
    assert reply.after_cancel[1] <= 1
    assert _only(reply).steps == reply.end.generation_tokens == len(reply.times)


def test_the_cache_holds_what_a_breakdown_fed(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    first = _broken_down(engine, None, max_tokens=20)
    again = engine.chat("hello", max_tokens=20)
    assert again.end.cached_tokens == again.end.prompt_tokens - 1
    assert again.text() == first.text()
    assert first.notices == again.notices == []


def test_a_draft_model_has_no_breakdown(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"), draft=str(model("draft")))
    reply = _broken_down(engine, 10)
    assert "without its draft model" in reply.end.error
    assert reply.of(Breakdown) == []


def test_a_trial_never_uses_an_earlier_cache(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    engine.chat("hello", max_tokens=5)
    assert engine.chat("hello", max_tokens=5).end.cached_tokens > 0
    for breakdown in (False, True):
        reply = engine.reply(engine.trial(None, breakdown=breakdown, max_tokens=5))
        assert reply.end.cached_tokens == 0
        assert reply.notices == []


def test_every_turn_tells_what_template_and_tokenization_took(
    engine: Driver, model: Models
) -> None:
    engine.load(model("qwen3"))
    end = engine.chat("hello", max_tokens=2).end
    assert end.template_seconds
    assert end.tokenize_seconds
    engine.load(model("plain"))
    end = engine.chat("hello", max_tokens=2).end
    assert end.template_seconds is None
    assert end.tokenize_seconds


class _Fake:
    """A tokenizer that knows the special tokens of its template in no text, or one that does."""

    has_chat_template = True
    has_thinking = False

    def __init__(self, *, knows: bool) -> None:
        self._knows = knows

    def apply_chat_template(
        self, turns: list[dict[str, str]], *, add_generation_prompt: bool, tokenize: bool = True
    ) -> str | list[int]:
        assert add_generation_prompt
        return [1, 7] if tokenize else f"<user>{turns[0]['content']}"

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [1, 7] if self._knows else [60, 117, 7]


def test_a_prompt_is_made_in_two_steps_only_where_that_changes_nothing() -> None:
    assert look_at(_Fake(knows=True)).two_steps
    assert not look_at(_Fake(knows=False)).two_steps


def test_a_recorded_breakdown_stands_with_its_turn() -> None:
    told = Breakdown(t=3.0, turn=1, parts={"forward": 1.5, "overhead": 0.5}, steps=2)
    timeline, order = Timeline(), OrderCheck()
    for event in (
        Header(t=0.0, schema=1, wall=0.0, clock="", mlxtop=""),
        TurnStart(t=1.0, turn=1, index=1, breakdown=True),
        told,
        Breakdown(t=3.0, turn=9, parts={}, steps=0),
        TurnEnd(t=3.0, turn=1, finish_reason="length"),
    ):
        timeline.add(event)
        assert list(order.take(event)) == []
    assert timeline.turns[1].breakdown == told


def test_a_breakdown_of_impossible_numbers_is_unsound() -> None:
    told = Breakdown(t=3.0, turn=1, parts={"forward": float("inf")}, steps=2)
    assert "parts" in unsound(told)
