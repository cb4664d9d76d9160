"""The tables of a stress plan: its cycles, and what they say together."""

from mlxtop import format as fmt
from mlxtop.bench.layout import Table
from mlxtop.bench.result import PointResult
from mlxtop.bench.stress import Stress


def cycles_table(one: PointResult) -> Table:
    """Return a row for each cycle of a stress plan: whether it slows down or grows."""
    first = one.trials[0].began if one.trials else 0.0
    rows = [
        (
            str(trial.number),
            fmt.clock(trial.began - first),
            fmt.count(trial.generation_tokens),
            fmt.rate_number(trial.generation_tokens_per_second),
            fmt.rate_number(trial.first_tenth_tokens_per_second),
            fmt.rate_number(trial.last_tenth_tokens_per_second),
            fmt.seconds(trial.p99_seconds),
            fmt.size(trial.peak_mlx_bytes),
            fmt.size(trial.peak_engine_bytes),
        )
        for trial in one.trials
    ]
    titles = (
        *("cycle", "began\nat", "tokens", "gen.\ntok/s", "first\ntenth", "last\ntenth"),
        *("p99", "peak\nMLX", "engine\nprocess"),
    )
    return Table.of(titles, rows)


def stress_table(stress: Stress) -> Table:
    """Return what a stress plan says of speed and memory over context and time."""
    compared = stress.compared_tokens
    equal = "" if compared is None else f", {fmt.count(compared)} tokens each"
    rows = [
        ("over the context: last tenth of a cycle to first", *_change(stress.context_speeds)),
        (
            f"over time: last cycle to first{equal}",
            *_change(stress.time_speeds, "" if stress.cycles > 1 else "needs two cycles"),
        ),
        ("growth of MLX memory", fmt.UNKNOWN, _growth(stress.mlx_bytes_per_minute)),
        ("growth of the engine process", fmt.UNKNOWN, _growth(stress.engine_bytes_per_minute)),
    ]
    throttled = fmt.UNKNOWN
    if stress.throttled is not None:
        throttled = f"{stress.throttled} of {stress.cycles}"
    rows.append(("cycles with throttling", fmt.UNKNOWN, throttled))
    return Table.of(("stress", "ratio", ""), rows)


def _change(speeds: tuple[float, float] | None, missing: str = "") -> tuple[str, str]:
    """Return the ratio of the second speed to the first, and both, or what is missing for them."""
    if speeds is None or not speeds[0]:
        return fmt.UNKNOWN, missing or fmt.UNKNOWN
    before, after = speeds
    words = f"{fmt.rate_number(before)} → {fmt.rate_number(after)} tok/s"
    return f"{after / before:.2f}", words


def _growth(value: float | None) -> str:
    return "needs two whole cycles" if value is None else f"{fmt.size(value)}/min"
