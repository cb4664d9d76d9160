"""Generation without a pause, for minutes."""

from collections.abc import Sequence
from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.bench.kinds.kind import Labels, PlanKind, sampling_of
from mlxtop.bench.layout import Table
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.bench.result import Result
from mlxtop.bench.stress_tables import cycles_table, stress_table
from mlxtop.sources.options import Wanted


class Stress(PlanKind):
    """Replies through the whole context, one after the other, until the time is over."""

    name = "stress"
    words = "generation without a pause, for minutes"
    form = ("minutes", "prompt_tokens", "sampling")
    quick: ClassVar = {"minutes": 0.5}
    chosen_by = "minutes"
    warms_up = False
    breaks_down = False
    charts = ("time", "context", "gaps")

    def points(self, plan: Plan, wanted: Sequence[Wanted], contexts: Contexts) -> Points:
        """Return the one point, whose trials are cycles through the context."""
        # To the end of the context, so that the speed over its length is seen; then from its start.
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
        """Return that they are numbers."""
        return "words"

    def trials(self, plan: Plan) -> int | None:
        """Return none: it goes by time."""
        return None

    def how_often(self, plan: Plan) -> str:
        """Return how long it takes."""
        return f"{plan.minutes:g} min"

    def lengths(self, plan: Plan) -> list[str]:
        """Return nothing: replies go to the end of the context."""
        return []

    def comes_to(self, plan: Plan, points: Sequence[Point], model: str) -> list[str]:
        """Return how long it takes."""
        return [f"Generates for {fmt.span(plan.minutes * 60)} without a pause"]

    def tables(self, result: Result) -> list[Table]:
        """Return the cycles, and what they say together."""
        found = [cycles_table(result.points[0])]
        return found if result.stress is None else [*found, stress_table(result.stress)]
