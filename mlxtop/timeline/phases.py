"""What the engine was doing: a sequence of phases."""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal

PhaseName = Literal["load", "prefill", "decode", "idle"]


@dataclass(slots=True)
class Phase:
    """What the engine was doing between two times; `end` is infinite while it still does."""

    name: PhaseName
    start: float
    end: float = math.inf


class Phases(list[Phase]):
    """All phases, in order of their start; only the last may be open."""

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[PhaseName, list[Phase]] = {"load": [], "prefill": [], "decode": []}
        self._starts: dict[PhaseName, list[float]] = {name: [] for name in self._named}
        """When those began, apart: the timeline looks them up for each of its cells."""

    @property
    def open(self) -> Phase | None:
        """The phase that is open."""
        return self[-1] if self and self[-1].end == math.inf else None

    def begin(self, name: PhaseName, t: float) -> None:
        """Begin a phase at time t, or at the start of the one before if that is later."""
        self.end(t)
        phase = Phase(name, max(t, self[-1].start) if self else t)
        self.append(phase)
        self._named[name].append(phase)
        self._starts[name].append(phase.start)

    def end(self, t: float) -> None:
        """End the open phase."""
        if (phase := self.open) is not None:
            phase.end = max(t, phase.start)

    def at(self, t: float) -> PhaseName:
        """Return what the engine was doing at time t."""
        place = bisect_right(self, t, key=lambda phase: phase.start) - 1
        return self[place].name if place >= 0 and t < self[place].end else "idle"

    def within(self, name: PhaseName, start: float, end: float) -> bool:
        """Return whether there was such a phase at any time from `start` to before `end`."""
        phases = self._named[name]
        place = bisect_left(self._starts[name], end) - 1
        return place >= 0 and phases[place].end >= start
