"""Readings of MLX's allocator, at most a few a second."""

import time
from collections.abc import Callable

import mlx.core as mx

from mlxtop import clock
from mlxtop.events import AnyEvent, MlxMemory

SECONDS_BETWEEN = 0.2


class MemoryMeter:
    """Emits `MlxMemory`, at most five times a second unless asked to."""

    def __init__(self, emit: Callable[[AnyEvent], None]) -> None:
        self._emit = emit
        self._last = 0.0

    def sample(self, always: bool = False) -> None:
        """Emit a reading where one is due, or always."""
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
