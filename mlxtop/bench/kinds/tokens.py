"""Random tokens, by the method of mlx_lm.benchmark; each size of a batch is a point."""

from collections.abc import Sequence
from typing import ClassVar

from mlxtop.bench.kinds.kind import Labels, PlanKind, random_point
from mlxtop.bench.layout import first_of
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.sources.options import ModelSpec


class Tokens(PlanKind):
    """Requests with random tokens."""

    name = "tokens"
    words = "random tokens, by the method of mlx_lm.benchmark"
    also = ("batch",)
    quick: ClassVar = {"prompt_tokens": 128, "generation_tokens": 64, "trials": 3}

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return a point for each size of the batch."""
        return Points(
            [
                random_point(plan, wanted[0], label=self.size_label(plan, size), batch=size)
                for size in plan.batch
            ]
        )

    def size_label(self, plan: Plan, size: int) -> str:
        """Return the label for a size of the batch."""
        if len(plan.batch) > 1:
            return f"batch {size}"
        return f"{plan.prompt_tokens} + {plan.generation_tokens} tokens"

    def labels(self, plan: Plan) -> Labels:
        """Return `words`: they are numbers."""
        return "words"

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return how many requests at once."""
        if plan.batch == (1,):
            return self.words
        sizes = first_of(map(str, plan.batch), len(plan.batch))
        return f"{sizes} requests of random tokens at once"
