"""The shape of a model's KV cache, and whether its attention supports quantization."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx_lm.models.cache import (
    ArraysCache,
    KVCache,
    QuantizedKVCache,
    RotatingKVCache,
    make_prompt_cache,
)

GROUPS = (64, 32)
"""Numbers per scale: mlx-lm's own, and that for small heads."""


@dataclass(frozen=True)
class KeysAndValues:
    """Shape of one layer's keys and values in a KV cache."""

    heads: int
    key_size: int
    value_size: int
    dtype: Any


def group_size(layers: Sequence[KeysAndValues | None]) -> int | None:
    """Return the group size that divides every key and value; None if there is none."""
    sizes = {size for layer in layers if layer for size in (layer.key_size, layer.value_size)}
    return next((group for group in GROUPS if all(size % group == 0 for size in sizes)), None)


def quantized(layer: KeysAndValues, bits: int, group: int) -> QuantizedKVCache:
    """Return an empty quantized cache.

    Quantized before the first token, not after the first step, so that a reply does not depend on
    the steps of the prompt; with allocated memory, because mlx-lm's own first allocation is wrong
    for 3, 5 and 6 bits.
    """
    cache = QuantizedKVCache(group_size=group, bits=bits)

    def room(size: int) -> Any:
        empty = mx.zeros((1, layer.heads, cache.step, size), layer.dtype)
        return mx.quantize(empty, group_size=group, bits=bits)

    cache.keys, cache.values = room(layer.key_size), room(layer.value_size)
    return cache


def with_quantized(
    entries: Sequence[Any], layers: Sequence[KeysAndValues | None], bits: int, group: int
) -> list[Any]:
    """Return the caches with a quantized one in place of each plain one."""
    return [
        entry if layer is None else quantized(layer, bits, group)
        for entry, layer in zip(entries, layers, strict=True)
    ]


def takes_quantized(
    model: Any, entries: Sequence[Any], layers: Sequence[KeysAndValues | None]
) -> bool:
    """Return whether steps with quantized caches can be built; MLX is lazy, none is computed.

    An attention that reads the cache directly finds three arrays instead of one.
    """
    group = group_size(layers)
    if group is None or not any(layers):
        return True  # refused for that reason
    caches = with_quantized(entries, layers, 8, group)
    try:
        for tokens in (2, 1):  # a prefill, and a step of decoding
            model(mx.array([[0] * tokens]), cache=caches)
    except Exception:  # noqa: BLE001 - its code may raise anything
        return False
    return True


@dataclass(frozen=True)
class Shape:
    """The size of a model's logits and the form of its cache."""

    vocabulary: int
    """Number of logits."""
    layers: list[KeysAndValues | None]
    """Per cache entry: its keys and values; None for anything but a plain KV cache."""
    rotating: bool
    """Whether an entry is a rotating cache."""
    makes_cache: bool
    """Whether the model builds its cache itself, so that mlx-lm ignores a maximum size."""
    kinds: tuple[str, ...]
    """Kinds of its caches, as mlx-lm names them, without recurrent states."""
    takes_quantized: bool
    """Whether its attention supports a quantized cache."""


def shape_of(model: Any) -> Shape:
    """Return the model's shape; MLX is lazy, so nothing is computed."""
    cache = make_prompt_cache(model)
    logits = model(mx.array([[0]]), cache=cache)
    layers = [_keys_and_values(entry) for entry in cache]
    return Shape(
        vocabulary=int(logits.shape[-1]),
        layers=layers,
        rotating=any(isinstance(entry, RotatingKVCache) for entry in flat(cache)),
        makes_cache=hasattr(model, "make_cache"),
        kinds=tuple(
            sorted({type(entry).__name__ for entry in cache if not isinstance(entry, ArraysCache)})
        ),
        takes_quantized=takes_quantized(model, make_prompt_cache(model), layers),
    )


def _keys_and_values(entry: Any) -> KeysAndValues | None:
    if type(entry) is not KVCache or entry.keys is None:
        return None
    return KeysAndValues(
        heads=int(entry.keys.shape[1]),
        key_size=int(entry.keys.shape[-1]),
        value_size=int(entry.values.shape[-1]),
        dtype=entry.keys.dtype,
    )


def flat(cache: list[Any]) -> Iterator[Any]:
    """Yield the caches in a prompt cache, including those inside lists of caches."""
    for entry in cache:
        inner = getattr(entry, "caches", None)
        if inner is None:
            yield entry
        else:
            yield from flat(list(inner))
