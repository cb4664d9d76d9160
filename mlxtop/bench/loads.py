"""What loading a model did to memory, and the conditions of a run."""

import math

from mlxtop.bench.disturbance import peak, unread
from mlxtop.bench.result import Conditions, Load
from mlxtop.events import LoadEnd, LoadStart
from mlxtop.sources.live import Live
from mlxtop.timeline import Timeline

AFTER_SECONDS = 1.0
"""How long after a load the readings of what it left in memory may come."""


def load_of(
    timeline: Timeline, began: float, name: str, *, until: float = math.inf, error: str = ""
) -> Load:
    """Return a load that was asked for at `began` and over by `until`, as the timeline tells it.

    `name` is what the model is called.
    """
    until = min(until, timeline.last if timeline.last is not None else began)
    said = [event for _, event in timeline.loading.between(began - 1e-9, until)]
    start = next((event for event in said if isinstance(event, LoadStart)), None)
    end = next((event for event in reversed(said) if isinstance(event, LoadEnd)), None)
    t = start.t if start is not None else began
    return Load(
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


def last_load(timeline: Timeline, name: str) -> Load:
    """Return the load of the model that is in memory."""
    told = list(zip(timeline.loading.times, timeline.loading.values, strict=True))
    began = max((t for t, event in told if isinstance(event, LoadStart)), default=0.0)
    ended = max((t for t, event in told if isinstance(event, LoadEnd)), default=began)
    return load_of(timeline, began, name, until=ended + AFTER_SECONDS)


def conditions(live: Live) -> Conditions:
    """Return what a live run runs on."""
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
