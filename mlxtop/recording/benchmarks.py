"""The benchmarks in a recording, collected in one pass."""

from dataclasses import dataclass, field

import msgspec

from mlxtop import events
from mlxtop.medians import median_of_known
from mlxtop.text import one_line

POINTS_KEPT = 20
LABEL_LENGTH = 80


class PointFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """A short form of a point of a benchmark: medians over its trials that count."""

    label: str
    valid: int = 0
    """Trials that were checked, and that nothing disturbed."""
    unchecked: int = 0
    """Trials that count, but could not be checked."""
    trials: int = 0
    tokens_per_second: float | None = None
    """Median decode speed."""
    ttft_seconds: float | None = None
    skipped: str = ""
    """Why it was not measured."""


@dataclass(frozen=True, slots=True)
class MeasuredPlan:
    """The two figures of a turn."""

    tokens_per_second: float | None
    ttft_seconds: float | None


NOT_KNOWN = MeasuredPlan(None, None)


@dataclass
class _Plan:
    start: events.BenchmarkStart
    trials: dict[tuple[int, int], events.Trial] = field(default_factory=dict)
    """By point and number; the last one, if a trial has several."""
    outcome: events.PlanEnd | None = None
    """How it ended; None while it runs, or if it broke off."""


class BenchmarksFold:
    """Takes the events of benchmarks, and the figures of their turns as they end."""

    def __init__(self) -> None:
        self._plans: dict[int, _Plan] = {}
        self._turns: dict[int, MeasuredPlan] = {}
        """The figures of each trial's turn."""
        self._asked: set[int] = set()
        """Benchmarks that started a turn."""

    def begin(self, event: events.BenchmarkStart) -> None:
        """Take the beginning of a plan."""
        self._plans[event.benchmark] = _Plan(event)

    def judge(self, event: events.Trial) -> None:
        """Take the outcome of a trial."""
        if (plan := self._plans.get(event.benchmark)) is not None:
            plan.trials[event.point, event.number] = event

    def ask(self, purpose: events.Purpose) -> None:
        """Take the purpose of a turn."""
        self._asked.add(purpose.benchmark)
        if (plan := self._plans.get(purpose.benchmark)) is not None:
            plan.outcome = None  # a point that is measured again: the plan is not over

    def end(self, event: events.BenchmarkEnd) -> None:
        """Take the end of a plan."""
        if (plan := self._plans.get(event.benchmark)) is not None:
            plan.outcome = event.outcome

    def measure(self, turn: int, found: MeasuredPlan) -> None:
        """Take the figures of a trial's turn."""
        self._turns[turn] = found

    @property
    def _run(self) -> list[_Plan]:
        """The plans that ran here; another may only be context of a file that began after it."""
        return [plan for number, plan in self._plans.items() if number in self._asked]

    @property
    def plans(self) -> list[str]:
        """The kinds of plan that ran, each once, in order."""
        return [one_line(kind, 20) for kind in dict.fromkeys(plan.start.plan for plan in self._run)]

    @property
    def outcome(self) -> events.PlanEnd | None:
        """How the last plan that ran ended; None if it did not, or if there is none."""
        return self._run[-1].outcome if self._run else None

    @property
    def counted(self) -> set[int]:
        """The turns of trials that count."""
        trials = [trial for plan in self._plans.values() for trial in plan.trials.values()]
        return {one.turn for one in trials if one.turn is not None and one.counts}

    @property
    def points(self) -> list[PointFigures]:
        """The points of all plans that ran, in order."""
        return [
            self._point(plan, place)
            for plan in self._run
            for place in range(len(plan.start.points))
        ]

    def _point(self, plan: _Plan, place: int) -> PointFigures:
        point = plan.start.points[place]
        trials = [trial for trial in plan.trials.values() if trial.point == place]
        counted = [trial for trial in trials if trial.counts]
        turns = [self._turns.get(trial.turn or 0, NOT_KNOWN) for trial in counted]
        valid = sum(trial.valid for trial in counted)
        return PointFigures(
            label=one_line(point.label, LABEL_LENGTH),
            valid=valid,
            unchecked=len(counted) - valid,
            trials=len(trials),
            tokens_per_second=median_of_known(turn.tokens_per_second for turn in turns),
            ttft_seconds=median_of_known(turn.ttft_seconds for turn in turns),
            skipped=one_line(point.skipped, LABEL_LENGTH),
        )
