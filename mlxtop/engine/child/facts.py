"""What can be said of a loaded model: read off its arrays, described as on disk."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from mlxtop.models.describe import quantization_of, quantization_words


def arrays_of(model: Any) -> Iterator[mx.array]:
    """Yield the arrays of a model's parameters."""
    flattened: Any = tree_flatten(model.parameters())
    yield from (array for _, array in flattened if isinstance(array, mx.array))


def quantization(config: dict[str, Any], model: Any) -> str:
    """Return in words how the weights are stored: "4 bits, groups of 64", "bfloat16"."""
    # A config can tell of a quantization that mlx-lm undoes while it loads (fp8).
    packed = any(array.dtype in (mx.uint32, mx.uint8) for array in arrays_of(model))
    return quantization_words(quantization_of(config) if packed else {}, _main_dtype(model))


def _main_dtype(model: Any) -> str:
    sizes: Counter[str] = Counter()
    for array in arrays_of(model):
        sizes[str(array.dtype).removeprefix("mlx.core.")] += array.nbytes
    return max(sizes, key=lambda name: sizes[name]) if sizes else ""
