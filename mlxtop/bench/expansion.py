"""From a plan to the points that it measures."""

from collections.abc import Mapping, Sequence

import msgspec

from mlxtop.bench.effect import impossible, no_breakdown
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.sources.options import ModelSpec


def expand(plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts = ()) -> list[Point]:
    """Return the points of a plan in their order; raises PlanError.

    `wanted` are the models; all kinds except `models` use the first. `contexts` are their context
    lengths in tokens, None if unknown; unknown ones at the end may be missing.
    """
    return list(expanded(plan, wanted, contexts).points)


def expanded(plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts = ()) -> Points:
    """Return the points as `expand`, with the entries that were left out; raises PlanError."""
    rooms = dict(zip((one.model for one in wanted), contexts, strict=False))
    found = KINDS[plan.kind].points(plan, wanted, contexts)
    points = [_marked(point, rooms) for point in found.points]
    if plan.breakdown and (problem := no_breakdown(points)):
        raise PlanError(problem, "breakdown")
    return Points(points, found.skipped)


def _marked(point: Point, rooms: Mapping[str, int | None]) -> Point:
    """Return the point, marked if it is known to be impossible.

    `rooms` are the context lengths of models.
    """
    reason = point.invalid or impossible(point, rooms.get(point.wanted.model))
    return msgspec.structs.replace(point, invalid=reason) if reason else point
