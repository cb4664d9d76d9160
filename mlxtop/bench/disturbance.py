"""Whether a trial counts: what else happened on the machine while it ran."""

import math

from mlxtop.pressure import LEVEL_WORDS
from mlxtop.sensors.words import brakes
from mlxtop.timeline import Timeline

OTHERS_PERCENT = 25.0
"""Of one core, on average: so much work of other processes disturbs a trial."""
OWN_PERCENT = 25.0
"""Of one core, on average: so much work of the app itself does."""
LEAST_SECONDS = 2.0
"""A shorter trial cannot be told apart from what ran before and after it."""


def peak(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    """Return the highest reading of a figure after `start` up to `end`; None where unknown."""
    series = timeline.series.get(name)
    found = [] if series is None else [value for _, value in series.between(start, end)]
    return max((value for value in found if value == value), default=None)


def mean(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    """Return the mean of a figure's readings after `start` up to `end`; None where unknown."""
    series = timeline.series.get(name)
    found = [] if series is None else [value for _, value in series.between(start, end)]
    known = [value for value in found if value == value]
    return math.fsum(known) / len(known) if known else None


def disturbances(timeline: Timeline, start: float, end: float) -> tuple[str, ...]:
    """Return what disturbed the time from `start` to `end`, in words."""
    said = []
    level = peak(timeline, "pressure.level", start, end)
    if level is not None and level > 0:
        said.append(f"memory pressure {LEVEL_WORDS.get(int(level), 'high')}")
    traffic = peak(timeline, "swap.out_bytes_per_second", start, end)
    if traffic is not None and traffic > 0:
        said.append("memory was swapped out")
    said += throttled(timeline, start, end)
    said += _processes(timeline, start, end)
    if _changed(timeline, "app.sampling_gaps", start, end):
        said.append("the machine slept or mlxtop was stopped")
    if _changed(timeline, "power.on_battery", start, end):
        said.append("the power source changed")
    return tuple(said)


def throttled(timeline: Timeline, start: float, end: float) -> list[str]:
    """Return by what the machine was slowed down, in words."""
    said = []
    thermal = peak(timeline, "thermal.level", start, end)
    if thermal is not None and thermal > 0:
        said.append(f"thermal pressure level {thermal:.0f}")
    for name in throttle_series(timeline):
        # A mask has no highest reading: what held the GPU back at any time counts.
        if brakes(value for _, value in timeline.series[name].between(start, end)):
            gpu = name.partition(".")[0]
            who = "the GPU" if gpu == "gpu" else gpu.upper()
            said.append(f"{who}'s clocks were held back")
    return said


def throttle_series(timeline: Timeline) -> list[str]:
    """Return the series that tell what holds a GPU back; none where the engine runs on the CPU.

    A GPU that the engine cannot see has no such series.
    """
    if not engine_on_gpu(timeline):
        return []
    return sorted(name for name in timeline.series if name.endswith(".throttle_reasons"))


def engine_on_gpu(timeline: Timeline) -> bool:
    """Return whether the engine computes on the GPU, or has not said on what it does."""
    engines = timeline.engine.values
    return not engines or engines[-1].device != "cpu"


def _processes(timeline: Timeline, start: float, end: float) -> list[str]:
    said = []
    others = others_percent(timeline, start, end)
    if others is not None and others > OTHERS_PERCENT:
        said.append(f"other processes took {others:.0f} % of a core")
    own = mean(timeline, "app.cpu_percent", start, end)
    if end - start >= LEAST_SECONDS and own is not None and own > OWN_PERCENT:
        said.append(f"mlxtop itself took {own:.0f} % of a core")
    return said


def _changed(timeline: Timeline, name: str, start: float, end: float) -> bool:
    before, after = (timeline.value(name, t) for t in (start, end))
    return before is not None and after is not None and before != after


def others_percent(timeline: Timeline, start: float, end: float) -> float | None:
    """Return the CPU of all other processes in percent of one core; None where not known."""
    cores = timeline.header.cpu_cores if timeline.header else None
    user = mean(timeline, "cpu.user_percent", start, end)
    system = mean(timeline, "cpu.system_percent", start, end)
    engine = mean(timeline, "engine.cpu_percent", start, end)
    app = mean(timeline, "app.cpu_percent", start, end)
    if end - start < LEAST_SECONDS:
        return None  # processes are read once a second
    if not cores or user is None or system is None or engine is None or app is None:
        return None
    return max(0.0, (user + system) * cores - engine - app)
