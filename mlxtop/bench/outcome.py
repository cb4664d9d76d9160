"""A plan, its trials and their outcome as events: what the recording has of a benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from mlxtop import events
from mlxtop.as_json import encoded
from mlxtop.bench.conditions import conditions
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, Plan
from mlxtop.bench.point import Point
from mlxtop.bench.result import (
    Breakdown,
    Conditions,
    ModelLoad,
    PointResult,
    Result,
    of_point,
    over_all,
)
from mlxtop.bench.stress import Stress, stress_of
from mlxtop.bench.trial import Trial
from mlxtop.events import PlanEnd, Scalar
from mlxtop.sources.live import Live

_TOLD_APART = frozenset({"kind", "trials"})


def start_of(
    plan: Plan, points: Sequence[Point], benchmark: int, t: float
) -> events.BenchmarkStart:
    """Return the event for the beginning of a plan at time t, as the benchmark of that number."""
    kind = KINDS[plan.kind]
    return events.BenchmarkStart(
        t=t,
        benchmark=benchmark,
        plan=plan.kind,
        points=[events.PlanPoint(label=one.label, skipped=one.invalid) for one in points],
        trials=kind.trials(plan),
        settings=_settings(plan),
        labels=kind.labels(plan),
    )


def _settings(plan: Plan) -> dict[str, Scalar | list[Scalar]]:
    """Return the fields of a plan that are not at their defaults; keys of tables have a dot."""
    found: dict[str, Scalar | list[Scalar]] = {}
    for name, field in FIELDS.items():
        value = getattr(plan, name)
        if name in _TOLD_APART or value == field.default:
            continue
        plain = msgspec.json.decode(encoded(value))
        if isinstance(plain, dict):
            found |= {f"{name}.{key}": one for key, one in plain.items()}
        else:
            found[name] = plain
    return found


def event_of(trial: Trial, benchmark: int, t: float) -> events.Trial:
    """Return the event for the outcome of a trial at time t."""
    return events.Trial(
        t=t,
        benchmark=benchmark,
        point=trial.point,
        number=trial.number,
        turn=trial.turn or None,
        disturbed=list(trial.disturbed),
        unchecked=list(trial.unchecked),
        failed=trial.failed,
        dropped=trial.dropped,
        note=trial.note,
    )


class Outcome:
    """The trials and breakdowns of a plan."""

    def __init__(
        self, plan: Plan, points: Sequence[Point], live: Live, now: Callable[[], float]
    ) -> None:
        """Begin without trials; nothing is recorded yet."""
        self.plan = plan
        self.points = list(points)
        self.trials: list[Trial] = []
        self.breakdowns: list[Breakdown] = []
        self.refused: dict[int, str] = {}
        """Points that the model refuses, and why: a finding, not a failure."""
        self._live = live
        self._now = now
        self._benchmark = 0
        """Number of the benchmark in the run; 0 before it began."""

    def begin(self) -> int:
        """Record the plan; return the number of the benchmark."""
        self._live.benchmarks += 1
        self._benchmark = self._live.benchmarks
        self._live.emit(start_of(self.plan, self.points, self._benchmark, self._now()))
        return self._benchmark

    def end(self, how: PlanEnd, error: str = "") -> None:
        """Record the end of the plan, unless it was stopped before its first step."""
        if number := self._benchmark:
            self._live.emit(
                events.BenchmarkEnd(t=self._now(), benchmark=number, outcome=how, error=error)
            )

    def take(self, trial: Trial) -> None:
        """Keep a trial, and record its outcome at the time of its end."""
        self.trials.append(trial)
        self._record(trial, trial.ended)

    def change(self, place: int, *, dropped: bool | None, note: str | None) -> None:
        """Drop or note a trial as the user decided, and record it again."""
        trial = self.trials[place]
        self.trials[place] = msgspec.structs.replace(
            trial,
            dropped=trial.dropped if dropped is None else dropped,
            note=trial.note if note is None else note,
        )
        self._record(self.trials[place], self._now())

    def _record(self, trial: Trial, t: float) -> None:
        self._live.emit(event_of(trial, self._benchmark, t))

    def next_number(self, place: int) -> int:
        """Return the number of a point's next trial."""
        return 1 + len(self._trials_of(place))

    def has_failed(self, place: int) -> bool:
        """Whether a trial of a point failed."""
        return any(trial.failed for trial in self._trials_of(place))

    def _trials_of(self, place: int) -> list[Trial]:
        return [trial for trial in self.trials if trial.point == place]

    def of_point(self, place: int) -> PointResult:
        """Return the figures of a point over the trials so far."""
        return of_point(self._point(place), self._trials_of(place))

    def _point(self, place: int) -> Point:
        point = self.points[place]
        if place in self.refused:
            point = msgspec.structs.replace(point, invalid=self.refused[place])
        return point

    def taken(self, loads: Sequence[ModelLoad], *, complete: bool, running: bool) -> "Taken":
        """Return a snapshot from which a result can be computed."""
        recorded = self._live.recorder.status
        by_time = any(point.seconds is not None for point in self.points)
        trials: list[list[Trial]] = [[] for _ in self.points]
        for trial in self.trials:
            trials[trial.point].append(trial)
        return Taken(
            plan=self.plan,
            conditions=conditions(self._live),
            loads=list(loads),
            points=[(self._point(place), found) for place, found in enumerate(trials)],
            breakdowns=list(self.breakdowns),
            recording=str(recorded.files[-1]) if recorded.files else None,
            recording_shortfall=recorded.shortfall,
            complete=complete,
            running=running,
            stress=stress_of(self._live.timeline, self.trials) if by_time else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The outcome of a plan at one moment, immutable, so that any thread can use it."""

    plan: Plan
    conditions: Conditions
    loads: list[ModelLoad]
    points: list[tuple[Point, list[Trial]]]
    breakdowns: list[Breakdown]
    recording: str | None
    recording_shortfall: str
    complete: bool
    running: bool
    stress: Stress | None

    def result(self) -> Result:
        """Return the figures over the trials; for thousands of them it takes a while."""
        points = [of_point(point, trials) for point, trials in self.points]
        return Result(
            plan=self.plan,
            conditions=self.conditions,
            loads=self.loads,
            points=points,
            breakdowns=self.breakdowns,
            recording=self.recording,
            recording_shortfall=self.recording_shortfall,
            complete=self.complete,
            running=self.running,
            stress=self.stress,
            overall=over_all(points),
        )
