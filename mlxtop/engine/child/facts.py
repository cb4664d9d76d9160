"""What can be said of a loaded model: read off its arrays, described as on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from mlxtop.models.describe import quantization_of, quantization_words
from mlxtop.models.parameters import stored

_TYPES = {
    mx.bfloat16: "BF16",
    mx.float16: "F16",
    mx.float32: "F32",
    mx.float64: "F64",
    mx.uint8: "U8",
    mx.int8: "I8",
    mx.uint32: "U32",
    mx.int32: "I32",
}
"""As safetensors names them; other types are not parameters."""


@dataclass(frozen=True)
class Weights:
    """A model's weights, as they were before an adapter came to them."""

    bytes: int
    parameters: int | None
    quantization: str
    """In words: "4 bits, groups of 64", "bfloat16"."""

    @property
    def bits_per_weight(self) -> float | None:
        """Bits that a parameter takes."""
        return self.bytes * 8 / self.parameters if self.parameters else None


@dataclass(frozen=True)
class _Array:
    dtype: str
    elements: int
    size_bytes: int


def arrays_of(model: Any) -> Iterator[mx.array]:
    """Yield the arrays of a model's parameters."""
    yield from (array for _, array in _named(model))


def weights_of(config: dict[str, Any], model: Any) -> Weights:
    """Return what a model's arrays hold; nothing is evaluated."""
    arrays = {
        name: _Array(_TYPES.get(array.dtype, ""), array.size, array.nbytes)
        for name, array in _named(model)
    }
    # A config can tell of a quantization that mlx-lm undoes while it loads (fp8).
    packed = any(array.dtype in ("U8", "U32") for array in arrays.values())
    quantization = quantization_of(config) if packed else {}
    what = stored(arrays, quantization)
    return Weights(
        bytes=sum(array.size_bytes for array in arrays.values()),
        parameters=what.parameters,
        quantization=quantization_words(quantization, what),
    )


def _named(model: Any) -> Iterator[tuple[str, mx.array]]:
    flattened: Any = tree_flatten(model.parameters())
    yield from ((name, array) for name, array in flattened if isinstance(array, mx.array))
