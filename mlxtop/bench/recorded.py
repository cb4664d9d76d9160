"""The benchmark of a timeline as it was at any moment, its trials with their figures."""

from dataclasses import dataclass

from msgspec.structs import replace

from mlxtop import events
from mlxtop.bench.trial import Trial, measured
from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline
from mlxtop.timeline.benchmark import Benchmark

LATE_SECONDS = 1.0
"""How long after a trial its readings may still arrive."""


@dataclass(frozen=True, slots=True)
class BenchmarkState:
    """A plan and its trials at a moment."""

    benchmark: Benchmark
    trials: list[Trial]
    """Those that had ended, in the order of their ends."""
    under_way: Turn | None
    """The turn in progress, or whose trial was not judged yet."""
    end: events.BenchmarkEnd | None

    @property
    def points(self) -> list[events.PlanPoint]:
        """What is measured."""
        return self.benchmark.start.points


class BenchmarkReplay:
    """The benchmark of a timeline at any moment; the figures of a trial are computed once."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._known: dict[tuple[int, int, int], tuple[events.Trial, Trial]] = {}

    def at(self, t: float) -> BenchmarkState | None:
        """Return the benchmark that ran at time t; None for a chat."""
        benchmark = self._timeline.benchmark_at(t)
        if benchmark is None:
            return None
        trials = [
            self._trial(event)
            for event in benchmark.trials(t)
            if 0 <= event.point < len(benchmark.start.points)
        ]
        return BenchmarkState(benchmark, trials, benchmark.under_way(t), benchmark.end(t))

    def _trial(self, event: events.Trial) -> Trial:
        key = event.benchmark, event.point, event.number
        known = self._known.get(key)
        if known is not None and known[0] is event:
            return known[1]
        trial = _figures(self._timeline, event)
        if (self._timeline.last or 0.0) > event.t + LATE_SECONDS:
            self._known[key] = event, trial
        return trial


def _figures(timeline: Timeline, event: events.Trial) -> Trial:
    turn = None if event.turn is None else timeline.turns.get(event.turn)
    if turn is None or turn.end is None:
        trial = Trial(point=event.point, number=event.number, turn=0, began=event.t, ended=event.t)
    else:
        trial = measured(timeline, turn, point=event.point, number=event.number, load_seconds=None)
    return replace(
        trial,
        disturbed=tuple(event.disturbed),
        unchecked=tuple(event.unchecked),
        failed=event.failed,
        dropped=event.dropped,
        note=event.note,
    )
