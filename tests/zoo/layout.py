"""What a model's caches really hold, read off unevaluated steps."""

from collections.abc import Iterator
from typing import Any

import mlx.core as mx
from mlx_lm.models.cache import make_prompt_cache

from mlxtop.engine.child.cache_shape import flat


def numbers(model: Any) -> list[tuple[int, int | None]]:
    """Return of each KV cache the numbers it keeps of a token, and its window in tokens."""
    entries = make_prompt_cache(model)
    model(mx.array([[0] * 8]), cache=entries)
    return list(_kept(entries))


def _kept(entries: list[Any]) -> Iterator[tuple[int, int | None]]:
    for entry in flat(entries):
        if type(entry).__name__ == "LayerCache":  # of deepseek_v41: one vector a token
            yield entry.window.shape[-1], entry.window_size
        elif getattr(entry, "keys", None) is not None:
            window = getattr(entry, "max_size", None) or getattr(entry, "chunk_size", None)
            heads, keys, values = entry.keys.shape[1], entry.keys.shape[-1], entry.values.shape[-1]
            yield heads * (keys + values), window
