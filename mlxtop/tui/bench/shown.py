"""What of a result is drawn, and in which room."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.bench.result import PointResult, Result
from mlxtop.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Shown:
    """A result, the timeline that its trials are on, and the cells there are for a chart."""

    result: Result
    timeline: Timeline
    first: int
    """Place of the first point that is drawn, or of the only one."""
    width: int
    height: int

    def points(self, count: int) -> Sequence[PointResult]:
        """Return so many points from the first one on."""
        return self.result.points[self.first : self.first + count]
