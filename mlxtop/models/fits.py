"""Whether a model fits into memory: an estimate, in a word and in a sentence."""

from dataclasses import dataclass
from typing import Literal

from mlxtop.format import size

Word = Literal["fits", "tight", "does not fit", "unknown"]

CONTEXT_TOKENS = 4096
"""Tokens of conversation that the estimate has room for."""
_OVERHEAD = 1.1  # activations, buffers that MLX keeps, fragmentation
_TIGHT = 0.85  # of the limit: beyond it there is hardly room for a long conversation


@dataclass(frozen=True)
class MemoryLimit:
    """How much memory a model may take."""

    bytes: int | None
    """None where it is not known."""
    source: str = ""
    """Where the figure is from, in words; an estimate says so."""


@dataclass(frozen=True)
class Verdict:
    """Whether a model fits."""

    word: Word
    needed_bytes: int
    limit: MemoryLimit

    def sentence(self) -> str:
        """Return the verdict with its figures: "does not fit (needs about 41.2 GB of 36.0 GB)"."""
        needs = f"needs about {size(self.needed_bytes)}"
        if self.limit.bytes is None:
            return needs
        return f"{self.word} ({needs} of {size(self.limit.bytes)})"


def needed_bytes(weights_bytes: int, cache_bytes_per_token: int | None) -> int:
    """Return an estimate of what a model takes with a conversation of 4,096 tokens."""
    return round(weights_bytes * _OVERHEAD) + CONTEXT_TOKENS * (cache_bytes_per_token or 0)


def judge(weights_bytes: int, cache_bytes_per_token: int | None, limit: MemoryLimit) -> Verdict:
    """Return whether a model fits under a limit."""
    needed = needed_bytes(weights_bytes, cache_bytes_per_token)
    if limit.bytes is None or weights_bytes <= 0:
        return Verdict("unknown", needed, limit)
    if needed > limit.bytes:
        return Verdict("does not fit", needed, limit)
    return Verdict("tight" if needed > limit.bytes * _TIGHT else "fits", needed, limit)
