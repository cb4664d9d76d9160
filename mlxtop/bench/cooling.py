"""Waiting until the machine is quiet, and as warm as it was before the first trial."""

from dataclasses import dataclass

from mlxtop.bench import disturbance
from mlxtop.bench.disturbance import others_percent, peak
from mlxtop.timeline import Timeline

LOOK_SECONDS = 2.0
"""How far back the machine is looked at."""
WARMER_CELSIUS = 3.0
"""So much warmer than before is as before: a GPU that has just worked stays a little warm."""


@dataclass(frozen=True, slots=True)
class Rest:
    """How the machine was at a moment; what is not known is None."""

    pressure: float | None
    thermal: float | None
    celsius: float | None
    others_percent: float | None
    endured_percent: float | None = None
    """What others took when a wait for them ran out: only more than that is waited for again."""

    @classmethod
    def at(cls, timeline: Timeline, t: float) -> "Rest":
        """Return how the machine was in the seconds before time t."""
        start = t - LOOK_SECONDS
        return cls(
            pressure=peak(timeline, "pressure.level", start, t),
            thermal=peak(timeline, "thermal.level", start, t),
            celsius=timeline.readings.value("gpu.temperature_celsius", t),
            others_percent=others_percent(timeline, start, t),
        )

    def unlike(self, now: "Rest") -> str:
        """Return what is worse now, in words; empty where the machine is as it was."""
        if _above(now.pressure, self.pressure, 0.0):
            return "memory pressure"
        if _above(now.thermal, self.thermal, 0.0):
            return "thermal pressure"
        if _above(now.celsius, self.celsius, WARMER_CELSIUS):
            return f"the GPU at {now.celsius:.0f} °C"
        allowed = max(disturbance.OTHERS_PERCENT, (self.endured_percent or 0.0) + 10.0)
        if now.others_percent is not None and now.others_percent > allowed:
            return f"other processes at {now.others_percent:.0f} % of a core"
        return ""


def _above(now: float | None, before: float | None, margin: float) -> bool:
    return now is not None and before is not None and now > before + margin
