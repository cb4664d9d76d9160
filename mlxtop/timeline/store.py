"""The timeline: events in, answers for any time t out."""

import math
from array import array
from dataclasses import dataclass
from typing import Literal

from mlxtop import events
from mlxtop.events import AnyEvent, SensorInfo
from mlxtop.pressure import LEVEL_FIGURES, pressure_level
from mlxtop.timeline.log import Log
from mlxtop.timeline.series import HOLD_SECONDS, Series
from mlxtop.timeline.transcript import Transcript
from mlxtop.timeline.turn import Turn

PREROLL_SECONDS = 30.0
"""What a recording keeps from before the first turn; where the strip of time begins."""

PhaseName = Literal["load", "prefill", "decode", "idle"]


@dataclass(slots=True)
class Phase:
    """What the engine was doing between two times; `end` is infinite while it still does."""

    name: PhaseName
    start: float
    end: float = math.inf


class Timeline:
    """Everything a run said, in memory."""

    def __init__(self) -> None:
        self.version = 0
        """Counts up with every event, so that a view can tell whether it must draw again."""
        self.header: events.Header | None = None
        self.first: float | None = None
        """Time of the earliest event."""
        self.last: float | None = None
        """Time of the latest event."""
        self.ticks = array("d")
        """Times of all samples, ascending: what stepping steps by."""
        self.series: dict[str, Series] = {}
        self.sensors: dict[str, SensorInfo] = {}
        self.turns: dict[int, Turn] = {}
        self.turn_log: Log[Turn] = Log()
        self.transcript = Transcript()
        self.phases: list[Phase] = []
        self.marks: Log[events.Mark] = Log()
        self.notices: Log[events.Notice | events.Error] = Log()
        self.engine: Log[events.EngineReady] = Log()
        self.loading: Log[events.LoadStart | events.LoadProgress | events.LoadEnd] = Log()
        self.model: Log[events.LoadEnd | None] = Log()
        self.anchors: Log[events.Anchor] = Log()
        self.ended: events.End | None = None
        self._level_is_read = False
        """True where the system says the pressure level itself; then none is derived."""

    def add(self, event: AnyEvent) -> None:
        """Store an event. Order holds within a source; between sources it may come late."""
        self.version += 1
        # A header and an end are of a file, not of what happened: a live run has others, or none.
        if not isinstance(event, events.Header | events.End):
            self.first = event.t if self.first is None else min(self.first, event.t)
            self.last = event.t if self.last is None else max(self.last, event.t)
        match event:
            case events.Sample():
                self._sample(event)
            case events.Tokens():
                self._tokens(event)
            case events.MlxMemory():
                self._number("mlx.active_bytes", event.t, event.active_bytes)
                self._number("mlx.cache_bytes", event.t, event.cache_bytes)
                self._number("mlx.peak_bytes", event.t, event.peak_bytes)
            case events.Prefill():
                if (turn := self.turns.get(event.turn)) is not None:
                    turn.prefill.add(event.t, event)
            case events.TurnStart():
                self._turn_start(event)
            case events.TurnEnd():
                if (turn := self.turns.get(event.turn)) is not None:
                    turn.finish(event)
                    self._end_phase(event.t)
            case events.Message():
                self.transcript.message(event)
            case events.Conversation():
                self.transcript.conversation(event)
            case events.LoadStart():
                self.loading.add(event.t, event)
                self.model.add(event.t, None)
                self._begin_phase("load", event.t)
            case events.LoadProgress():
                self.loading.add(event.t, event)
            case events.LoadEnd():
                self.loading.add(event.t, event)
                self.model.add(event.t, None if event.error else event)
                self._end_phase(event.t)
            case events.Unload():
                self.model.add(event.t, None)
            case events.Header():
                self._header(event)
            case events.Anchor():
                self.anchors.add(event.t, event)
            case events.EngineReady():
                self.engine.add(event.t, event)
                self._nothing_loaded(event.t)
            case events.Mark():
                self.marks.add(event.t, event)
            case events.Notice():
                self.notices.add(event.t, event)
            case events.Error():
                self.notices.add(event.t, event)
                if event.engine_stopped:
                    self._nothing_loaded(event.t)
            case events.End():
                self.ended = event

    def _header(self, event: events.Header) -> None:
        self.header = event
        self.anchors.add(event.t, events.Anchor(t=event.t, wall=event.wall))
        for info in event.sensors:
            self.sensors[info.name] = info
            hold = max(HOLD_SECONDS, 2.5 / info.hz) if info.hz > 0 else math.inf
            self._series(info.name).hold = hold

    def _series(self, name: str) -> Series:
        series = self.series.get(name)
        if series is None:
            # MLX reports with tokens and at the end of a turn; in between it does not change.
            series = Series(math.inf if name.startswith("mlx.") else HOLD_SECONDS)
            self.series[name] = series
        return series

    def _number(self, name: str, t: float, value: float | None) -> None:
        self._series(name).add(t, value)

    def _sample(self, event: events.Sample) -> None:
        if not self.ticks or event.t > self.ticks[-1]:
            self.ticks.append(event.t)
        for name, value in event.values.items():
            self._number(name, event.t, value)
        if "pressure.level" in event.values:
            self._level_is_read = True
        elif not self._level_is_read:
            # As the figures stand now: a source that is gone leaves a gap, not its last word.
            level = pressure_level({name: self.value(name, event.t) for name in LEVEL_FIGURES})
            if level is not None or "pressure.level" in self.series:
                self._number("pressure.level", event.t, level)

    def _tokens(self, event: events.Tokens) -> None:
        turn = self.turns.get(event.turn)
        if turn is None or not event.times:
            return
        if not turn.times:
            self._begin_phase("decode", event.times[0])
        turn.add(event)

    def _turn_start(self, event: events.TurnStart) -> None:
        turn = Turn(event)
        self.turns[event.turn] = turn
        self.turn_log.add(event.t, turn)
        self.transcript.turn(event, turn)
        self._begin_phase("prefill", event.t)

    def _nothing_loaded(self, t: float) -> None:
        # A process that ended or has just begun holds no model and no memory of MLX's.
        self.model.add(t, None)
        if self.phases and self.phases[-1].name == "load":
            self._end_phase(t)
        for name in ("mlx.active_bytes", "mlx.cache_bytes", "mlx.peak_bytes"):
            if name in self.series:
                self._number(name, t, None)

    def _begin_phase(self, name: PhaseName, t: float) -> None:
        self._end_phase(t)
        self.phases.append(Phase(name, t))

    def _end_phase(self, t: float) -> None:
        if self.phases and self.phases[-1].end == math.inf:
            self.phases[-1].end = max(t, self.phases[-1].start)

    @property
    def origin(self) -> float | None:
        """Where the strip of time begins: the first event, but at most 30 s before turn one."""
        if self.first is None:
            return None if self.header is None else self.header.t
        if not self.turn_log.times:
            return self.first
        return max(self.first, self.turn_log.times[0] - PREROLL_SECONDS)

    def value(self, name: str, t: float) -> float | None:
        """Return the figure as it stood at time t; None where unknown or too old."""
        series = self.series.get(name)
        return None if series is None else series.at(t)

    def values(self, t: float) -> dict[str, float | None]:
        """Return every figure as it stood at time t."""
        return {name: series.at(t) for name, series in self.series.items()}

    def turn_at(self, t: float) -> Turn | None:
        """Return the turn that was running at time t, or else the last one before it."""
        return self.turn_log.at(t)

    def phase_at(self, t: float) -> PhaseName:
        """Return what the engine was doing at time t."""
        for phase in reversed(self.phases):
            if phase.start <= t:
                return phase.name if t < phase.end else "idle"
        return "idle"

    def wall(self, t: float) -> float | None:
        """Return wall time (seconds since the Unix epoch) at time t."""
        anchor = self.anchors.at(t) or (self.anchors.values[0] if self.anchors.values else None)
        return None if anchor is None else anchor.wall + (t - anchor.t)

    def token_rates(self, start: float, width: float, count: int, until: float) -> list[float]:
        """Return tokens/s at the right edge of each of `count` columns; NaN outside of decode.

        A reply that ended inside of a column shows in it, however short it was.
        """
        result = [math.nan] * count
        for column in range(count):
            left = start + column * width
            if left >= until:
                break
            right = min(left + width, until)
            turn = self.turn_log.at(right)
            rate = None if turn is None else turn.rate(right) or turn.last_rate(left, right)
            if rate is not None:
                result[column] = rate
        return result
