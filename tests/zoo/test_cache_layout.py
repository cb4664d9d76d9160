"""What is said of a model's memory per token is what mlx-lm's caches hold."""

from typing import Any

import pytest

from mlxtop.models.cache_architectures import DELEGATES, RULES
from mlxtop.models.fits import cache_layout
from mlxtop.models.json_file import MOST
from mlxtop.models.known import installed
from tests.zoo.build import NAMES, config_of, model_of
from tests.zoo.layout import numbers

VOCABULARY = 260

REAL: list[tuple[str, dict[str, Any], int]] = [
    (
        "Mamba-Codestral-7B",
        {"model_type": "mamba2", "hidden_size": 4096, "num_heads": 128, "head_dim": 64},
        0,
    ),
    (
        "MiniCPM3-4B",
        {
            "model_type": "minicpm3",
            "hidden_size": 2560,
            "num_hidden_layers": 62,
            "num_attention_heads": 40,
            "num_key_value_heads": 40,
            "kv_lora_rank": 256,
            "qk_rope_head_dim": 32,
            "qk_nope_head_dim": 64,
        },
        62 * 40 * (96 + 64) * 2,
    ),
    (
        "DeepSeek-V2-Lite",
        {
            "model_type": "deepseek_v2",
            "hidden_size": 2048,
            "num_hidden_layers": 27,
            "num_attention_heads": 16,
            "num_key_value_heads": 16,
            "kv_lora_rank": 512,
            "qk_rope_head_dim": 64,
            "qk_nope_head_dim": 128,
            "v_head_dim": 128,
        },
        27 * 16 * 320 * 2,
    ),
    (
        "gemma-3-4b-it, whose config leaves out what is usual",
        {
            "model_type": "gemma3",
            "text_config": {
                "hidden_size": 2560,
                "model_type": "gemma3_text",
                "num_hidden_layers": 34,
                "sliding_window": 1024,
            },
        },
        5 * 4 * 256 * 2 * 2,
    ),
    (
        "Llama-3.2-1B",
        {
            "model_type": "llama",
            "hidden_size": 2048,
            "head_dim": 64,
            "num_hidden_layers": 16,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
        },
        16 * 8 * 64 * 2 * 2,
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_cache_is_as_large_as_told(name: str) -> None:
    config = config_of(name, VOCABULARY)
    layout = cache_layout(config, installed())
    assert layout is not None
    true = numbers(model_of(config))
    for tokens in (1, 23, 25, 4096):
        each = [2 * size * min(tokens, window or tokens) for size, window in true]
        assert layout.bytes(tokens) == sum(each)
    assert layout.bytes_per_token == 2 * sum(size for size, window in true if window is None)


@pytest.mark.parametrize(("name", "config", "each"), REAL, ids=[name for name, *_ in REAL])
def test_what_a_token_costs_in_models_that_there_are(
    name: str, config: dict[str, Any], each: int
) -> None:
    layout = cache_layout(config, installed())
    assert layout is not None
    assert layout.bytes_per_token == each


def test_every_architecture_of_the_installed_mlx_lm_has_a_rule() -> None:
    folder = installed().models
    assert folder is not None
    modules = {
        path.stem for path in folder.glob("*.py") if "class ModelArgs" in path.read_text("utf-8")
    }
    assert len(modules) > 100
    assert modules == {*RULES, *DELEGATES}


def test_an_architecture_without_a_rule_is_not_known() -> None:
    assert cache_layout({**REAL[-1][1], "model_type": "bert"}, installed()) is None
    assert cache_layout({**REAL[-1][1], "model_file": "mine.py"}, installed()) is None
    assert cache_layout({}, installed()) is None


@pytest.mark.parametrize("value", [None, -1, 0, 3.5, "four", [], {}, [None], MOST, 10**9])
@pytest.mark.parametrize("name", ["nemotron-nas", "jamba", "gemma4", "mimo_v2_flash", "exaone4"])
def test_a_config_that_holds_something_odd_breaks_nothing(name: str, value: object) -> None:
    whole = config_of(name, VOCABULARY)
    part = whole.get("text_config", whole)
    for entry in list(part):
        odd = {**part, entry: value}
        config = odd if part is whole else {**whole, "text_config": odd}
        layout = cache_layout(config, installed())
        assert layout is None or layout.bytes(4096) >= 0


HUGE = 2**39


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("nanbeige", {"num_loops": HUGE}),
        ("llama", {"num_hidden_layers": HUGE}),
        ("nemotron_h", {"hybrid_override_pattern": "*" * 1_000_000}),
    ],
)
def test_a_config_with_more_layers_than_there_can_be_costs_nothing(
    name: str, entries: dict[str, Any]
) -> None:
    assert cache_layout({**config_of(name, VOCABULARY), **entries}, installed()) is None


def test_a_pattern_longer_than_the_model_is_a_window_in_each_layer() -> None:
    text = {"model_type": "gemma4_text", "num_hidden_layers": 4, "num_kv_shared_layers": 0}
    layout = cache_layout({**text, "sliding_window_pattern": HUGE}, installed())
    assert layout is not None
    assert [layer.window for layer in layout.layers] == [512] * 4
