"""A plan and its trials as events: what the recording has of a benchmark."""

from collections.abc import Sequence

import msgspec

from mlxtop import events
from mlxtop.as_json import encoded
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, Plan
from mlxtop.bench.point import Point
from mlxtop.bench.trial import Trial
from mlxtop.events import Scalar

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
