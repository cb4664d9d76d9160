"""What a stress plan says: speed over the context and over time, memory, throttling."""

import statistics
from collections.abc import Sequence

import msgspec

from mlxtop.bench.disturbance import peak, throttle_series, throttled
from mlxtop.bench.trial import Trial
from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline

FEWEST_TOKENS = 20
"""A cycle that was cut off before is too short to be compared."""


class Stress(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over all cycles, disturbed ones too: heat is what is looked for."""

    cycles: int
    context_speeds: tuple[float, float] | None
    """Tokens/s in the first and the last tenth of a whole cycle, medians: what context costs."""
    compared_tokens: int | None
    """So many tokens from the beginning of the first and of the last cycle are compared."""
    time_speeds: tuple[float, float] | None
    """Tokens/s of the first and of the last cycle, at equal context: what time and heat cost."""
    mlx_bytes_per_minute: float | None
    """Growth of the peak of MLX's memory from the first to the last whole cycle."""
    engine_bytes_per_minute: float | None
    throttled: int | None
    """Cycles with thermal pressure or clocks held back; None where neither is read."""


def stress_of(timeline: Timeline, trials: Sequence[Trial]) -> Stress | None:
    """Return what the cycles of a stress plan say; None before the first one has ended."""
    turns = [timeline.turns.get(trial.turn) for trial in trials if not trial.failed]
    cycles = [turn for turn in turns if turn is not None and len(turn.times) >= FEWEST_TOKENS]
    if not cycles:
        return None
    numbers = {turn.number for turn in cycles}
    told = [trial for trial in trials if trial.turn in numbers]
    compared = min(len(cycles[0].times), len(cycles[-1].times)) if len(cycles) > 1 else None
    whole = [trial for trial in told if not trial.dropped]
    return Stress(
        cycles=len(cycles),
        context_speeds=_both(
            _median([trial.first_tenth_tokens_per_second for trial in whole or told]),
            _median([trial.last_tenth_tokens_per_second for trial in whole or told]),
        ),
        compared_tokens=compared,
        time_speeds=None
        if compared is None
        else _both(_speed(cycles[0], compared), _speed(cycles[-1], compared)),
        mlx_bytes_per_minute=_per_minute([(one.ended, one.peak_mlx_bytes) for one in whole]),
        engine_bytes_per_minute=_per_minute([(one.ended, one.peak_engine_bytes) for one in whole]),
        throttled=_throttled(timeline, told),
    )


def _speed(turn: Turn, tokens: int) -> float | None:
    return turn.decode_rate(turn.times[tokens - 1])


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _both(before: float | None, after: float | None) -> tuple[float, float] | None:
    return None if before is None or after is None else (before, after)


def _per_minute(values: Sequence[tuple[float, float | None]]) -> float | None:
    """Return the growth per minute from the first to the last known value; None for fewer."""
    known = [(t, value) for t, value in values if value is not None]
    if len(known) < 2:
        return None
    (start, before), (end, after) = known[0], known[-1]
    return (after - before) / (end - start) * 60 if end > start else None


def _throttled(timeline: Timeline, trials: Sequence[Trial]) -> int | None:
    spans = [(trial.began, trial.ended) for trial in trials]
    names = ["thermal.level", *throttle_series(timeline)]
    if not any(peak(timeline, name, *span) is not None for name in names for span in spans):
        return None
    return sum(bool(throttled(timeline, *span)) for span in spans)
