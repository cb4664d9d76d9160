"""The KV cache that is kept between turns, and the tokens it contains."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mlx_lm.models.cache import (
    ConcatenateKVCache,
    KVCache,
    QuantizedKVCache,
    make_prompt_cache,
    trim_prompt_cache,
)

from mlxtop.engine.child.cache_shape import Shape, flat, with_quantized

WORTH_SAYING = 16
"""Tokens: any two conversations share the first few of the template."""

_ALWAYS_TRIMMABLE = (KVCache, QuantizedKVCache, ConcatenateKVCache)


@dataclass(frozen=True)
class CachePlan:
    """How to build a cache; a cache of another plan cannot be used."""

    kv_bits: int | None = None
    group_size: int = 64
    max_kv_size: int | None = None

    def difference(self, other: "CachePlan") -> str:
        """Return the difference of two plans in words."""
        if self.kv_bits != other.kv_bits:
            return f"its bits changed from {_bits(self.kv_bits)} to {_bits(other.kv_bits)}"
        return "its maximum size changed"


def _bits(bits: int | None) -> str:
    return "full precision" if bits is None else str(bits)


@dataclass
class Part:
    """One model's caches and the number of tokens they contain."""

    entries: list[Any]
    length: int = 0

    def agrees(self) -> bool:
        """Return whether every cache with a token count agrees."""
        return all(
            entry.offset == self.length
            for entry in flat(self.entries)
            if isinstance(getattr(entry, "offset", None), int)
        )

    def trim_to(self, length: int) -> bool:
        """Drop all but the first `length` tokens; return False if that is not possible."""
        if self.length <= length:
            return True
        if not can_trim_back(self.entries):
            return False
        trim_prompt_cache(self.entries, self.length - length)
        self.length = length
        return self.agrees()


class Both(list[Any]):
    """Two models' caches in one list, which slices divide after the first model's.

    mlx-lm's speculation divides the list at the number of the model's layers. A model that loops
    over its layers has more caches than that; if layers share keys and values, it has fewer.
    """

    def __init__(self, main: list[Any], draft: list[Any]) -> None:
        super().__init__([*main, *draft])
        self._main = len(main)

    def __getitem__(self, place: Any) -> Any:
        """Return an entry; for a slice, the first model's part or the rest."""
        if not isinstance(place, slice):
            return super().__getitem__(place)
        if place.start is None:
            return super().__getitem__(slice(self._main))
        return super().__getitem__(slice(self._main, None))


@dataclass
class Kept:
    """A conversation's cache: its tokens, the model's part and the draft model's."""

    plan: CachePlan
    main: Part
    draft: Part | None = None
    tokens: list[int] = field(default_factory=list)
    """Tokens processed so far, in order; a part contains the first `length` of them."""

    @property
    def entries(self) -> list[Any]:
        """The prompt cache as mlx-lm takes it: the model's caches, then the draft model's."""
        if self.draft is None:
            return self.main.entries
        return Both(self.main.entries, self.draft.entries)

    @property
    def parts(self) -> list[Part]:
        """The parts."""
        return [self.main] if self.draft is None else [self.main, self.draft]

    def agrees(self) -> bool:
        """Return whether every part agrees with its length."""
        return all(part.agrees() for part in self.parts)


def fresh_cache(model: Any, max_kv_size: int | None = None) -> list[Any]:
    """Return an empty cache as mlx-lm builds it for the model."""
    return list(make_prompt_cache(model, max_kv_size=max_kv_size))


def always_trimmable(cache: Sequence[Any]) -> bool:
    """Return whether a cache can always be trimmed, as speculation needs."""
    return all(isinstance(entry, _ALWAYS_TRIMMABLE) for entry in flat(list(cache)))


def untrimmable_names(cache: Sequence[Any]) -> str:
    """Return the kinds of cache that do not work with speculation."""
    entries = [entry for entry in flat(list(cache)) if not isinstance(entry, _ALWAYS_TRIMMABLE)]
    return ", ".join(sorted({type(entry).__name__ for entry in entries}))


def can_trim_back(entries: Sequence[Any]) -> bool:
    """Return whether the last tokens of the caches can be dropped."""
    return all(
        # A chunked cache that dropped its front lacks the context of earlier tokens.
        entry.is_trimmable() and not _dropped_front(entry)
        for entry in flat(list(entries))
    )


