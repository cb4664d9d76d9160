"""The conditions of a run: a quiet, cool machine, and what loading did to memory."""

import math
from dataclasses import dataclass

from mlxtop.bench import disturbance
from mlxtop.bench.disturbance import others_percent, peak, unread
from mlxtop.bench.result import Conditions, ModelLoad
from mlxtop.events import LoadEnd, LoadStart
from mlxtop.sources.live import Live
from mlxtop.timeline import Timeline

LOOK_SECONDS = 2.0
"""How far back the machine is looked at."""
WARMER_CELSIUS = 3.0
"""A GPU that has just worked stays a little warm: up to this much is not worse."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The state of the machine at a moment; None for what is unknown."""

    pressure: float | None
    thermal: float | None
    celsius: float | None
    others_percent: float | None
    endured_percent: float | None = None
    """What other processes took when a wait for them timed out: only more is waited for again."""

    @classmethod
    def at(cls, timeline: Timeline, t: float) -> "Rest":
        """Return the state of the machine in the seconds before time t."""
        start = t - LOOK_SECONDS
        return cls(
            pressure=peak(timeline, "pressure.level", start, t),
            thermal=peak(timeline, "thermal.level", start, t),
            celsius=timeline.readings.value("gpu.temperature_celsius", t),
            others_percent=others_percent(timeline, start, t),
        )

    def unlike(self, now: "Rest") -> str:
        """Return what is worse now, in words; empty if nothing is."""
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


AFTER_SECONDS = 1.0
"""How long after a load its last memory readings may arrive."""


def load_of(
    timeline: Timeline, began: float, name: str, *, until: float = math.inf, error: str = ""
) -> ModelLoad:
    """Return the load that was requested at `began` and had ended by `until`.

    `name` is the model's name.
    """
    until = min(until, timeline.last if timeline.last is not None else began)
    found = [event for _, event in timeline.loading.between(began - 1e-9, until)]
    start = next((event for event in found if isinstance(event, LoadStart)), None)
    end = next((event for event in reversed(found) if isinstance(event, LoadEnd)), None)
    t = start.t if start is not None else began
    return ModelLoad(
        model=name,
        quantization=end.quantization if end is not None else "",
        began=t,
        seconds=end.seconds if end is not None and not error else None,
        weights_bytes=start.weights_bytes if start is not None else None,
        mlx_before_bytes=timeline.readings.value("mlx.active_bytes", t),
        mlx_peak_bytes=peak(timeline, "mlx.peak_bytes", t, until) or None,
        mlx_after_bytes=timeline.readings.value("mlx.active_bytes", until),
        engine_before_bytes=timeline.readings.value("engine.memory_bytes", t),
        engine_after_bytes=timeline.readings.value("engine.memory_bytes", until),
        error=error,
    )


def last_load(timeline: Timeline, name: str) -> ModelLoad:
    """Return the load of the model that is in memory."""
    loads = list(zip(timeline.loading.times, timeline.loading.values, strict=True))
    began = max((t for t, event in loads if isinstance(event, LoadStart)), default=0.0)
    ended = max((t for t, event in loads if isinstance(event, LoadEnd)), default=began)
    return load_of(timeline, began, name, until=ended + AFTER_SECONDS)


def conditions(live: Live) -> Conditions:
    """Return the machine and versions of a live run."""
    header, timeline = live.header, live.timeline
    ready = timeline.engine.values[-1] if len(timeline.engine) else None
    battery = timeline.readings.value("power.on_battery", timeline.last or 0.0)
    return Conditions(
        machine=header.chip,
        memory_bytes=header.memory_bytes,
        device=ready.device if ready else "",
        os=header.os,
        mlx=ready.mlx if ready else header.mlx,
        mlx_lm=ready.mlx_lm if ready else header.mlx_lm,
        mlx_build=header.mlx_build,
        mlxtop=header.mlxtop,
        on_battery=None if battery is None else battery > 0,
        cpu_cores=header.cpu_cores,
        unread=unread(timeline),
        wall=header.wall,
    )
