"""What can be said of a loaded model: read off its config and its arrays."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

_CONTEXT_KEYS = (
    "max_position_embeddings",
    "n_positions",
    "max_sequence_length",
    "n_ctx",
    "seq_length",
)


def arrays_of(model: Any) -> Iterator[mx.array]:
    """Yield the arrays of a model's parameters."""
    flattened: Any = tree_flatten(model.parameters())
    yield from (array for _, array in flattened if isinstance(array, mx.array))


def context_tokens(config: dict[str, Any]) -> int | None:
    """Return the tokens the model was made for; None where the config does not say."""
    for part in (config, config.get("text_config")):
        if not isinstance(part, dict):
            continue
        found = [part[key] for key in _CONTEXT_KEYS if _is_count(part.get(key))]
        if found:
            return max(int(found[0]), _stretched(part))
    return None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _stretched(config: dict[str, Any]) -> int:
    """Return the context after rope scaling, in tokens; 0 where there is none."""
    scaling = config.get("rope_scaling")
    if not isinstance(scaling, dict):
        return 0
    original, factor = scaling.get("original_max_position_embeddings"), scaling.get("factor")
    if not _is_count(original) or not isinstance(factor, int | float):
        return 0
    return int(original * factor)  # type: ignore[operator]


def quantization(config: dict[str, Any], model: Any) -> str:
    """Return in words how the weights are stored: "4 bits, groups of 64", "bfloat16"."""
    settings = config.get("quantization")
    if not isinstance(settings, dict) or "bits" not in settings:
        return _main_dtype(model)
    layers = [layer for layer in settings.values() if isinstance(layer, dict)]
    bits = sorted({int(part["bits"]) for part in (settings, *layers) if "bits" in part})
    words = " and ".join(map(str, bits)) + (" bit" if bits == [1] else " bits")
    if group := settings.get("group_size"):
        words += f", groups of {group}"
    mode = settings.get("mode", "affine")
    return words if mode == "affine" else f"{mode}, {words}"


def _main_dtype(model: Any) -> str:
    sizes: Counter[str] = Counter()
    for array in arrays_of(model):
        sizes[str(array.dtype).removeprefix("mlx.core.")] += array.nbytes
    return max(sizes, key=lambda name: sizes[name]) if sizes else ""
