"""Points that need no trial: impossible ones, and settings without effect."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from mlxtop.sampling_settings import Value

if TYPE_CHECKING:
    from mlxtop.bench.point import Point

Setting = dict[str, Value | str]
"""What a sweep changes at a point."""


def impossible(point: "Point", context: int | None = None) -> str:
    """Return why a point cannot be measured; empty if nothing is known to prevent it.

    `context` is the length of the model's context in tokens, if known.
    """
    if point.prompt_tokens is not None and context is not None:
        generated = point.sampling.max_tokens
        if point.prompt_tokens + generated > context:
            return (
                f"{point.prompt_tokens:,} prompt tokens and {generated:,} generated ones do not "
                f"fit into the model's context of {context:,} tokens"
            )
    if point.batch > 1 and point.wanted.draft is not None:
        return "mlx-lm does not use a draft model in a batch"
    if point.batch > 1 and point.sampling.kv_bits is not None:
        return "mlx-lm does not quantize the KV cache in a batch"
    if point.sampling.kv_bits is not None and point.sampling.max_kv_size is not None:
        return "mlx-lm does not quantize a KV cache with a max KV size"
    return ""


def nothing(points: Sequence["Point"]) -> str:
    """Return a sentence if none of the points can be measured; else an empty one."""
    if any(not point.invalid for point in points):
        return ""
    reasons = "; ".join(sorted({point.invalid for point in points}))
    return f"There is nothing to measure: {reasons or 'the plan has no points'}."


def no_breakdown(points: Sequence["Point"]) -> str:
    """Return a sentence if a point cannot be broken down; else an empty one."""
    measured = [point for point in points if not point.invalid]
    if any(point.wanted.draft is not None for point in measured):
        return "A breakdown works with a single model: leave out the breakdown or the draft model."
    if any(point.batch > 1 for point in measured):
        return "A breakdown works with single requests: leave out the breakdown or the batch."
    return ""


_ONLY_SAMPLED = ("top_p", "min_p", "top_k", "xtc_probability", "xtc_threshold")


def without_effect(setting: Setting, point: "Point") -> str:
    """Return why a setting of a sweep has no effect beside the others; empty if it has one."""
    sampling = point.sampling
    for name in setting:
        words = name.replace("_", " ")
        if name in _ONLY_SAMPLED and sampling.temperature == 0:
            return f"{words} has no effect at temperature 0: the likeliest token is taken"
        if name == "xtc_threshold" and not sampling.xtc_probability:
            return f"{words} has no effect while the XTC probability is 0"
        if name == "repetition_context" and sampling.repetition_penalty is None:
            return f"{words} has no effect without a repetition penalty"
        if name == "draft_tokens" and point.wanted.draft is None:
            return f"{words} has no effect without a draft model"
    return ""


def mark_redundant(settings: Sequence[Setting], points: Sequence["Point"]) -> list["Point"]:
    """Return the points; those that would measure the same as an earlier one are marked."""
    seen: dict[tuple[object, ...], str] = {}
    found = []
    for setting, point in zip(settings, points, strict=True):
        reason = point.invalid or _no_effect(setting, point, seen)
        found.append(msgspec.structs.replace(point, invalid=reason) if reason else point)
    return found


def _no_effect(setting: Setting, point: "Point", seen: dict[tuple[object, ...], str]) -> str:
    """Return why a point would measure nothing new; else remember what it measures."""
    sampling, prompt = point.sampling, point.prompt_tokens or 0
    whole = prompt + sampling.max_tokens
    if sampling.max_kv_size is not None and sampling.max_kv_size >= whole:
        return f"a max KV size of {sampling.max_kv_size} is never reached by {whole} tokens"
    step = min(sampling.prefill_step or prompt, prompt)
    same = (
        point.wanted,
        point.batch,
        prompt,
        msgspec.structs.replace(sampling, prefill_step=step),
    )
    if same not in seen:
        seen[same] = point.label
        return ""
    reason = f"it would measure the same as {seen[same]}"
    if "prefill_step" in setting and step == prompt:
        return f"fed in one step of {prompt} tokens, {reason}"
    return reason
