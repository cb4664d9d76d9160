"""Sampling settings: refused in words where they cannot hold, else made into mlx-lm's callables."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mlx.core as mx
from mlx_lm.sample_utils import make_logits_processors, make_sampler

from mlxtop.engine.child.cache import Plan
from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.child.shape import Shape
from mlxtop.events import Sampling

KV_BITS = (2, 3, 4, 5, 6, 8)
SMALLEST_KV_SIZE = 16
"""Below this a rotating cache, which keeps its first 4 tokens, has no room to rotate in."""

Processor = Callable[[mx.array, mx.array], mx.array]


@dataclass
class Generation:
    """What mlx-lm is given for a turn."""

    plan: Plan
    sampler: Callable[[mx.array], mx.array]
    processors: list[Processor] = field(default_factory=list)


def check_values(sampling: Sampling, vocabulary: int) -> None:
    """Raise Refused for a value out of range, with the range in words."""
    _within("The temperature", sampling.temperature, 0, math.inf, "0 (greedy) or more")
    if not 0 < sampling.top_p <= 1:
        raise Refused(f"Top-p is {sampling.top_p:g}: it has to be above 0 and at most 1 (off).")
    _within("Min-p", sampling.min_p, 0, 1, "between 0 (off) and 1")
    if not 0 <= sampling.top_k < vocabulary:
        raise Refused(
            f"Top-k is {sampling.top_k}: it has to be 0 (off) or more, and less than the "
            f"{vocabulary} tokens of the model's vocabulary."
        )
    penalty = sampling.repetition_penalty
    if penalty is not None and not 0 < penalty < math.inf:
        raise Refused(f"The repetition penalty is {penalty:g}: it has to be above 0 (1 is none).")
    _at_least("The repetition penalty's context", sampling.repetition_context, 1, "token")
    _within("The XTC probability", sampling.xtc_probability, 0, 1, "between 0 (off) and 1")
    _within("The XTC threshold", sampling.xtc_threshold, 0, 0.5, "between 0 and 0.5")
    if sampling.seed is not None and not 0 <= sampling.seed < 2**64:
        raise Refused(f"The seed is {sampling.seed}: it has to be between 0 and 2^64 - 1.")
    _at_least("The limit of new tokens", sampling.max_tokens, 1, "token")
    _at_least("The number of draft tokens", sampling.draft_tokens, 1, "token")
    if sampling.prefill_step is not None:
        _at_least("The prefill step", sampling.prefill_step, 1, "token")


def _within(name: str, value: float, low: float, high: float, words: str) -> None:
    if not low <= value <= high or math.isinf(value):
        raise Refused(f"{name} is {value:g}: it has to be {words}.")


def _at_least(name: str, value: int, low: int, unit: str) -> None:
    if value < low:
        raise Refused(f"{name} is {value}: it has to be at least {low} {unit}.")


def check_cache(
    sampling: Sampling, name: str, shape: Shape, draft_name: str, draft_shape: Shape | None
) -> Plan:
    """Return how the cache is built; raise Refused where a model would ignore or break on it."""
    size = sampling.max_kv_size
    if size is not None:
        if draft_shape is not None:
            raise Refused("A maximum KV size has no effect with a draft model: mlx-lm drops it.")
        if shape.makes_cache:
            raise Refused(
                f"A maximum KV size has no effect on {name}: the model builds its own cache."
            )
        if size < SMALLEST_KV_SIZE:
            raise Refused(
                f"The maximum KV size is {size}: it has to be at least {SMALLEST_KV_SIZE} tokens."
            )
    bits = sampling.kv_bits
    if bits is None:
        return Plan(max_kv_size=size)
    if bits not in KV_BITS:
        known = ", ".join(map(str, KV_BITS))
        raise Refused(f"A KV cache of {bits} bits is not possible: it can have {known} bits.")
    if size is not None:
        raise Refused("A KV cache of a maximum size rotates, and a rotating one has no KV bits.")
    group = _group_size(name, shape)
    if draft_shape is not None:
        group = min(group, _group_size(draft_name, draft_shape))
    return Plan(kv_bits=bits, group_size=group)


def _group_size(name: str, shape: Shape) -> int:
    """Return the quantization group that divides every key and value, in numbers."""
    if shape.rotating:
        raise Refused(f"KV bits do not work with {name}: it has rotating caches.")
    layers = [layer for layer in shape.layers if layer is not None]
    if not layers:
        raise Refused(f"KV bits do not work with {name}: it has no KV cache to quantize.")
    sizes = {size for layer in layers for size in (layer.key_size, layer.value_size)}
    for group in (64, 32):
        if all(size % group == 0 for size in sizes):
            return group
    odd = ", ".join(map(str, sorted(sizes)))
    raise Refused(
        f"KV bits do not work with {name}: its heads have {odd} numbers, and groups of 64 or 32 "
        "do not divide that."
    )


def generation(sampling: Sampling, plan: Plan, tokenizer: Any, prompt: Sequence[int]) -> Generation:
    """Return sampler and logits processors, and seed MLX's generator where a seed is given."""
    if sampling.seed is not None:
        mx.random.seed(sampling.seed)
    sampler = make_sampler(
        temp=sampling.temperature,
        top_p=sampling.top_p,
        min_p=sampling.min_p,
        top_k=sampling.top_k,
        xtc_probability=sampling.xtc_probability,
        xtc_threshold=sampling.xtc_threshold,
        # As mlx-lm does: a line's end and the reply's end are never excluded.
        xtc_special_tokens=[
            *tokenizer.encode("\n", add_special_tokens=False),
            *sorted(tokenizer.eos_token_ids),
        ]
        if sampling.xtc_probability
        else None,
    )
    processors = make_logits_processors(
        repetition_penalty=sampling.repetition_penalty,
        repetition_context_size=sampling.repetition_context,
    )
    before = prompt[:-1][-sampling.repetition_context :]
    return Generation(plan, sampler, [_seeing(before, processor) for processor in processors])


def _seeing(before: Sequence[int], processor: Processor) -> Processor:
    """Return a processor that sees the prompt's earlier tokens too.

    mlx-lm shows a processor what it fed itself, here the prompt's last token: the rest was fed
    by our prefill, or in an earlier turn.
    """
    prefix = mx.array(list(before), mx.uint32)

    def process(tokens: mx.array, logits: mx.array) -> mx.array:
        return processor(mx.concatenate([prefix, tokens.astype(mx.uint32)]), logits)

    return process
