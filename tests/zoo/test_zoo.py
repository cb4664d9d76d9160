"""A conversation with every architecture, held against plain mlx-lm token by token.

Twenty of them, one of each kind of cache and of each exception, are tested always; all of them
with ZOO=all (`make test-zoo`).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlxtop.engine.child.cache import common_prefix
from mlxtop.events import LoadEnd, Tokens
from mlxtop.models.catalogue import inspect
from tests.engine.driver import Driver, Reply, messages
from tests.zoo.build import NAMES, write
from tests.zoo.plain import Plain

CHOSEN = (
    *("llama", "qwen3_moe", "gpt2", "phi3"),  # keys and values
    *("deepseek_v2", "deepseek_v3", "gemma2"),  # latent; attention of its own
    *("gemma3", "gpt_oss", "llama4", "iquestloopcoder"),  # windows and chunks
    *("mamba", "rwkv7", "qwen3_next", "falcon_h1", "recurrent_gemma"),  # recurrent and hybrid
    *("deepseek_v32", "nanbeige", "afm7", "nemotron-nas"),  # caches that are not one a layer
)
TESTED = NAMES if os.environ.get("ZOO") == "all" else CHOSEN

FIRST, SECOND, OTHER = "hello,tell-me-about-the-zoo", "and-the-second-question?", "or-else"
LONG = "".join(chr(97 + place * place % 26) for place in range(150))
TOKENS = 16
KV_SIZE = 32
STEP = 16
KV_BITS = (4, 8) if TESTED is NAMES else (8,)


@dataclass(frozen=True)
class Subject:
    """A model of the zoo, in this process and, once asked for, in the engine."""

    name: str
    path: Path
    plain: Plain
    engine: Driver

    def load(self) -> LoadEnd:
        """Load it into the engine, without a draft model."""
        return self.engine.load(self.path)

    def chat(self, *texts: str, **sampling: Any) -> Reply:
        """Ask the engine for the reply to a conversation, in which every second text is one."""
        if self.engine.loaded != self.name:
            assert not self.load().error
        return self.engine.chat(messages(*texts), max_tokens=TOKENS, **sampling)

    def expected(self, *texts: str, **options: Any) -> str:
        """Return mlx-lm's reply to it."""
        return self.plain.reply(*texts, tokens=TOKENS, **options)


@pytest.fixture(scope="module", params=TESTED)
def subject(request: pytest.FixtureRequest, engine: Driver, zoo: Path) -> Subject:
    path = write(zoo, request.param)
    return Subject(request.param, path, Plain(path), engine)


def test_it_is_described_alike_on_disk_and_in_memory(subject: Subject) -> None:
    facts, told = subject.load(), inspect(subject.path)
    assert (facts.error, told.problem) == ("", "")
    assert (told.parameters, told.loaded_bytes) == (facts.parameters, facts.weights_bytes)
    assert (told.quantization, told.context_tokens) == (facts.quantization, facts.context_tokens)


def test_a_conversation_is_as_with_mlx_lm(subject: Subject) -> None:
    first = subject.expected(FIRST)
    assert _said(subject.chat(FIRST)) == first
    second = subject.expected(FIRST, first, SECOND)
    reply = subject.chat(FIRST, first, SECOND)
    assert _said(reply) == second
    asked = subject.plain.prompt(FIRST, first, SECOND)
    fed = [*subject.plain.prompt(FIRST), *subject.plain.tokens(first)]
    assert reply.end.cached_tokens == common_prefix(fed, asked) == len(fed)
    again = subject.chat(FIRST, first, SECOND)
    assert _said(again) == second
    assert not subject.plain.grows or again.end.cached_tokens == len(asked) - 1
    edited = subject.chat(FIRST, first, OTHER)
    assert _said(edited) == subject.expected(FIRST, first, OTHER)


