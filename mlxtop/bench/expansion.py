"""What a plan comes to: the points it measures, each several times."""

from collections.abc import Mapping, Sequence

import msgspec

from mlxtop.bench.effect import impossible, no_breakdown
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.sources.options import ModelSpec


def expand(plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts = ()) -> list[Point]:
    """Return the points of a plan in their order; raises PlanError.

    `wanted` are the models, the first for all kinds but `models`; `contexts` are the tokens that
    each of them can hold, None where that is not known, and none after the last known one.
    """
    return list(expanded(plan, wanted, contexts).points)


def expanded(plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts = ()) -> Points:
    """Return what `expand` does, and what it leaves out; raises PlanError."""
    rooms = dict(zip((one.model for one in wanted), contexts, strict=False))
    found = KINDS[plan.kind].points(plan, wanted, contexts)
    points = [_marked(point, rooms) for point in found.points]
    if plan.breakdown and (problem := no_breakdown(points)):
        raise PlanError(problem, "breakdown")
    return Points(points, found.skipped)


def _marked(point: Point, rooms: Mapping[str, int | None]) -> Point:
    """Return the point, marked where it is known that it cannot be measured.

    `rooms` are the tokens that a model can hold.
    """
    reason = point.invalid or impossible(point, rooms.get(point.wanted.model))
    return msgspec.structs.replace(point, invalid=reason) if reason else point
