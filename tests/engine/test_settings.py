"""What a model would ignore or break on is refused in words, before anything runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.events import Prefill
from tests.engine.driver import Driver

Models = Callable[[str], Path]

OUT_OF_RANGE: list[tuple[dict[str, Any], str]] = [
    ({"temperature": -0.1}, "Temperature must be between 0 and 10, not -0.1"),
    ({"top_p": 0.0}, "Top-p must be above 0 and at most 1, not 0"),
    ({"min_p": 2.0}, "Min-p must be"),
    ({"top_k": -1}, "Top-k must be"),
    ({"top_k": 260}, "260 tokens of the model's vocabulary"),
    ({"repetition_penalty": -1.0}, "Repetition penalty must be"),
    ({"seed": -1}, "Seed must be"),
    ({"max_tokens": 0}, "Max tokens must be a whole number of at least 1, not 0"),
    ({"draft_tokens": 65}, "Draft tokens must be"),
    ({"prefill_step": 0}, "Prefill step must be"),
    ({"kv_bits": 7}, "KV bits must be 2, 3, 4, 5, 6 or 8, not 7"),
    ({"max_kv_size": 4}, "Max KV size must be a whole number of at least 16, not 4"),
    ({"max_kv_size": 64, "kv_bits": 4}, "rotating"),
]


@pytest.mark.parametrize(("setting", "words"), OUT_OF_RANGE)
def test_a_value_out_of_range(
    engine: Driver, model: Models, setting: dict[str, Any], words: str
) -> None:
    if engine.loaded != "qwen3":
        engine.load(model("qwen3"))
    reply = engine.chat("hello", **setting)
    assert reply.end.finish_reason == "error"
    assert words in reply.end.error
    assert reply.end.error.endswith(".")
    assert reply.of(Prefill) == []


@pytest.mark.parametrize(
    ("name", "draft", "setting", "words"),
    [
        ("llama", None, {"max_kv_size": 64}, "builds its own cache"),
        ("mamba", None, {"max_kv_size": 64}, "builds its own cache"),
        ("qwen3", "draft", {"max_kv_size": 64}, "draft model"),
        ("sliding", None, {"kv_bits": 4}, "rotating caches"),
        ("mamba", None, {"kv_bits": 4}, "no KV cache to quantize"),
        ("odd", None, {"kv_bits": 4}, "head size, 48,"),
    ],
)
def test_what_a_model_cannot_do(
    engine: Driver,
    model: Models,
    name: str,
    draft: str | None,
    setting: dict[str, Any],
    words: str,
) -> None:
    engine.load(model(name), draft=str(model(draft)) if draft else None)
    reply = engine.chat("hello", **setting)
    assert reply.end.finish_reason == "error"
    assert words in reply.end.error
    assert reply.of(Prefill) == []


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 8])
def test_every_number_of_kv_bits_works(engine: Driver, model: Models, bits: int) -> None:
    if engine.loaded != "broad":
        engine.load(model("broad"))  # heads of 128 numbers, as most models have
    reply = engine.chat("hello " * 50, max_tokens=20, kv_bits=bits, prefill_step=64)
    assert reply.end.finish_reason == "length", reply.end.error
    cut = engine.chat("hello " * 20, max_tokens=20, kv_bits=bits)
    assert cut.end.cached_tokens > 100
    assert cut.end.finish_reason == "length"


def test_a_maximum_kv_size_is_kept_to(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    question = "a b c d e f g h i j " * 10
    rotating = engine.chat(question, max_tokens=30, max_kv_size=32)
    assert rotating.end.finish_reason == "length"
    assert rotating.text() != engine.chat(question, max_tokens=30).text()
    assert "maximum size" in engine.chat(question, max_tokens=3, max_kv_size=64).notices[0]


def test_draft_and_kv_bits_go_together(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"), draft=str(model("draft")))
    reply = engine.chat("hello " * 10, max_tokens=30, kv_bits=8)
    assert reply.end.finish_reason == "length", reply.end.error
    again = engine.chat("hello " * 10, max_tokens=30, kv_bits=8)
    assert again.end.cached_tokens == again.end.prompt_tokens - 1
    assert again.text() == reply.text()
