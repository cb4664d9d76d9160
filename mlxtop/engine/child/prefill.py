"""The prefill in steps of about 100 ms, for progress and fast cancelling."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import mlx.core as mx
from mlx_lm.generate import generation_stream

from mlxtop.engine.child.cache import CachePlan, Kept, Part
from mlxtop.engine.child.refusal import Cancelled
from mlxtop.events import Sampling

TARGET_SECONDS = 0.1
SMALLEST_STEP = 16
LARGEST_STEP = 2048
"""mlx-lm's own step on any machine."""
FIRST_STEP = 64


class Pace:
    """The size of the next step, in tokens: fixed, or adapted to the measured rate."""

    def __init__(self, fixed: int | None = None, start: int = 0) -> None:
        """Begin with `start` tokens, or with a small step if it is 0."""
        self.fixed = fixed
        self.size = fixed or start or FIRST_STEP

    def measured(self, tokens: int, seconds: float) -> None:
        """Adapt to a step of `tokens` that took `seconds`.

        An incomplete step is ignored. The size at most doubles, because small steps are slower per
        token; it shrinks at most to a quarter, because a first step includes compiling.
        """
        if self.fixed is not None or tokens < self.size:
            return
        ideal = tokens / max(seconds, 1e-6) * TARGET_SECONDS
        bounded = min(max(ideal, self.size / 4), self.size * 2)
        self.size = _rounded(int(bounded))


def pace_of(sampling: Sampling, plan: CachePlan, start: int) -> Pace:
    """Return the pace of a turn.

    With a maximum KV size the steps are mlx-lm's own: its rotating cache lets a token see more of
    the past within a step than across steps, so the reply depends on where the prompt is cut.
    """
    usual = None if plan.max_kv_size is None else LARGEST_STEP
    return Pace(sampling.prefill_step or usual, start)


def _rounded(tokens: int) -> int:
    if tokens < 32:
        return SMALLEST_STEP
    grain = 64 if tokens >= 64 else 32
    return min(tokens // grain * grain, LARGEST_STEP)


def prefill(
    model: Any,
    draft: Any | None,
    kept: Kept,
    prompt: Sequence[int],
    pace: Pace,
    *,
    cancelled: Callable[[], bool],
    progress: Callable[[int, int], None],
) -> None:
    """Feed all but the last token of the prompt to the model and to its draft model.

    `progress` is called after each step with the tokens done and the step's size. Raises
    Cancelled between two steps; `kept` then contains what was processed.
    """
    last = len(prompt) - 1
    with mx.stream(generation_stream):
        while (start := min(part.length for part in kept.parts)) < last:
            if cancelled():
                raise Cancelled
            end = min(start + pace.size, last)
            began = time.perf_counter()
            fed = _feed(model, kept.main, prompt, end)
            if kept.draft is not None:
                _feed(draft, kept.draft, prompt, end)
            mx.eval([entry.state for entry in kept.entries])
            kept.tokens = list(prompt[:end])
            pace.measured(fed, time.perf_counter() - began)
            mx.clear_cache()
            progress(kept.main.length, end - start)


def _feed(model: Any, part: Part, prompt: Sequence[int], end: int) -> int:
    tokens = list(prompt[part.length : end])
    if tokens:
        model(mx.array(tokens, mx.uint32)[None], cache=part.entries)
        part.length = end
    return len(tokens)
