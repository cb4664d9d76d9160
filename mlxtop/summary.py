"""The figures of one reply, computed from the timeline."""

import math

import msgspec

from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints; None where a figure is not known."""

    model: str
    finish_reason: str
    error: str
    prompt_tokens: int
    cached_tokens: int
    generation_tokens: int
    thinking_tokens: int
    ttft_seconds: float | None
    decode_tokens_per_second: float | None
    """(n − 1) / (last − first token's time); with a draft model without the whole first step."""
    mlx_lm_prompt_tokens_per_second: float | None
    mlx_lm_generation_tokens_per_second: float | None
    tpot_mean_seconds: float | None
    tpot_p50_seconds: float | None
    tpot_p95_seconds: float | None
    tpot_p99_seconds: float | None
    tpot_max_seconds: float | None
    per_step: bool
    """True with a draft model: latencies are of steps, which give several tokens each."""
    peak_mlx_bytes: int | None
    load_seconds: float | None
    recording: str | None
    """The file; of several the last one."""
    recording_shortfall: str | None = None
    """Which part of the run was not recorded, and why; None if nothing is known to be missing."""
    reply: str | None = None
    thinking: str | None = None


def summarize(
    timeline: Timeline, turn: Turn, recording: str | None, shortfall: str | None = None
) -> Summary:
    """Return the figures of a reply as they stand now."""
    end, latency, rate = turn.end, turn.latency(math.inf), turn.decode_rate(math.inf)
    said = turn.text(math.inf)
    model = timeline.model.at(turn.start.t)
    peak = timeline.series.get("mlx.peak_bytes")
    return Summary(
        model=model.model if model else "",
        finish_reason=end.finish_reason if end else "",
        error=end.error if end else "",
        prompt_tokens=end.prompt_tokens if end else 0,
        cached_tokens=end.cached_tokens if end else 0,
        generation_tokens=end.generation_tokens if end else turn.tokens(math.inf),
        thinking_tokens=turn.thinking_tokens(math.inf),
        ttft_seconds=turn.ttft(math.inf),
        decode_tokens_per_second=rate,
        mlx_lm_prompt_tokens_per_second=end.prompt_tokens_per_second if end else None,
        mlx_lm_generation_tokens_per_second=end.generation_tokens_per_second if end else None,
        tpot_mean_seconds=1 / rate if rate else None,
        tpot_p50_seconds=latency.p50 if latency else None,
        tpot_p95_seconds=latency.p95 if latency else None,
        tpot_p99_seconds=latency.p99 if latency else None,
        tpot_max_seconds=latency.highest if latency else None,
        per_step=turn.with_draft,
        peak_mlx_bytes=int(max(peak.values)) if peak is not None and len(peak) else None,
        load_seconds=model.seconds if model else None,
        recording=recording,
        recording_shortfall=shortfall,
        reply=None if said.reply is None else said.reply.lstrip("\n"),
        thinking=said.thinking or None,
    )
