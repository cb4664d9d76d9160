"""A finding, and the span of time it is looked for in."""

import math
from dataclasses import dataclass
from enum import IntEnum

from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE
from mlxtop.timeline import Timeline

AT_THE_END_SECONDS = 0.05


class Severity(IntEnum):
    """How much a finding may have to do with the end of a run."""

    NONE = 0
    """Nothing stands out."""
    NOTE = 1
    """Worth knowing, and common in good runs too."""
    WARNING = 2
    """Slows a run, or comes before worse."""
    CRITICAL = 3
    """Ends runs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that stands out: `t` is where to look at it, seconds on the shared clock."""

    t: float
    severity: Severity
    text: str
    """A sentence: what, when, how much, and why it matters. Safe to print."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a timeline, from `start` to `end`, seconds on the shared clock."""

    timeline: Timeline
    start: float
    end: float
    is_the_runs_end: bool = True
    """Whether nothing comes after `end`; otherwise it is the moment being viewed."""

    def readings(self, name: str) -> list[tuple[float, float]]:
        """Return (time, value) of a figure's known readings, with the one that held at `start`.

        That one gets the time `start`.
        """
        series = self.timeline.series.get(name)
        if series is None:
            return []
        found = [pair for pair in series.between(self.start, self.end) if math.isfinite(pair[1])]
        standing = series.at(self.start)
        if standing is not None and math.isfinite(standing):
            found.insert(0, (self.start, standing))
        return found

    def highest(self, name: str) -> tuple[float, float] | None:
        """Return (time, value) of a figure's highest reading, the first of equals.

        Raises ValueError for a bit mask, which has none.
        """
        CATALOGUE.check_peak(name)
        return max(self.readings(name), key=lambda pair: pair[1], default=None)

    def before_end(self, t: float) -> str:
        """Return how long before the end a moment was: `4.20 s before the end`."""
        left = self.end - t
        at = self.end_word
        return f"at {at}" if left < AT_THE_END_SECONDS else f"{fmt.seconds(left)} before {at}"

    @property
    def end_word(self) -> str:
        """What its end is called in a sentence."""
        return "the end" if self.is_the_runs_end else "this moment"

    @property
    def length(self) -> str:
        """Its length in words: `30 s`."""
        return fmt.span(max(0.0, self.end - self.start))
