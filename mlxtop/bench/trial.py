"""One trial: its figures, and whether something disturbed it."""

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.disturbance import disturbances, engine_on_gpu, mean, not_judged, peak
from mlxtop.events import TurnEnd
from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline

State: TypeAlias = Literal["valid", "unchecked", "disturbed", "dropped", "failed"]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a trial; times in seconds, sizes in bytes, None if unknown."""

    point: int
    """Index of its point in the plan, from 0."""
    number: int
    """Number among the trials of its point, from 1."""
    turn: int
    began: float
    """Seconds on the recording's clock, for a replay."""
    ended: float
    load_seconds: float | None = None
    """Of the load just before it, if there was one."""
    prompt_tokens: int | None = None
    generation_tokens: int | None = None
    template_seconds: float | None = None
    tokenize_seconds: float | None = None
    ttft_seconds: float | None = None
    prompt_tokens_per_second: float | None = None
    """mlx-lm's definition: prompt tokens by the time from the first prefill step to the first
    token."""
    generation_tokens_per_second: float | None = None
    """(n − 1) / (last − first token's time); for a batch over all its requests. With a draft
    model and in a batch without the whole first step."""
    mlx_lm_generation_tokens_per_second: float | None = None
    """mlx-lm's own figure, n tokens over n − 1 intervals."""
    request_tokens_per_second: float | None = None
    """For each request of a batch."""
    tpot_seconds: float | None = None
    """Mean time between tokens of one request."""
    p50_seconds: float | None = None
    p95_seconds: float | None = None
    p99_seconds: float | None = None
    longest_seconds: float | None = None
    first_tenth_tokens_per_second: float | None = None
    """Over the first tenth of the steps, when the context is short; None for fewer than twenty. A
    step is one token, with a draft model and in a batch several."""
    last_tenth_tokens_per_second: float | None = None
    draft_share: float | None = None
    """The share (0–1) of the generated tokens that a draft model proposed; None without one."""
    total_seconds: float | None = None
    """From the request to the end."""
    peak_mlx_bytes: float | None = None
    mlx_growth_bytes: float | None = None
    """MLX's memory after it minus that before it."""
    peak_wired_bytes: float | None = None
    peak_engine_bytes: float | None = None
    energy_joules: float | None = None
    """GPU power over the time of the trial, if it is read."""
    tokens_per_joule: float | None = None
    """Generated tokens by energy, the same as tokens/s per watt."""
    disturbed: tuple[str, ...] = ()
    """What disturbed it, in words; empty for a valid trial."""
    unchecked: tuple[str, ...] = ()
    """What is unknown about the machine during it, in words; empty for a valid trial."""
    failed: str = ""
    """Why it did not finish, in a sentence."""
    dropped: bool = False
    """Dropped by the user."""
    note: str = ""

    @property
    def valid(self) -> bool:
        """Whether it was judged and nothing disturbed it."""
        return self.state == "valid"

    @property
    def counts(self) -> bool:
        """Whether it is valid or unchecked, so its figures are used."""
        return self.state in ("valid", "unchecked")

    @property
    def state(self) -> State:
        """Its outcome, in a word."""
        if self.failed:
            return "failed"
        if self.dropped:
            return "dropped"
        if self.disturbed:
            return "disturbed"
        return "unchecked" if self.unchecked else "valid"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not valid, in words; empty if it is."""
        if self.failed:
            return (self.failed,)
        why = self.disturbed or (() if self.dropped else self.unchecked)
        return (*why, *(("dropped",) if self.dropped else ()))

    @property
    def reason(self) -> str:
        """All of `reasons`; empty if it is valid."""
        return ", ".join(self.reasons)


def repeats(trials: Sequence[Trial], planned: int | None) -> str:
    """Return how many of the trials are repeats, in words; empty for none.

    `planned` are the planned trials of each point; None for a plan with a fixed time.
    """
    if planned is None:
        return ""
    count = sum(trial.number > planned for trial in trials)
    return f", {fmt.counted(count, 'repeat')}" if count else ""


def measured(
    timeline: Timeline, turn: Turn, *, point: int, number: int, load_seconds: float | None
) -> Trial:
    """Return the figures of a trial that ended, or was cut off after its last token."""
    end = turn.end or _so_far(turn)
    latency, rate = turn.latency(math.inf), turn.decode_rate(math.inf)
    batch = turn.start.batch
    start = turn.start.t
    # A model on the CPU costs energy that no GPU reports.
    on_gpu = engine_on_gpu(timeline)
    power = mean(timeline, "gpu.power_watts", start, end.t) if on_gpu else None
    energy = None if power is None else power * (end.t - start)
    each = None if rate is None else rate / batch
    first, last = _tenths(turn)
    return Trial(
        point=point,
        number=number,
        turn=turn.number,
        began=start,
        ended=end.t,
        load_seconds=load_seconds,
        prompt_tokens=end.prompt_tokens,
        generation_tokens=end.generation_tokens,
        template_seconds=end.template_seconds,
        tokenize_seconds=end.tokenize_seconds,
        ttft_seconds=turn.ttft(math.inf),
        prompt_tokens_per_second=end.prompt_tokens_per_second,
        generation_tokens_per_second=rate,
        mlx_lm_generation_tokens_per_second=end.generation_tokens_per_second,
        request_tokens_per_second=each if batch > 1 else None,
        tpot_seconds=1 / each if each else None,
        p50_seconds=latency.p50 if latency else None,
        p95_seconds=latency.p95 if latency else None,
        p99_seconds=latency.p99 if latency else None,
        longest_seconds=latency.highest if latency else None,
        first_tenth_tokens_per_second=first,
        last_tenth_tokens_per_second=last,
        draft_share=turn.draft_share,
        total_seconds=end.t - start,
        peak_mlx_bytes=peak(timeline, "mlx.peak_bytes", start, end.t + 0.5),
        mlx_growth_bytes=_growth(timeline, "mlx.active_bytes", start, end.t + 0.5),
        peak_wired_bytes=peak(timeline, "memory.wired_bytes", start, end.t),
        peak_engine_bytes=peak(timeline, "engine.memory_bytes", start, end.t),
        energy_joules=energy,
        tokens_per_joule=end.generation_tokens / energy if energy else None,
        disturbed=disturbances(timeline, start, end.t),
        unchecked=not_judged(timeline, start, end.t),
    )


def _so_far(turn: Turn) -> TurnEnd:
    """Return the end of a turn as if its last token, which must exist, had ended it."""
    fed = turn.prefill.values
    return TurnEnd(
        t=turn.times[-1],
        turn=turn.number,
        finish_reason="cancelled",
        prompt_tokens=fed[-1].total_tokens if fed else 0,
        generation_tokens=len(turn.times),
    )


def _tenths(turn: Turn) -> tuple[float | None, float | None]:
    """Return tokens/s over the first and the last tenth of a turn's steps."""
    steps, end = turn.steps, len(turn.steps) - 1
    count = len(steps) // 10
    if count < 2:
        return None, None
    return steps.rate(0, count), steps.rate(end - count, end)


def failure(timeline: Timeline, t: float, *, point: int, number: int, turn: int, why: str) -> Trial:
    """Return a trial that did not finish, with the memory it used."""
    last = timeline.last or t
    return Trial(
        point=point,
        number=number,
        turn=turn,
        began=t,
        ended=max(t, last),
        # A refused request used none: MLX's peak starts at 0 with each turn.
        peak_mlx_bytes=peak(timeline, "mlx.peak_bytes", t, last) or None,
        peak_wired_bytes=peak(timeline, "memory.wired_bytes", t, last),
        peak_engine_bytes=peak(timeline, "engine.memory_bytes", t, last),
        failed=why,
    )


def _growth(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    before, after = (timeline.readings.value(name, t) for t in (start, end))
    return None if before is None or after is None else after - before
