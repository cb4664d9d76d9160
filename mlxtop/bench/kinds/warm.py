"""The first run after a load, compared with the next ones."""

from collections.abc import Sequence

from mlxtop.bench.field import Flag
from mlxtop.bench.kinds.kind import Labels, PlanKind, random_point
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.sources.options import ModelSpec


class Warm(PlanKind):
    """One request twice after each load."""

    name = "warm"
    words = "the first run after a load, compared with the next ones"
    flag = Flag(names=("--warm",), help="Compare the first run after a load with the next.")
    warms_up = False
    measures_loads = True
    one_thing_changed = True

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return the first run after a load, and the next one."""
        first = random_point(plan, wanted[0], label="first after load", reload=True)
        return Points([first, random_point(plan, wanted[0], label="following")])

    def labels(self, plan: Plan) -> Labels:
        """Return `words`."""
        return "words"

    def before(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return how often the model is loaded."""
        return f"{plan.trials} loads"
