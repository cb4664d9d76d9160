"""One trial: its figures, and whether something disturbed it."""

import math

import msgspec

from mlxtop.pressure import LEVEL_WORDS
from mlxtop.timeline import Timeline
from mlxtop.timeline.turn import Turn

OTHERS_PERCENT = 25.0
"""Of one core, on average: so much work of other processes disturbs a trial."""
LEAST_SECONDS = 2.0
"""A shorter trial cannot be told apart from what ran before and after it."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a trial; times in seconds, sizes in bytes, None where not known."""

    turn: int
    began: float
    """Seconds on the recording's clock: where to look at it in a replay."""
    ttft_seconds: float | None
    prompt_tokens_per_second: float | None
    """mlx-lm's definition: prompt tokens by the time from the first prefill step to the first
    token."""
    generation_tokens_per_second: float | None
    """(n − 1) / (last − first token's time)."""
    mlx_lm_generation_tokens_per_second: float | None
    """mlx-lm's own figure, n tokens over n − 1 intervals."""
    tpot_seconds: float | None
    """Mean time between tokens."""
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    longest_seconds: float | None
    total_seconds: float
    """From the request to the end."""
    peak_mlx_bytes: float | None
    peak_wired_bytes: float | None
    peak_engine_bytes: float | None
    energy_joules: float | None
    """GPU power over the time of the trial, where it is read."""
    disturbed: tuple[str, ...] = ()
    """What was wrong while it ran, in words; empty for a valid trial."""

    @property
    def valid(self) -> bool:
        """True where nothing disturbed it."""
        return not self.disturbed


def _peak(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    series = timeline.series.get(name)
    found = [] if series is None else [value for _, value in series.between(start, end)]
    return max((value for value in found if value == value), default=None)


def _mean(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    series = timeline.series.get(name)
    found = [] if series is None else [value for _, value in series.between(start, end)]
    known = [value for value in found if value == value]
    return math.fsum(known) / len(known) if known else None


def disturbances(timeline: Timeline, start: float, end: float) -> tuple[str, ...]:
    """Return what disturbed the time from `start` to `end`, in words."""
    said = []
    level = _peak(timeline, "pressure.level", start, end)
    if level is not None and level > 0:
        said.append(f"memory pressure {LEVEL_WORDS.get(int(level), 'high')}")
    traffic = _peak(timeline, "swap.out_bytes_per_second", start, end)
    if traffic is not None and traffic > 0:
        said.append("memory was swapped out")
    thermal = _peak(timeline, "thermal.level", start, end)
    if thermal is not None and thermal > 0:
        said.append(f"thermal pressure level {thermal:.0f}")
    throttled = _peak(timeline, "gpu.throttle_reasons", start, end)
    if throttled is not None and int(throttled) & ~1:
        said.append("the GPU's clocks were held back")
    others = others_percent(timeline, start, end)
    if others is not None and others > OTHERS_PERCENT:
        said.append(f"other processes took {others:.0f} % of a core")
    gaps = [timeline.value("app.sampling_gaps", t) for t in (start, end)]
    if None not in gaps and gaps[0] != gaps[1]:
        said.append("the machine slept or mlxtop was stopped")
    return tuple(said)


def others_percent(timeline: Timeline, start: float, end: float) -> float | None:
    """Return the CPU of all other processes in percent of one core; None where not known."""
    cores = timeline.header.cpu_cores if timeline.header else None
    user = _mean(timeline, "cpu.user_percent", start, end)
    system = _mean(timeline, "cpu.system_percent", start, end)
    engine = _mean(timeline, "engine.cpu_percent", start, end)
    app = _mean(timeline, "app.cpu_percent", start, end)
    if end - start < LEAST_SECONDS:
        return None  # processes are read once a second
    if not cores or user is None or system is None or engine is None or app is None:
        return None
    return max(0.0, (user + system) * cores - engine - app)


def measured(timeline: Timeline, turn: Turn) -> Trial:
    """Return the figures of a trial that has ended."""
    end = turn.end
    assert end is not None
    latency, rate = turn.latency(math.inf), turn.decode_rate(math.inf)
    start = turn.start.t
    power = _mean(timeline, "gpu.power_watts", start, end.t)
    return Trial(
        turn=turn.number,
        began=start,
        ttft_seconds=turn.ttft(math.inf),
        prompt_tokens_per_second=end.prompt_tokens_per_second,
        generation_tokens_per_second=rate,
        mlx_lm_generation_tokens_per_second=end.generation_tokens_per_second,
        tpot_seconds=1 / rate if rate else None,
        p50_seconds=latency.p50 if latency else None,
        p95_seconds=latency.p95 if latency else None,
        p99_seconds=latency.p99 if latency else None,
        longest_seconds=latency.highest if latency else None,
        total_seconds=end.t - start,
        peak_mlx_bytes=_peak(timeline, "mlx.peak_bytes", start, end.t + 0.5),
        peak_wired_bytes=_peak(timeline, "memory.wired_bytes", start, end.t),
        peak_engine_bytes=_peak(timeline, "engine.memory_bytes", start, end.t),
        energy_joules=None if power is None else power * (end.t - start),
        disturbed=disturbances(timeline, start, end.t),
    )
