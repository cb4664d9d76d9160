"""Whether a trial counts: what else happened on the machine while it ran."""

import math
from dataclasses import dataclass

from mlxtop.figures import CATALOGUE, OWN, PRESSURE_LEVELS, Mask, gpu_number, gpu_words
from mlxtop.format import UNKNOWN
from mlxtop.timeline import Timeline

OTHERS_PERCENT = 25.0
"""Of one core, on average: more CPU use of other processes disturbs a trial."""
OWN_PERCENT = 25.0
"""The same for mlxtop itself."""
TOO_SHORT = "too short to measure the CPU use of other processes"
OTHERS_UNKNOWN = "the CPU use of other processes is not known"
NOT_KNOWN, NOT_READ = "is not known", "was not read"
STATES = {entry.name: entry.judged for entry in OWN if entry.judged}
"""Figures that are judged, and their names. Only the first is read on every machine."""
_ALWAYS_WANTED = "pressure.level"
_PROCESS = "engine.cpu_percent"
"""Read once a second, with the app's: what happens between two readings is unknown."""
_LATE_SECONDS = 0.5
"""How much later a reading of the CPU may come than one of processes."""


def peak(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    """Return the highest reading of a figure after `start` up to `end`; None where unknown.

    Raises ValueError for a bit mask, which has none.
    """
    CATALOGUE.check_peak(name)
    series = timeline.series.get(name)
    found = [] if series is None else [value for _, value in series.between(start, end)]
    return max((value for value in found if value == value), default=None)


def mean(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    """Return the mean of a figure's readings after `start` up to `end`; None where unknown.

    Raises ValueError for a code, which has none.
    """
    CATALOGUE.check_mean(name)
    series = timeline.series.get(name)
    found = [] if series is None else [value for _, value in series.between(start, end)]
    known = [value for value in found if value == value]
    return math.fsum(known) / len(known) if known else None


def states(timeline: Timeline, name: str, start: float, end: float) -> list[float]:
    """Return the readings of a state after `start`, and its value at `end`; empty if unknown."""
    series = timeline.series.get(name)
    if series is None:
        return []
    last = series.at(end)
    found = [value for _, value in series.between(start, end) if value == value]
    return found if last is None else [*found, last]


def covering(timeline: Timeline, name: str, start: float, end: float) -> list[float]:
    """Return the known readings that cover a part of the time from `start` to `end`.

    A rate covers the time since the previous reading, so the first after the end is one of them.
    """
    series = timeline.series.get(name)
    if series is None:
        return []
    found = series.between(start, math.inf)
    last = next((place for place, (t, _) in enumerate(found) if t >= end), len(found))
    return [value for _, value in found[: last + 1] if value == value]


def disturbances(timeline: Timeline, start: float, end: float) -> tuple[str, ...]:
    """Return what disturbed the time from `start` to `end`, in words."""
    found = []
    level = max(states(timeline, "pressure.level", start, end), default=0.0)
    if level > 0:
        word = PRESSURE_LEVELS.word(level)
        found.append(f"memory pressure {'high' if word == UNKNOWN else word}")
    if max(covering(timeline, "swap.out_bytes_per_second", start, end), default=0.0) > 0:
        found.append("memory was swapped out")
    found += throttled(timeline, start, end)
    found += _processes(timeline, start, end)
    if _changed(timeline, "app.sampling_gaps", start, end):
        found.append("the machine slept or mlxtop was stopped")
    if _changed(timeline, "power.on_battery", start, end):
        found.append("the power source changed")
    return tuple(found)


def with_beginning(worse: str, disturbed: tuple[str, ...]) -> tuple[str, ...]:
    """Return what disturbed a trial, with what was worse when it began (`Rest.unlike`).

    What lasted into the trial is among `disturbed` and is not repeated.
    """
    cause = worse.partition(" at ")[0]
    if any(words.startswith(cause) for words in disturbed):
        return disturbed
    return (f"it began with {worse}", *disturbed)


def not_judged(timeline: Timeline, start: float, end: float) -> tuple[str, ...]:
    """Return what is unknown about the time from `start` to `end`, in words; empty for nothing.

    Figures that this machine has never read do not count, except for memory pressure.
    """
    found = []
    for name, words in STATES.items():
        series = timeline.series.get(name)
        if series is None or not series.known:
            if name == _ALWAYS_WANTED:
                found.append(f"{words} {NOT_KNOWN}")
        elif not (states(timeline, name, start, end) or covering(timeline, name, start, end)):
            found.append(f"{words} {NOT_READ}")
    if any(not states(timeline, name, start, end) for name in throttle_series(timeline)):
        found.append("the GPU's clocks were not read")
    others = others_between(timeline, start, end)
    if others is None:
        found.append(OTHERS_UNKNOWN)
    elif others.at_most(end - start) > OTHERS_PERCENT >= others.percent:
        found.append(TOO_SHORT)
    return tuple(found)


def unread(timeline: Timeline) -> tuple[str, ...]:
    """Return the figures of possible disturbances that were never read, in words."""
    missing = (
        words
        for name, words in STATES.items()
        if name not in timeline.series or not timeline.series[name].known
    )
    return tuple(missing)


def throttled(timeline: Timeline, start: float, end: float) -> list[str]:
    """Return what slowed the machine down, in words."""
    found = []
    thermal = max(states(timeline, "thermal.level", start, end), default=0.0)
    if thermal > 0:
        found.append(f"thermal pressure level {thermal:.0f}")
    for name in throttle_series(timeline):
        codes, number = CATALOGUE.of(name).codes, gpu_number(name)
        # A mask has no highest reading: whatever held the GPU back counts, however briefly.
        if codes is not None and codes.slowing(states(timeline, name, start, end)):
            who = gpu_words(number) if number else "the GPU"
            found.append(f"{who}'s clocks were held back")
    return found


def throttle_series(timeline: Timeline) -> list[str]:
    """Return the series of reasons that hold a GPU back; empty if the engine runs on the CPU.

    A GPU that the engine cannot see has no such series.
    """
    if not engine_on_gpu(timeline):
        return []
    return sorted(name for name in timeline.series if _is_throttle(name))


def _is_throttle(name: str) -> bool:
    return gpu_number(name) is not None and isinstance(CATALOGUE.of(name).codes, Mask)


def engine_on_gpu(timeline: Timeline) -> bool:
    """Return whether the engine computes on the GPU, or its device is unknown."""
    engines = timeline.engine.values
    return not engines or engines[-1].device != "cpu"


def _processes(timeline: Timeline, start: float, end: float) -> list[str]:
    found: list[str] = []
    others = others_between(timeline, start, end)
    if others is None:
        return found
    if others.percent > OTHERS_PERCENT:
        found.append(f"other processes took {others.percent:.0f} % of a core")
    if others.own_percent > OWN_PERCENT:
        found.append(f"mlxtop itself took {others.own_percent:.0f} % of a core")
    return found


def _changed(timeline: Timeline, name: str, start: float, end: float) -> bool:
    series = timeline.series.get(name)
    before = None if series is None else series.last_before(start)
    after = covering(timeline, name, start, end)
    return before is not None and any(value != before[1] for value in after)


@dataclass(frozen=True, slots=True)
class Others:
    """CPU use of other processes and of the app, over whole readings around a time."""

    seconds: float
    """From the first reading to the last."""
    percent: float
    """Of one core, on average: all processes except the engine and the app."""
    own_percent: float
    """The app."""

    def at_most(self, seconds: float) -> float:
        """Return the average, in percent, if all of it fell within so many seconds."""
        return self.percent * self.seconds / seconds if seconds > 0 else math.inf


def others_between(timeline: Timeline, start: float, end: float) -> Others | None:
    """Return what others took around a past time; None if unknown.

    From the last reading of processes before it to the first after it: what happened between two
    readings is unknown.
    """
    series = timeline.series.get(_PROCESS)
    before = None if series is None else series.last_before(start)
    if series is None or before is None:
        return None
    after = next((t for t, _ in series.between(start, math.inf) if t >= end), None)
    return None if after is None else _others(timeline, before[0], after)


def covered(timeline: Timeline, end: float) -> bool:
    """Return whether all readings up to `end` have arrived; True if none will."""
    series = timeline.series.get(_PROCESS)
    return series is None or not series.known or bool(series.between(end - 1e-9, math.inf))


def others_percent(timeline: Timeline, start: float, end: float) -> float | None:
    """Return what others took by the last reading up to `end`; None if unknown."""
    series = timeline.series.get(_PROCESS)
    if series is None:
        return None
    first, last = series.last_before(start), series.last_before(end)
    found = None if first is None or last is None else _others(timeline, first[0], last[0])
    return None if found is None else found.percent


def _others(timeline: Timeline, start: float, end: float) -> Others | None:
    cores = timeline.header.cpu_cores if timeline.header else None
    names = ("cpu.user_percent", "cpu.system_percent", _PROCESS, "app.cpu_percent")
    user, system, engine, app = (_average(timeline, name, start, end) for name in names)
    if not cores or user is None or system is None or engine is None or app is None:
        return None
    return Others(end - start, max(0.0, (user + system) * cores - engine - app), app)


def _average(timeline: Timeline, name: str, start: float, end: float) -> float | None:
    """Return the mean over time of a figure whose readings cover the time since the last one."""
    series = timeline.series.get(name)
    before = None if series is None else series.last_before(start)
    if series is None or before is None or end <= start:
        return None
    taken, last = 0.0, before[0]
    for t, value in series.between(before[0], math.inf):
        overlap = min(t, end) - max(last, start)
        if overlap > 0:
            taken += value * overlap
        last = t
        if t >= end:
            break
    # NaN means unknown, also in a sum; an overdue reading is missing.
    return taken / (end - start) if taken == taken and last >= end - _LATE_SECONDS else None
