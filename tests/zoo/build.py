"""Tiny models of every architecture that mlx-lm knows, with random weights, genuine in all else.

`configs.json` has a config for each: small sizes, windows of 24 tokens, "V" for the vocabulary.
"""

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.utils import _get_classes

from tests.engine.models import END, tokenizer_files

NEED_METAL = ("bitnet", "muse_spark")
"""Architectures with kernels that MLX has for Metal alone."""
FAILS_IN_MLX_LM = ("gear",)
"""mlx-lm's own step ends in an AttributeError."""
ILL_CONDITIONED = {"plamo3": 0.3}
"""Architectures whose random weights have to be smaller, by what factor: with the usual ones the
rounding of a float decides on the reply, and mlx-lm differs from itself between two step sizes."""

PRINTABLE = [chr(code) for code in range(33, 127)]
"""All that models of the zoo read and write: each text comes back as the tokens it was."""

UNKNOWN = "<|endoftext|>"
"""A token that transformers adds to a tokenizer of Qwen's where it is missing."""

_VOCABULARY = "V"


@cache
def configs() -> dict[str, dict[str, Any]]:
    """Return each model's config by its name: an architecture, or a variant of one."""
    text = (Path(__file__).parent / "configs.json").read_text("utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


NAMES = tuple(name for name in configs() if name not in NEED_METAL and name not in FAILS_IN_MLX_LM)
"""What this machine can run."""


def config_of(name: str, vocabulary: int) -> dict[str, Any]:
    """Return a model's config for a vocabulary of a size."""
    config: dict[str, Any] = _filled(configs()[name], vocabulary)
    for part in (config, config.get("text_config")):
        if isinstance(part, dict) and "num_vocab" not in part:
            part["vocab_size"] = vocabulary
    return config


def _filled(part: Any, vocabulary: int) -> Any:
    if isinstance(part, Mapping):
        return {key: _filled(value, vocabulary) for key, value in part.items()}
    return vocabulary if part == _VOCABULARY else part


def model_of(config: Mapping[str, Any]) -> Any:
    """Return mlx-lm's model for a config, as it is made before its weights are loaded."""
    model_class, arguments = _get_classes(dict(config))
    return model_class(arguments.from_dict(copy.deepcopy(dict(config))))


def write(directory: Path, name: str, seed: int = 0) -> Path:
    """Write a model's directory, if it is not there yet; return it."""
    path = directory / name
    if path.exists():
        return path
    path.mkdir(parents=True)
    vocabulary = tokenizer_files(path, (UNKNOWN,), characters=PRINTABLE)
    config = config_of(name, len(vocabulary))
    mx.random.seed(seed)
    model = model_of(config)
    scale = ILL_CONDITIONED.get(name, 1.0)
    weights = _weights(model, len(vocabulary), vocabulary[END], scale)
    mx.save_safetensors(str(path / "model.safetensors"), weights, {"format": "mlx"})
    config["eos_token_id"] = vocabulary[END]
    (path / "config.json").write_text(json.dumps(config), "utf-8")
    return path


def _weights(model: Any, vocabulary: int, end: int, scale: float) -> dict[str, mx.array]:
    """Return random weights: matrices keep a state's size, and the head tells tokens far apart.

    The end token's row is zero, so that a reply goes on to its limit.
    """
    plain = dict(tree_flatten(model.parameters()))
    heads = [name for name in plain if "head" in name or "output" in name]
    tied = not any(_by_token(plain[name], vocabulary) for name in heads)
    return {
        name: _random(name, array, vocabulary, end, tied, scale) for name, array in plain.items()
    }


def _random(
    name: str, array: mx.array, vocabulary: int, end: int, tied: bool, scale: float
) -> mx.array:
    if not mx.issubdtype(array.dtype, mx.floating) or "A_log" in name:
        return array
    size = array.shape[-1] if array.ndim else 1
    if _by_token(array, vocabulary):
        head = "head" in name or "output" in name
        width = 3.0 / size**0.5 if head else 0.05 if tied else 1.0
        rows = mx.random.normal(array.shape) * width
        rows[end] = 0
        return rows
    matrix = array.ndim >= 2 and min(size, array.shape[0]) > 1
    if matrix and "conv" not in ".".join(name.split(".")[-2:]):
        wide: mx.array = mx.random.normal(array.shape) * (scale * 1.5 / size**0.5)
        return wide
    near: mx.array = array + mx.random.normal(array.shape) * 0.05
    return near


def _by_token(array: mx.array, vocabulary: int) -> bool:
    return array.ndim == 2 and array.shape[0] == vocabulary
