"""The summary of a stress plan: speed over context and time, memory, throttling."""

import statistics
from collections.abc import Sequence

import msgspec

from mlxtop.bench.disturbance import peak, throttle_series, throttled
from mlxtop.bench.trial import Trial
from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline

FEWEST_TOKENS = 20
"""A cycle that was cut off earlier is too short to compare."""


class Stress(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over all cycles, also disturbed ones: the plan looks for heat."""

    cycles: int
    context_speeds: tuple[float, float] | None
    """Median tokens/s in the first and last tenth of whole cycles: the cost of context."""
    compared_tokens: int | None
    """How many tokens of the first and of the last cycle are compared, from their beginnings."""
    time_speeds: tuple[float, float] | None
    """Tokens/s of the first and the last cycle at equal context: the cost of time and heat."""
    mlx_bytes_per_minute: float | None
    """Growth of the peak of MLX's memory from the first to the last whole cycle."""
    engine_bytes_per_minute: float | None
    throttled: int | None
    """Cycles with thermal pressure or clocks held back; None if neither is read."""


def stress_of(timeline: Timeline, trials: Sequence[Trial]) -> Stress | None:
    """Return the summary of the cycles of a stress plan; None before the first has ended."""
    turns = [timeline.turns.get(trial.turn) for trial in trials if not trial.failed]
    cycles = [turn for turn in turns if turn is not None and len(turn.times) >= FEWEST_TOKENS]
    if not cycles:
        return None
    numbers = {turn.number for turn in cycles}
    used = [trial for trial in trials if trial.turn in numbers]
    compared = min(len(cycles[0].times), len(cycles[-1].times)) if len(cycles) > 1 else None
    whole = [trial for trial in used if not trial.dropped]
    return Stress(
        cycles=len(cycles),
        context_speeds=_both(
            _median([trial.first_tenth_tokens_per_second for trial in whole or used]),
            _median([trial.last_tenth_tokens_per_second for trial in whole or used]),
        ),
        compared_tokens=compared,
        time_speeds=None
        if compared is None
        else _both(_speed(cycles[0], compared), _speed(cycles[-1], compared)),
        mlx_bytes_per_minute=_per_minute([(one.ended, one.peak_mlx_bytes) for one in whole]),
        engine_bytes_per_minute=_per_minute([(one.ended, one.peak_engine_bytes) for one in whole]),
        throttled=_throttled(timeline, used),
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
