"""Several models, in turns."""

from collections.abc import Sequence
from typing import ClassVar

from mlxtop.bench.kinds.kind import (
    ALSO,
    SIZES,
    Labels,
    PlanKind,
    random_point,
    trials_in_words,
)
from mlxtop.bench.layout import endings, first_of
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.sources.options import ModelSpec
from mlxtop.text import one_line

_MOST_NAMED = 6
"""Models listed in a line."""


class Models(PlanKind):
    """The same request to each of several models."""

    name = "models"
    words = "several models, in turns"
    form = ("models", *SIZES, *ALSO)
    needs = "models"
    needs_words = "name another model to compare with"
    quick: ClassVar = {"prompt_tokens": 128, "generation_tokens": 64, "trials": 3}
    chosen_by = "models"
    measures_loads = True
    unloads = True
    labels_name_models = True
    one_thing_changed = True

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return a point for each model, labelled with what distinguishes its name."""
        names = [one.model for one in wanted]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise PlanError(f"The model {one_line(twice, 80)} is named twice.", "models")
        return Points(
            [
                random_point(plan, one, label=label)
                for label, one in zip(endings(names), wanted, strict=True)
            ]
        )

    def labels(self, plan: Plan) -> Labels:
        """Return `names`: they are those of models."""
        return "names"

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return their names."""
        return f"{first_of((one.label for one in points), _MOST_NAMED)}, in turns"

    def summary(self, plan: Plan, points: Sequence[Point], model: str) -> list[str]:
        """Return how many models there are, instead of the name of one."""
        count = len(points)
        of = f" of {count} model{'' if count == 1 else 's'}"
        return [f"{trials_in_words(plan, count)}{of}", "loaded in turns"]
