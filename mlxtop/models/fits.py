"""Whether a model fits into memory: an estimate, as a word and as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlxtop.format import size
from mlxtop.models.cache_architectures import DELEGATES, RULES
from mlxtop.models.cache_rules import Layer
from mlxtop.models.describe import architectures, model_type, text_part
from mlxtop.models.json_file import MOST, Object, inner
from mlxtop.models.known import Known

_BYTES = 2
"""Of a number: caches have the type of the weights, with 16 bits."""


@dataclass(frozen=True)
class CacheLayout:
    """The KV caches of a model, by layer.

    A recurrent state is not counted: its size is constant, a few per cent of the weights.
    """

    layers: tuple[Layer, ...]

    def bytes(self, tokens: int) -> int:
        """Return the bytes of a conversation of this many tokens, in 16 bits."""
        return _BYTES * sum(
            layer.numbers * min(tokens, layer.window or tokens) for layer in self.layers
        )

    @property
    def bytes_per_token(self) -> int:
        """Bytes of each further token once all windows are full, in 16 bits."""
        return _BYTES * sum(layer.numbers for layer in self.layers if layer.window is None)


def cache_layout(config: Object, known: Known) -> CacheLayout | None:
    """Return what mlx-lm would cache for a config; None if no rule knows the architecture."""
    if config.get("model_file"):
        return None
    module = known.module(model_type(config), architectures(config))
    text = text_part(config)
    if of := DELEGATES.get(module):
        own = known.module(model_type(inner(config, "text_config")), [])
        module = own if own in of.modules else of.modules[0]
    given = of.defaults if of else {}
    if (rule := RULES.get(module)) is None:
        return None
    try:
        layers = rule({**known.defaults(module), **given, **text})
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # an incomplete or odd config
    return CacheLayout(tuple(layers)) if _sane(layers) else None


def _sane(layers: Sequence[Layer]) -> bool:
    return all(0 < layer.numbers < MOST for layer in layers)


Word = Literal["fits", "tight", "does not fit", "unknown"]

CONTEXT_TOKENS = 4096
"""Tokens of the conversation in the estimate."""
_OVERHEAD = 1.1  # activations, buffers that MLX keeps, fragmentation
_TIGHT = 0.85  # of the limit: above it a long conversation hardly fits


@dataclass(frozen=True)
class MemoryLimit:
    """How much memory a model may take."""

    bytes: int | None
    """None if unknown."""
    source: str = ""
    """The source of the figure, in words, also for an estimate."""
    most_bytes: int | None = None
    """If `bytes` is an estimate: its upper bound. A need in between is tight."""


@dataclass(frozen=True)
class Verdict:
    """Whether a model fits."""

    word: Word
    needed_bytes: int
    limit: MemoryLimit
    without_cache: bool = False
    """Whether the need excludes the KV cache, because its size is unknown."""

    def sentence(self) -> str:
        """Return the verdict with its figures: "does not fit (needs about 41.2 GB of 36.0 GB)"."""
        needs = f"needs about {size(self.needed_bytes)}"
        more = ", its KV cache not counted" if self.without_cache else ""
        if self.limit.bytes is None:
            return needs + more
        of = "of" if self.limit.most_bytes is None else "of an estimated"
        return f"{self.word} ({needs} {of} {size(self.limit.bytes)}{more})"


def judge(weights_bytes: int, cache: CacheLayout | None, limit: MemoryLimit) -> Verdict:
    """Return whether a model fits under a limit, with a conversation of 4,096 tokens."""
    needed = round(weights_bytes * _OVERHEAD)
    if cache is not None:
        needed += cache.bytes(CONTEXT_TOKENS)
    word: Word = "fits"
    if limit.bytes is None or weights_bytes <= 0:
        word = "unknown"
    elif needed > (limit.most_bytes or limit.bytes):
        word = "does not fit"
    elif needed > limit.bytes * _TIGHT:
        word = "tight"
    return Verdict(word, needed, limit, without_cache=cache is None)
