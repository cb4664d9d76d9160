"""Sizes that only the model's own code knows, read off an unevaluated step of one token."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx_lm.models.cache import ArraysCache, KVCache, RotatingKVCache, make_prompt_cache

from mlxtop.engine.child.quantized import KeysAndValues, takes_quantized


@dataclass(frozen=True)
class Shape:
    """What a model's step yields and what its cache holds."""

    vocabulary: int
    """Logits of a step."""
    layers: list[KeysAndValues | None]
    """Per cache entry: its keys and values; None for anything but a plain KV cache."""
    rotating: bool
    """Whether an entry is a rotating cache."""
    makes_cache: bool
    """Whether the model builds its cache itself, so that mlx-lm ignores a maximum size."""
    kinds: tuple[str, ...]
    """Kinds of its caches, in words of mlx-lm; a recurrent state is none."""
    takes_quantized: bool
    """Whether its attention takes a quantized cache."""


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
    """Yield the caches in a prompt cache, those inside lists of caches too."""
    for entry in cache:
        inner = getattr(entry, "caches", None)
        if inner is None:
            yield entry
        else:
            yield from flat(list(inner))