def test_after_a_cancel_it_goes_on_as_with_mlx_lm(subject: Subject) -> None:
    engine = subject.engine
    assert engine.loaded == subject.name or not subject.load().error
    start = len(engine.events)
    turn = engine.ask(FIRST, max_tokens=2000)
    engine.wait_for(Tokens, start)
    engine.cancel()
    cut = engine.reply(turn)
    assert cut.end.finish_reason == "cancelled"
    said = cut.text()
    assert said
    reply = subject.chat(FIRST, said, SECOND)
    assert _said(reply) == subject.expected(FIRST, said, SECOND)


@pytest.mark.parametrize("bits", KV_BITS)
def test_kv_bits_are_mlx_lms_or_refused(subject: Subject, bits: int) -> None:
    expected = subject.plain.quantized_reply(FIRST, tokens=TOKENS, bits=bits)
    reply = subject.chat(FIRST, kv_bits=bits)
    if expected is not None and not reply.end.error:
        assert _said(reply) == expected
        return
    assert reply.end.error.startswith(f"KV bits do not work with {subject.name}: ")
    # Those of a model with windows too mlx-lm would quantize, and then fail at the windows.
    assert expected is None or reply.end.error.endswith("it has rotating caches.")


def test_a_maximum_kv_size_is_mlx_lms_or_refused(subject: Subject) -> None:
    reply = subject.chat(LONG, max_kv_size=KV_SIZE)
    if not subject.plain.sizeable:
        words = f"A maximum KV size has no effect on {subject.name}: "
        assert reply.end.error.startswith(words)
        return
    assert _said(reply) == subject.expected(LONG, max_kv_size=KV_SIZE)
    small = subject.expected(LONG, max_kv_size=KV_SIZE, prefill_step_size=STEP)
    for before in (LONG[:8], LONG[:60]):
        assert _said(subject.chat(before, max_kv_size=KV_SIZE))
        after = subject.chat(LONG, max_kv_size=KV_SIZE, prefill_step=STEP)
        assert _said(after) == small, "whatever the cache held before"


def test_a_draft_model_changes_no_reply_or_is_refused(subject: Subject) -> None:
    facts = subject.engine.load(subject.path, draft=str(subject.path))
    subject.engine.loaded = subject.name
    if not subject.plain.grows:
        words = f"Speculative decoding does not work with {subject.name}: "
        assert facts.error.startswith(words)
        return
    assert facts.error == ""
    first = subject.expected(FIRST)
    reply = subject.chat(FIRST)
    assert _said(reply) == first
    assert all(reply.drafted[:2]), "a model takes what it proposes to itself"
    expected = subject.expected(FIRST, first, SECOND)
    second = subject.chat(FIRST, first, SECOND)
    assert _said(second) == expected
    assert second.end.cached_tokens
    again = subject.chat(FIRST, first, SECOND)
    assert _said(again) == expected
    assert again.notices == []
    trial = subject.engine.reply(subject.engine.trial(24, max_tokens=TOKENS))
    assert trial.end.error == ""
    assert all(trial.drafted[:2])


ODD = ("nanbeige", "afm7", "nemotron-nas")
"""Models whose caches are not one a layer."""


@pytest.mark.parametrize(
    ("main", "draft"), [*((odd, "llama") for odd in ODD), *(("llama", odd) for odd in ODD)]
)
def test_a_draft_model_of_another_architecture(
    engine: Driver, zoo: Path, main: str, draft: str
) -> None:
    path = write(zoo, main)
    assert not engine.load(path, draft=str(write(zoo, draft))).error
    plain = Plain(path)
    first = plain.reply(FIRST, tokens=TOKENS)
    reply = engine.chat(FIRST, max_tokens=TOKENS)
    assert _said(reply) == first
    second = engine.chat(messages(FIRST, first, SECOND), max_tokens=TOKENS)
    assert _said(second) == plain.reply(FIRST, first, SECOND, tokens=TOKENS)
    assert second.end.cached_tokens
    assert second.notices == []


def _said(reply: Reply) -> str:
    assert reply.end.error == ""
    return reply.text()
