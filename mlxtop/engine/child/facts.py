"""Facts of MLX, its device, its memory and the loaded model."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from mlxtop import clock
from mlxtop.events import AnyEvent, EngineReady, MlxMemory
from mlxtop.models.describe import quantization_of, quantization_words
from mlxtop.models.parameters import stored


def ready() -> EngineReady:
    """Return versions and device; a figure MLX does not report stays None."""
    info = mx.device_info()
    memory = info.get("memory_size", info.get("total_memory"))
    working_set = info.get("max_recommended_working_set_size")
    return EngineReady(
        t=clock.now(),
        pid=os.getpid(),
        mlx=_version("mlx"),
        mlx_lm=_version("mlx-lm"),
        device="gpu" if mx.default_device() == mx.gpu else "cpu",
        device_name=str(info.get("device_name", "")),
        device_memory_bytes=None if memory is None else int(memory),
        device_address=str(info.get("pci_bus_id", "")),
        working_set_bytes=None if working_set is None else int(working_set),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


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
    """A model's weights, without an adapter."""

    bytes: int
    parameters: int | None
    quantization: str
    """In words: "4 bits, groups of 64", "bfloat16"."""

    @property
    def bits_per_weight(self) -> float | None:
        """Bits per parameter."""
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
    """Return the weights of a model; nothing is evaluated."""
    arrays = {
        name: _Array(_TYPES.get(array.dtype, ""), array.size, array.nbytes)
        for name, array in _named(model)
    }
    # A config may name a quantization that mlx-lm undoes while it loads (fp8).
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


SECONDS_BETWEEN = 0.2


class MemoryMeter:
    """Emits `MlxMemory`, at most five times a second unless asked to."""

    def __init__(self, emit: Callable[[AnyEvent], None]) -> None:
        self._emit = emit
        self._last = 0.0

    def sample(self, always: bool = False) -> None:
        """Emit a reading if one is due, or always."""
        now = time.monotonic()
        if not always and now - self._last < SECONDS_BETWEEN:
            return
        self._last = now
        self._emit(
            MlxMemory(
                t=clock.now(),
                active_bytes=mx.get_active_memory(),
                cache_bytes=mx.get_cache_memory(),
                peak_bytes=mx.get_peak_memory(),
            )
        )
