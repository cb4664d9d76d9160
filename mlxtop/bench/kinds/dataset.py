"""The prompts of a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.bench.kinds.kind import ALSO
from mlxtop.bench.kinds.prompted import Prompted
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point
from mlxtop.bench.prompts import Prompts, dataset
from mlxtop.text import one_line


class Dataset(Prompted):
    """The prompts of a file."""

    name = "dataset"
    words = "prompts of a file"
    form = ("dataset", "limit", "seed", "generation_tokens", "trials", *ALSO)
    needs = "dataset"
    needs_words = "name the file of prompts"
    quick: ClassVar = {"generation_tokens": 64, "trials": 1, "limit": 5}
    chosen_by = "dataset"

    def prompts(self, plan: Plan) -> Prompts:
        """Return them in the order of the seed."""
        return dataset(plan.dataset, plan.limit, plan.seed)

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return how many there are and the file's name; for a single prompt its beginning."""
        file = one_line(Path(plan.dataset).name, 60)
        if len(points) == 1:
            return f"{one_line(points[0].title, 60)} (of {file})"
        return f"{fmt.count(len(points))} prompts of {file}"
