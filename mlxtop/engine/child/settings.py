"""Sampling settings: checked, and turned into mlx-lm's callables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mlx.core as mx
from mlx_lm.sample_utils import make_logits_processors, make_sampler

from mlxtop.engine.child.cache import CachePlan
from mlxtop.engine.child.cache_shape import Shape, group_size
from mlxtop.engine.child.load import Loaded
from mlxtop.engine.child.refusal import Refused
from mlxtop.events import Sampling
from mlxtop.sampling_settings import problems

Processor = Callable[[mx.array, mx.array], mx.array]


@dataclass
class Generation:
    """The arguments of mlx-lm for a turn."""

    plan: CachePlan
    sampler: Callable[[mx.array], mx.array]
    processors: list[Processor] = field(default_factory=list)


def check_values(sampling: Sampling, vocabulary: int) -> None:
    """Raise Refused for a value out of range."""
    if found := problems(sampling):
        raise Refused(found[0])
    if sampling.top_k >= vocabulary:
        raise Refused(
            f"Top-k is {sampling.top_k}: it must be 0 (off) or more, and less than the "
            f"{vocabulary} tokens of the model's vocabulary."
        )


def check_cache(
    sampling: Sampling, name: str, shape: Shape, draft_name: str, draft_shape: Shape | None
) -> CachePlan:
    """Return how to build the cache; raise Refused if the model cannot use that."""
    size = sampling.max_kv_size
    if size is not None:
        if draft_shape is not None:
            raise Refused("A maximum KV size has no effect with a draft model: mlx-lm ignores it.")
        if shape.makes_cache:
            raise Refused(
                f"A maximum KV size has no effect on {name}: the model builds its own cache."
            )
    bits = sampling.kv_bits
    if bits is None:
        return CachePlan(max_kv_size=size)
    group = _group_size(name, shape)
    if draft_shape is not None:
        group = min(group, _group_size(draft_name, draft_shape))
    return CachePlan(kv_bits=bits, group_size=group)


def _group_size(name: str, shape: Shape) -> int:
    """Return the quantization group of the model's caches; raise Refused if it has none."""
    refused = f"KV bits do not work with {name}: "
    if shape.rotating:
        raise Refused(f"{refused}it has rotating caches.")
    layers = [layer for layer in shape.layers if layer is not None]
    if not layers and shape.kinds:
        kinds = ", ".join(shape.kinds)
        raise Refused(f"{refused}mlx-lm cannot quantize its kind of cache ({kinds}).")
    if not layers:
        raise Refused(f"{refused}it has no KV cache to quantize.")
    if (group := group_size(layers)) is None:
        sizes = {size for layer in layers for size in (layer.key_size, layer.value_size)}
        odd = ", ".join(map(str, sorted(sizes)))
        raise Refused(f"{refused}its head size, {odd}, is not a multiple of 64 or 32.")
    if not shape.takes_quantized:
        raise Refused(f"{refused}its attention does not support a quantized cache.")
    return group


def generation(
    sampling: Sampling, plan: CachePlan, tokenizer: Any, prompt: Sequence[int]
) -> Generation:
    """Return sampler and logits processors; seed MLX's generator if there is a seed."""
    if sampling.seed is not None:
        mx.random.seed(sampling.seed)
    sampler = make_sampler(
        temp=sampling.temperature,
        top_p=sampling.top_p,
        min_p=sampling.min_p,
        top_k=sampling.top_k,
        xtc_probability=sampling.xtc_probability,
        xtc_threshold=sampling.xtc_threshold,
        # As in mlx-lm: the ends of a line and of the reply are never excluded.
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

    mlx-lm passes a processor only the tokens that it processed itself, here the prompt's last
    token: our prefill, or an earlier turn, processed the rest.
    """
    prefix = mx.array(list(before), mx.uint32)

    def process(tokens: mx.array, logits: mx.array) -> mx.array:
        return processor(mx.concatenate([prefix, tokens.astype(mx.uint32)]), logits)

    return process


_STRETCH = (
    "raise max_position_embeddings in its config.json (or set a rope_scaling of type yarn there) "
    "if its author documents more"
)


def reply_limit(loaded: Loaded, prompt_tokens: int, wanted: int, *, whole: bool) -> int:
    """Return how many tokens may be generated.

    Raise Refused if the context has no room, or only for a part of a reply that has to be
    `whole`.
    """
    context = loaded.facts.context_tokens
    if context is None:
        return wanted
    if prompt_tokens >= context:
        raise Refused(
            f"The prompt has {prompt_tokens:,} tokens and {loaded.name} a context of {context:,}: "
            f"{'use fewer' if whole else 'shorten it, begin a new conversation'}, or "
            f"{_STRETCH}."
        )
    room = context - prompt_tokens
    if whole and room < wanted:
        raise Refused(
            f"{prompt_tokens:,} prompt tokens and {wanted:,} generated ones do not fit into the "
            f"context of {loaded.name}, {context:,} tokens: use fewer."
        )
    return min(wanted, room)
