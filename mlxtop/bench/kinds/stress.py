"""Generation without a pause, for minutes."""

from collections.abc import Sequence
from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.bench.kinds.kind import Labels, PlanKind, sampling_of
from mlxtop.bench.layout import Table
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.stress import Stress
from mlxtop.sources.options import ModelSpec


class StressPlan(PlanKind):
    """Replies up to the full context, one after the other, until the time is over."""

    name = "stress"
    words = "generation without a pause, for minutes"
    form = ("minutes", "prompt_tokens", "sampling")
    quick: ClassVar = {"minutes": 0.5}
    chosen_by = "minutes"
    warms_up = False
    breaks_down = False
    charts = ("time", "context", "gaps")

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return the one point, whose trials are cycles through the context."""
        # To the end of the context, to measure the speed over its length; then from its start.
        context = contexts[0] if contexts else None
        room = 4096 if context is None else context - plan.prompt_tokens
        if room < 2:
            tokens = f"{plan.prompt_tokens} prompt tokens"
            raise PlanError(f"{tokens} leave no room in a context of {context} tokens.")
        point = Point(
            label=f"stress, {plan.minutes:g} min",
            wanted=wanted[0],
            prompt_tokens=plan.prompt_tokens,
            sampling=sampling_of(plan, max_tokens=room),
            seconds=plan.minutes * 60,
        )
        return Points([point])

    def labels(self, plan: Plan) -> Labels:
        """Return `words`: they are numbers."""
        return "words"

    def trials(self, plan: Plan) -> int | None:
        """Return None: it runs for a time."""
        return None

    def how_often(self, plan: Plan) -> str:
        """Return how long it takes."""
        return f"{plan.minutes:g} min"

    def lengths(self, plan: Plan) -> list[str]:
        """Return nothing: replies fill the context."""
        return []

    def summary(self, plan: Plan, points: Sequence[Point], model: str) -> list[str]:
        """Return how long it takes."""
        return [f"Generates for {fmt.span(plan.minutes * 60)} without a pause"]

    def tables(self, result: Result) -> list[Table]:
        """Return a table of the cycles and one of their summary."""
        found = [cycles_table(result.points[0])]
        return found if result.stress is None else [*found, stress_table(result.stress)]


def cycles_table(one: PointResult) -> Table:
    """Return a row for each cycle of a stress plan, to show slowdown and growth."""
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
    """Return speed and memory of a stress plan over context and time."""
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
    """Return the ratio of the second speed to the first, and both speeds; or what is missing."""
    if speeds is None or not speeds[0]:
        return fmt.UNKNOWN, missing or fmt.UNKNOWN
    before, after = speeds
    words = f"{fmt.rate_number(before)} → {fmt.rate_number(after)} tok/s"
    return f"{after / before:.2f}", words


def _growth(value: float | None) -> str:
    return "needs two whole cycles" if value is None else f"{fmt.size(value)}/min"
