"""The first run after a load against the following ones."""

from collections.abc import Sequence

from mlxtop.bench.field import Flag
from mlxtop.bench.kinds.kind import Labels, PlanKind, random_point
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.sources.options import ModelSpec


class Warm(PlanKind):
    """One request twice after each load."""

    name = "warm"
    words = "the first run after a load against the following ones"
    flag = Flag(names=("--warm",), help="The first run after a load against the next ones.")
    warms_up = False
    measures_loads = True
    one_thing_changed = True

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return the first run after a load, and one that follows."""
        first = random_point(plan, wanted[0], label="first after load", reload=True)
        return Points([first, random_point(plan, wanted[0], label="following")])

    def labels(self, plan: Plan) -> Labels:
        """Return that they are words."""
        return "words"

    def before(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return how often the model is loaded."""
        return f"{plan.trials} loads"
