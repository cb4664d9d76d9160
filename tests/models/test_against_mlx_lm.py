"""What the catalogue says of a model's files is what mlx-lm counts when it builds the model."""

from pathlib import Path
from typing import Any

import pytest
from mlx_lm.utils import (
    _get_classes,
    get_total_parameters,
    quantize_model,
    save_config,
    save_model,
)

from mlxtop.models.catalogue import inspect

COMMON: dict[str, Any] = {
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "intermediate_size": 256,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "vocab_size": 200,
    "max_position_embeddings": 2048,
}
MIXTURE: dict[str, Any] = COMMON | {
    "model_type": "qwen3_moe",
    "head_dim": 64,
    "rope_theta": 1e6,
    "tie_word_embeddings": False,
    "num_experts": 4,
    "num_experts_per_tok": 2,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
    "moe_intermediate_size": 128,
    "norm_topk_prob": True,
}
QUANTIZATIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "float32"),
    ({"bits": 4, "group_size": 64}, "4 bits"),
    ({"bits": 4, "group_size": 32, "mode": "mxfp4"}, "4 bits, mxfp4"),
]


@pytest.mark.parametrize("config", [COMMON | {"model_type": "llama"}, MIXTURE])
@pytest.mark.parametrize(("quantization", "words"), QUANTIZATIONS)
def test_parameters_are_those_that_mlx_lm_counts(
    tmp_path: Path, config: dict[str, Any], quantization: dict[str, Any], words: str
) -> None:
    model_class, arguments = _get_classes(config)
    model, saved = model_class(arguments.from_dict(config)), dict(config)
    if quantization:
        model, saved = quantize_model(model, saved, **quantization)
    save_model(tmp_path, model)
    save_config(saved, tmp_path / "config.json")
    (tmp_path / "tokenizer.json").write_text("{}")
    found = inspect(tmp_path)
    assert found.problem == ""
    assert found.parameters == get_total_parameters(model)
    if config is MIXTURE:  # whose router keeps 8 bits
        words = words.replace("4 bits", "4 and 8 bits")
    assert found.quantization.startswith(words)