def _dropped_front(entry: Any) -> bool:
    return bool(getattr(entry, "start_position", 0))


def why_untrimmable(entries: Sequence[Any]) -> str:
    """Return in words why a cache cannot be trimmed back."""
    names = {
        type(entry).__name__
        for entry in flat(list(entries))
        if not entry.is_trimmable() or _dropped_front(entry)
    }
    if any("Rotating" in name or "Chunked" in name for name in names):
        return "its oldest tokens are already overwritten"
    if any("Arrays" in name or "Mamba" in name for name in names):
        return "the model's recurrent state cannot go back"
    return f"{', '.join(sorted(names)) or 'it'} cannot be trimmed back"


def build(
    model: Any, shape: Shape, draft: Any | None, draft_shape: Shape | None, plan: CachePlan
) -> Kept:
    """Return an empty cache for the model and, if there is one, its draft model."""
    main = Part(_entries(model, shape, plan))
    if draft is None or draft_shape is None:
        return Kept(plan=plan, main=main)
    return Kept(plan=plan, main=main, draft=Part(_entries(draft, draft_shape, plan)))


def _entries(model: Any, shape: Shape, plan: CachePlan) -> list[Any]:
    entries = fresh_cache(model, plan.max_kv_size)
    if plan.kv_bits is None:
        return entries
    return with_quantized(entries, shape.layers, plan.kv_bits, plan.group_size)


def common_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    """Return the number of tokens that two sequences share at their start."""
    count = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        count += 1
    return count


def reuse(kept: Kept, prompt: Sequence[int], plan: CachePlan) -> str | None:
    """Trim a kept cache to what it shares with the prompt; at least one token is left to process.

    Return None if the cache can be used, else the reason why it must be rebuilt (empty if little is
    lost by that).
    """
    shared = min(common_prefix(kept.tokens, prompt), kept.main.length)
    target = min(shared, len(prompt) - 1)
    if target == 0:
        return ""
    if kept.plan != plan:
        return kept.plan.difference(plan) if target >= WORTH_SAYING else ""
    if _cuts_elsewhere(kept, prompt, target):
        return "it is longer than the cache's maximum size" if target >= WORTH_SAYING else ""
    for part in kept.parts:
        reason = why_untrimmable(part.entries)
        if not part.trim_to(target):
            return reason if target >= WORTH_SAYING else ""
    kept.tokens = list(prompt[:target])
    return None


def _cuts_elsewhere(kept: Kept, prompt: Sequence[int], target: int) -> bool:
    """Return whether a prompt too long for a rotating cache would be cut into other steps.

    mlx-lm's cache of a maximum size keeps its first tokens, and a token sees more of the past
    within a step than across steps: a reply would depend on the earlier use of the cache.
    """
    size = kept.plan.max_kv_size
    return size is not None and len(prompt) > size and target < kept.main.length


def settle(
    kept: Kept,
    prompt: Sequence[int],
    generated: Sequence[int],
    from_draft: Sequence[bool],
    draft_tokens: int,
    max_tokens: int,
) -> bool:
    """Note the tokens that a decode has processed; return False if the caches disagree.

    mlx-lm processes each token before it yields it. In speculative decoding the last token of a
    step, which the model itself chose, waits for the next step; and if all proposals of a step
    were accepted, the draft model has not processed the last of them either.
    """
    kept.tokens = [*prompt, *generated]
    total = len(kept.tokens)
    if kept.draft is None:
        kept.main.length = total
        return kept.agrees()
    kept.main.length = total if from_draft[-1] else total - 1
    accepted = _accepted_in_last_step(from_draft)
    before = len(generated) - accepted - (0 if from_draft[-1] else 1)
    proposed = min(max_tokens - before, draft_tokens)
    kept.draft.length = kept.main.length - (1 if accepted == proposed else 0)
    return kept.agrees()


def _accepted_in_last_step(from_draft: Sequence[bool]) -> int:
    steps = list(from_draft if from_draft[-1] else from_draft[:-1])
    count = 0
    while steps and steps.pop():
        count += 1
    return count
