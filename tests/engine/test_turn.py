from collections.abc import Callable
from pathlib import Path

import pytest
from mlx_lm import load, stream_generate
from mlx_lm.generate import generation_stream

from mlxtop.events import MlxMemory, Prefill, Sampling, Tokens, TurnEnd, TurnStart
from tests.engine.driver import Driver, messages

Models = Callable[[str], Path]


def _plain(path: Path, prompt: list[dict[str, str]], max_tokens: int) -> tuple[str, int]:
    """The reply and its tokens by mlx-lm alone."""
    assert generation_stream is not None
    model, tokenizer = load(str(path))
    tokens = tokenizer.apply_chat_template(prompt, add_generation_prompt=True)
    responses = list(stream_generate(model, tokenizer, tokens, max_tokens=max_tokens))
    return "".join(response.text for response in responses), len(responses)


def test_a_turn_is_told_in_order(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    reply = engine.chat("hello " * 30, max_tokens=40, temperature=0.0)
    start, end = reply.events[0], reply.events[-1]
    assert isinstance(start, TurnStart)
    assert start.index == 1
    assert start.sampling == Sampling(max_tokens=40)
    assert isinstance(end, TurnEnd)
    assert (end.finish_reason, end.generation_tokens, end.error) == ("length", 40, "")
    kinds = [type(event) for event in reply.events if not isinstance(event, MlxMemory)]
    assert kinds == sorted(kinds, key=[TurnStart, Prefill, Tokens, TurnEnd].index)
    assert len(reply.times) == 40
    assert reply.times == sorted(reply.times)
    assert all(batch.t == batch.times[-1] for batch in reply.of(Tokens))
    assert all(batch.draft is None for batch in reply.of(Tokens))
    assert start.t <= reply.times[0] <= reply.times[-1] <= end.t
    assert end.ttft_seconds == pytest.approx(reply.times[0] - start.t)
    assert end.prompt_tokens_per_second
    assert end.generation_tokens_per_second
    assert reply.of(MlxMemory)[-1].active_bytes > 0


def test_prefill_tells_every_step(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    reply = engine.chat("x" * 98, max_tokens=1, prefill_step=40)
    told = [(event.done_tokens, event.step_tokens) for event in reply.of(Prefill)]
    assert reply.end.prompt_tokens == 101
    assert told == [(0, 0), (40, 40), (80, 40), (100, 20), (101, 1)]
    assert {event.total_tokens for event in reply.of(Prefill)} == {101}


def test_the_reply_is_mlx_lms_own(engine: Driver, model: Models) -> None:
    path = model("llama")
    engine.load(path)
    question = "What is a flight recorder? " * 8
    reply = engine.chat(question, max_tokens=60)
    expected = _plain(path, [{"role": "user", "content": question}], 60)
    assert (reply.text(), len(reply.times)) == expected


def test_the_demo_answers_as_under_mlx_lm(engine: Driver, demo: Path) -> None:
    assert not engine.load(demo).error
    question = "What does the pressure pane show?"
    reply = engine.chat(question, max_tokens=80)
    assert (reply.text(), len(reply.times)) == _plain(
        demo, [{"role": "user", "content": question}], 80
    )
    assert len(reply.text()) > 20


def test_a_reply_that_ends_by_itself(engine: Driver, tmp_path: Path) -> None:
    from tests.engine.models import END, said, write_script

    engine.load(write_script(tmp_path / "say", [*said("Hi, you!"), END]))
    reply = engine.chat("hello")
    assert reply.text() == "Hi, you!"
    assert reply.end.finish_reason == "stop"
    assert reply.end.generation_tokens == len("Hi, you!") + 1  # the end token counts
    assert len(reply.times) == reply.end.generation_tokens


def test_a_seed_repeats_a_reply(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))

    def say(seed: int) -> str:
        return engine.chat("hello", max_tokens=30, temperature=2.0, seed=seed).text()

    assert say(1) == say(1)
    assert say(1) != say(2)


@pytest.mark.parametrize(
    "setting",
    [
        {"top_p": 0.01},
        {"min_p": 0.99},
        {"top_k": 1},
    ],
)
def test_a_narrow_sampling_setting_leaves_only_the_likeliest_token(
    engine: Driver, model: Models, setting: dict[str, float]
) -> None:
    engine.load(model("qwen3"))
    greedy = engine.chat("hello", max_tokens=30).text()
    assert engine.chat("hello", max_tokens=30, temperature=1.5, seed=3, **setting).text() == greedy
    assert engine.chat("hello", max_tokens=30, temperature=1.5, seed=3).text() != greedy


def test_xtc_takes_the_likeliest_token_away(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    cold = {"max_tokens": 30, "temperature": 0.01, "seed": 3}
    plain = engine.chat("hello", **cold).text()
    assert engine.chat("hello", **cold, xtc_probability=1.0, xtc_threshold=0.0001).text() != plain


def test_turns_asked_at_once_are_answered_in_order(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    turns = [engine.ask("hello", max_tokens=20) for _ in range(3)]
    replies = [engine.reply(turn) for turn in turns]
    assert [reply.end.finish_reason for reply in replies] == ["length"] * 3
    places = [engine.events.index(reply.events[0]) for reply in replies]
    ends = [engine.events.index(reply.end) for reply in replies]
    assert places[0] < ends[0] < places[1] < ends[1] < places[2] < ends[2]
    starts = [reply.events[0].t for reply in replies]
    assert starts[1] >= replies[0].end.t


def test_a_prompt_longer_than_the_context_is_refused_with_both_numbers(
    engine: Driver, model: Models
) -> None:
    engine.load(model("qwen3"))
    end = engine.chat("x" * 3000).end
    assert end.finish_reason == "error"
    assert "3,003" in end.error
    assert "2,048" in end.error
    assert engine.chat("hello", max_tokens=3).end.finish_reason == "length"


def test_a_reply_stops_where_the_context_ends_and_says_so(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    reply = engine.chat("x" * 2040, max_tokens=100)
    assert reply.end.generation_tokens == 2048 - 2043
    assert "2048" in reply.notices[0]


def test_no_message_is_refused(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    assert "no message" in engine.chat([]).end.error


def test_a_template_that_refuses_is_quoted(engine: Driver, tmp_path: Path) -> None:
    from tests.engine.models import TEMPLATE, write_model

    template = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    )
    engine.load(write_model(tmp_path / "strict", template=template + TEMPLATE))
    from mlxtop.engine.protocol import ChatMessage

    conversation = [ChatMessage(role="system", text="Be brief."), *messages("hello")]
    assert "no system role" in engine.chat(conversation).end.error
    assert engine.chat("hello", max_tokens=2).end.finish_reason == "length"
