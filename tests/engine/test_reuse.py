"""The KV cache between turns: what is reused, and that no output hangs on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.engine import protocol
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import MlxMemory, Tokens, TurnStart
from tests.engine.driver import Driver, Reply, assistant, messages, user

Models = Callable[[str], Path]

SETTINGS: list[dict[str, Any]] = [
    {},
    {"repetition_penalty": 1.5, "repetition_context": 50},
    {"kv_bits": 8},
    {"kv_bits": 5},
    {"max_kv_size": 1024},
]


def fresh(engine: Driver, path: Path, asked: list[ChatMessage], **options: Any) -> Reply:
    """The reply of an engine that has just loaded the model."""
    draft = options.pop("draft", None)
    engine.load(path, draft=draft)
    reply = engine.chat(asked, **options)
    assert reply.end.cached_tokens == 0
    return reply


def converse(engine: Driver, sampling: dict[str, Any], turns: int = 3) -> list[ChatMessage]:
    """Talk for some turns, each reply in the next prompt; return the conversation."""
    conversation: list[ChatMessage] = []
    for turn in range(turns):
        conversation.append(user(f"Question {turn}: " + "why? " * 12))
        reply = engine.chat(conversation, max_tokens=24, **sampling)
        assert reply.end.finish_reason == "length", reply.end.error
        assert (reply.end.cached_tokens > 0) == (turn > 0)
        assert not reply.notices
        conversation.append(assistant(reply.text()))
    return conversation


@pytest.mark.parametrize("sampling", SETTINGS, ids=lambda setting: "-".join(setting) or "greedy")
def test_a_reply_is_the_same_with_and_without_reuse(
    engine: Driver, model: Models, sampling: dict[str, Any]
) -> None:
    path = model("qwen3")
    engine.load(path)
    conversation = converse(engine, sampling)
    asked = [*conversation, user("And then?")]
    reused = engine.chat(asked, max_tokens=60, **sampling)
    assert reused.end.cached_tokens > 100
    assert reused.steps[-1].done_tokens == reused.end.prompt_tokens - 1
    alone = fresh(engine, path, asked, max_tokens=60, **sampling)
    assert reused.text() == alone.text()


def test_the_penalty_sees_the_whole_prompt(engine: Driver, model: Models) -> None:
    path = model("qwen3")
    sampling = {"repetition_penalty": 1.8, "repetition_context": 200}
    asked = messages("abcdefghijklmnopqrstuvwxyz " * 3)
    penalized = fresh(engine, path, asked, max_tokens=30, **sampling)
    short = engine.chat(asked, max_tokens=30, **{**sampling, "repetition_context": 1})
    assert penalized.text() != short.text()
    # mlx-lm shows a processor the whole prompt where it does the prefill itself.
    from mlx_lm import load, stream_generate
    from mlx_lm.sample_utils import make_logits_processors

    plain, tokenizer = load(str(path))
    tokens = tokenizer.apply_chat_template(
        [{"role": "user", "content": asked[0].text}], add_generation_prompt=True
    )
    processors = make_logits_processors(repetition_penalty=1.8, repetition_context_size=200)
    responses = stream_generate(
        plain, tokenizer, tokens, max_tokens=30, logits_processors=processors
    )
    assert penalized.text() == "".join(response.text for response in responses)


def test_an_edit_trims_the_cache_back(engine: Driver, model: Models) -> None:
    path = model("qwen3")
    engine.load(path)
    conversation = converse(engine, {})
    edited = [*conversation[:2], user("Something else: " + "how? " * 9)]
    reply = engine.chat(edited, max_tokens=40)
    shared = reply.end.cached_tokens
    assert 0 < shared < reply.end.prompt_tokens - 10
    assert reply.of(TurnStart)[0].index == 3
    assert reply.text() == fresh(engine, path, edited, max_tokens=40).text()


def test_a_regenerated_reply_feeds_one_token(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    asked = messages("Tell me. " * 20)
    first = engine.chat(asked, max_tokens=30)
    again = engine.chat(asked, max_tokens=30)
    assert again.end.cached_tokens == again.end.prompt_tokens - 1
    assert again.steps == []
    assert again.text() == first.text()


def test_a_new_conversation_keeps_the_system_prompt(engine: Driver, model: Models) -> None:
    path = model("qwen3")
    engine.load(path)
    system = ChatMessage(role="system", text="You are brief. " * 10)
    engine.chat([system, user("One.")], max_tokens=10)
    asked = [system, user("Two, quite another question.")]
    reply = engine.chat(asked, max_tokens=30)
    assert reply.end.cached_tokens >= 150
    assert reply.text() == fresh(engine, path, asked, max_tokens=30).text()


def test_a_cancel_in_prefill_leaves_a_cache_that_holds(engine: Driver, model: Models) -> None:
    path = model("slow")
    engine.load(path, trust_remote_code=True)
    asked = messages("words " * 60)
    turn = engine.ask(asked, max_tokens=10, prefill_step=16)
    engine.wait(lambda e: getattr(e, "turn", 0) == turn and getattr(e, "done_tokens", 0) >= 32)
    engine.cancel()
    cut = engine.reply(turn)
    assert cut.end.finish_reason == "cancelled"
    reply = engine.chat(asked, max_tokens=10)
    assert reply.end.cached_tokens == cut.steps[-1].done_tokens
    engine.load(path, trust_remote_code=True)
    assert reply.text() == engine.chat(asked, max_tokens=10).text()


@pytest.mark.parametrize("drafted", [False, True])
def test_a_cancel_in_decode_leaves_a_cache_that_holds(
    engine: Driver, model: Models, drafted: bool
) -> None:
    path, draft = model("slow"), str(model("draft")) if drafted else None
    engine.load(path, draft=draft, trust_remote_code=True)
    asked = messages("words " * 10)
    turn = engine.ask(asked, max_tokens=500)
    engine.wait(lambda event: isinstance(event, Tokens) and event.turn == turn)
    engine.cancel()
    cut = engine.reply(turn)
    assert cut.end.finish_reason == "cancelled"
    assert 0 < cut.end.generation_tokens < 500
    longer = [*asked, assistant(cut.text()), user("Go on.")]
    reply = engine.chat(longer, max_tokens=20)
    assert reply.end.cached_tokens >= cut.end.prompt_tokens
    assert not reply.notices
    engine.load(path, trust_remote_code=True)
    assert reply.text() == engine.chat(longer, max_tokens=20).text()


@pytest.mark.parametrize("draft_tokens", [1, 4])
@pytest.mark.parametrize("sampling", [{}, {"repetition_penalty": 1.4}], ids=["plain", "penalty"])
def test_a_draft_model_changes_no_greedy_reply(
    engine: Driver, model: Models, draft_tokens: int, sampling: dict[str, Any]
) -> None:
    path, draft = model("qwen3"), str(model("draft"))
    asked = messages("Tell me. " * 8)
    alone = fresh(engine, path, asked, max_tokens=32, **sampling)
    engine.load(path, draft=draft)
    drafted = {**sampling, "draft_tokens": draft_tokens}
    conversation = list(asked)
    for turn in range(2):
        reply = engine.chat(conversation, max_tokens=32, **drafted)
        assert not reply.notices
        assert len(reply.drafted) == reply.end.generation_tokens == 32
        assert reply.of(TurnStart)[0].draft == "draft"
        assert (reply.end.cached_tokens > 0) == (turn > 0)
        if turn == 0:
            assert reply.text() == alone.text()
        conversation += [assistant(reply.text()), user("Go on. ")]
    last = engine.chat(conversation, max_tokens=32, **drafted)
    assert last.end.cached_tokens > 60
    assert last.text() == fresh(engine, path, conversation, max_tokens=32, **sampling).text()


def test_a_model_that_drafts_for_itself_has_every_proposal_accepted(
    engine: Driver, model: Models
) -> None:
    path = model("qwen3")
    engine.load(path, draft=str(path))
    first = engine.chat("hello", max_tokens=23, draft_tokens=4)
    assert first.drafted == ([True] * 4 + [False]) * 4 + [True] * 3
    again = engine.chat("hello", max_tokens=25, draft_tokens=4)
    assert again.drafted == ([True] * 4 + [False]) * 5
    follow = messages("hello", again.text(), "more")
    reply = engine.chat(follow, max_tokens=25, draft_tokens=4)
    assert reply.end.cached_tokens > 0
    assert not reply.notices
    assert reply.text() == fresh(engine, path, follow, max_tokens=25).text()


def test_a_rotating_cache_that_is_full_is_rebuilt_and_that_is_said(
    engine: Driver, model: Models
) -> None:
    path = model("sliding")
    engine.load(path)
    engine.chat(messages("a" * 60), max_tokens=10)
    edited = messages("a" * 50 + "b")
    reply = engine.chat(edited, max_tokens=20)
    assert reply.end.cached_tokens == 0
    assert "overwritten" in reply.notices[0]
    assert reply.text() == fresh(engine, path, edited, max_tokens=20).text()


def test_a_new_conversation_with_such_a_model_is_nothing_to_speak_of(
    engine: Driver, model: Models
) -> None:
    engine.load(model("sliding"))
    engine.chat(messages("a" * 60), max_tokens=10)
    reply = engine.chat(messages("b" * 60), max_tokens=10)
    assert (reply.end.cached_tokens, reply.notices) == (0, [])


def test_a_rotating_cache_that_is_not_full_is_trimmed(engine: Driver, model: Models) -> None:
    path = model("sliding")
    engine.load(path)
    engine.chat(messages("a" * 10), max_tokens=5)
    edited = messages("aaaaab")
    reply = engine.chat(edited, max_tokens=20)
    assert reply.end.cached_tokens == 6
    assert not reply.notices
    assert reply.text() == fresh(engine, path, edited, max_tokens=20).text()


def test_a_recurrent_model_reuses_what_only_grows(engine: Driver, tmp_path: Path) -> None:
    from tests.engine.models import MAMBA, write_model

    # Without an end tag the next prompt goes on exactly where the last reply stopped.
    template = "{% for message in messages %}{{ message.content }}{% endfor %}"
    path = write_model(tmp_path / "mamba", MAMBA, template=template)
    engine.load(path)
    first = engine.chat("ab" * 20, max_tokens=1, temperature=0.0)
    longer = messages("ab" * 20, first.text() or "?", "more")
    reply = engine.chat(longer, max_tokens=20)
    grown = bool(first.text()) and first.text().isascii()
    assert grown, "the seed gives a reply that cannot be written as text: take another"
    assert reply.end.cached_tokens == 41
    assert not reply.notices
    again = engine.chat(longer, max_tokens=20)
    assert again.end.cached_tokens == 0
    assert "recurrent state" in again.notices[0]
    assert again.text() == reply.text()
    # The same in the next turn, as with thinking that leaves the prompt: it was said.
    assert not engine.chat(longer, max_tokens=20).notices


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {"kv_bits": 8}, "bits"),
        ({"kv_bits": 8}, {}, "bits"),
        ({"max_kv_size": 64}, {}, "maximum size"),
    ],
)
def test_another_kind_of_cache_is_built_anew_and_that_is_said(
    engine: Driver, model: Models, before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    engine.load(model("qwen3"))
    question = "hello " * 5
    engine.chat(question, max_tokens=5, **before)
    reply = engine.chat(question, max_tokens=5, **after)
    assert reply.end.cached_tokens == 0
    assert words in reply.notices[0]
    # Of another conversation nothing is lost but what every conversation begins with.
    assert not engine.chat("another", max_tokens=5, **before).notices


def test_a_failed_turn_drops_the_cache_and_not_the_engine(
    engine: Driver, copy_of: Models, tmp_path: Path
) -> None:
    path = copy_of("slow")
    code = (path / "slow.py").read_text("utf-8")
    broken = code.replace(
        "time.sleep(0.02)", f"if __import__('os').path.exists({str(tmp_path / 'fail')!r}): 1 / 0"
    )
    (path / "slow.py").write_text(broken, "utf-8")
    assert not engine.load(path, trust_remote_code=True).error
    asked = messages("hello " * 5)
    first = engine.chat(asked, max_tokens=5)
    (tmp_path / "fail").touch()
    failed = engine.chat(asked, max_tokens=5)
    assert failed.end.finish_reason == "error"
    assert "ZeroDivisionError" in failed.end.error
    (tmp_path / "fail").unlink()
    again = engine.chat(asked, max_tokens=5)
    assert again.end.cached_tokens == 0
    assert again.text() == first.text()


def test_a_refused_turn_keeps_the_cache(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    engine.chat("hello", max_tokens=5)
    assert engine.chat("hello", max_tokens=0).end.finish_reason == "error"
    assert engine.chat("hello", max_tokens=5).end.cached_tokens > 0


def test_unloading_drops_the_cache(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    engine.chat("hello", max_tokens=5)
    engine.process.send(protocol.Unload())
    engine.load(model("qwen3"))
    assert engine.chat("hello", max_tokens=5).end.cached_tokens == 0


def test_a_rebuilt_cache_does_not_live_beside_the_old_one(engine: Driver, model: Models) -> None:
    engine.load(model("broad"))

    def peak(**sampling: Any) -> int:
        engine.chat("a" * 2000, max_tokens=1, prefill_step=128, **sampling)
        return [event for event in engine.events if isinstance(event, MlxMemory)][-1].peak_bytes

    first = peak(max_kv_size=4000)
    assert peak(max_kv_size=4001) < first * 1.2
