"""The prompts that come with mlxtop, or those of named files."""

from collections.abc import Sequence
from typing import ClassVar

from mlxtop.bench.kinds.kind import ALSO
from mlxtop.bench.kinds.prompted import Prompted
from mlxtop.bench.layout import first_of
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point
from mlxtop.bench.prompts import Prompts, scenarios

_MOST_NAMED = 6
"""Prompts listed in a line."""


class Scenarios(Prompted):
    """The prompts that come with mlxtop, or those of named files."""

    name = "scenarios"
    words = "prompts that come with mlxtop, or your own"
    form = ("scenarios", "generation_tokens", "trials", "system", *ALSO)
    quick: ClassVar = {"generation_tokens": 64, "trials": 1}
    chosen_by = "scenarios"

    def prompts(self, plan: Plan) -> Prompts:
        """Return them."""
        return scenarios(plan.scenarios)

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return their names."""
        return first_of((one.label for one in points), _MOST_NAMED)
