"""A reply with a barrier after each part of a step, so that each part can be timed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import mlx.core as mx
from mlx_lm.generate import generation_stream

from mlxtop.engine.child.load import Loaded
from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.child.settings import Generation
from mlxtop.engine.child.turn_end import TurnCounts

TOKENS_BETWEEN_CLEARING = 256
"""As in mlx-lm: MLX's cache holds the buffers of caches that have grown."""


@dataclass(frozen=True)
class Step:
    """A token, with the fields of `stream_generate`."""

    token: int
    text: str
    generation_tps: float
    finish_reason: Literal["stop", "length"] | None
    from_draft: bool = False


def check_stepwise(loaded: Loaded) -> None:
    """Raise Refused if a step uses more than one model."""
    if loaded.draft is not None:
        raise Refused(
            f"A breakdown covers one model's steps: load {loaded.name} without its draft model."
        )


def stepwise(
    loaded: Loaded,
    last: int,
    entries: list[Any],
    settings: Generation,
    limit: int,
    counts: TurnCounts,
) -> Iterator[Step]:
    """Yield at most `limit` tokens after `last`, the prompt's last token; `counts` times the parts.

    MLX is lazy, and mlx-lm begins the next step before it has read a token: here each part is
    waited for. Unlike in mlx-lm, a token is processed only when the next one is requested.
    """
    fed, first = [last], 0.0
    detokenizer, ends = loaded.tokenizer.detokenizer, loaded.tokenizer.eos_token_ids
    for count in range(1, limit + 1):
        with mx.stream(generation_stream):
            with counts.timed("forward"):
                logits = loaded.model(mx.array([fed[-1:]], mx.uint32), cache=entries)[:, -1, :]
                mx.eval(logits)
            with counts.timed("sample"):
                token = _sampled(logits, fed, settings)
        first = first or time.perf_counter()
        with counts.timed("detokenize"):
            ended = token in ends
            if not ended:
                detokenizer.add_token(token)
            if ended or count == limit:
                detokenizer.finalize()
            text = detokenizer.last_segment
        yield Step(
            token=token,
            text=text,
            generation_tps=count / max(time.perf_counter() - first, 1e-9),
            finish_reason="stop" if ended else "length" if count == limit else None,
        )
        if ended:
            return
        fed.append(token)
        if count % TOKENS_BETWEEN_CLEARING == 0:
            mx.clear_cache()


def _sampled(logits: mx.array, fed: list[int], settings: Generation) -> int:
    for processor in settings.processors:
        logits = processor(mx.array(fed, mx.uint32), logits)
    token: Any = settings.sampler(logits - mx.logsumexp(logits, keepdims=True)).item()
    return int(token)
