"""Measuring models: plans, trials that count or do not, results.

from mlxtop import bench

plan = bench.Plan(prompt_tokens=128, generation_tokens=64, trials=3)
with bench.measure("demo", plan) as run:
    for trial in run.trials():
        print(trial.number, trial.generation_tokens_per_second, trial.reason)
print(run.result.points[0].figures["generation_tokens_per_second"].median)

`run.events()` yields every event instead, with tokens and readings; meanwhile `run.runner` can be
paused and cancelled. docs/benchmarks.md describes the fields of plans and results.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlxtop.bench.baseline import Held, against
    from mlxtop.bench.formats import document, read_result
    from mlxtop.bench.measurement import Measuring
    from mlxtop.bench.plan import Plan, PlanError
    from mlxtop.bench.plan_fields import make, read_plan
    from mlxtop.bench.point import Point
    from mlxtop.bench.result import Breakdown, Conditions, ModelLoad, PointResult, Result
    from mlxtop.bench.runner import BenchError, Runner
    from mlxtop.bench.statistics import Spread
    from mlxtop.bench.stress import Stress
    from mlxtop.bench.trial import Trial

__all__ = [
    "BenchError",
    "Breakdown",
    "Conditions",
    "Held",
    "Measuring",
    "ModelLoad",
    "Plan",
    "PlanError",
    "Point",
    "PointResult",
    "Result",
    "Runner",
    "Spread",
    "Stress",
    "Trial",
    "against",
    "document",
    "make",
    "measure",
    "read_plan",
    "read_result",
]

_HOMES = {
    "BenchError": "runner",
    "Breakdown": "result",
    "Conditions": "result",
    "Held": "baseline",
    "Measuring": "measurement",
    "ModelLoad": "result",
    "Plan": "plan",
    "PlanError": "plan",
    "Point": "point",
    "PointResult": "result",
    "Result": "result",
    "Runner": "runner",
    "Spread": "statistics",
    "Stress": "stress",
    "Trial": "trial",
    "against": "baseline",
    "document": "formats",
    "make": "plan_fields",
    "read_plan": "plan_fields",
    "read_result": "formats",
}
"""Name → the module that has it."""


def __getattr__(name: str) -> Any:
    """Import what is asked for: to measure takes many modules, to look at a recording few."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def measure(model: str, plan: "Plan", *, record: bool = True) -> "Measuring":
    """Return a plan ready to run on a model: a directory, a Hugging Face id, or `demo`.

    Raises PlanError if the plan cannot run. The recording goes to the usual directory.
    """
    from mlxtop import paths
    from mlxtop.bench.measurement import Measuring
    from mlxtop.models.locate import looked_at
    from mlxtop.sources.options import LiveOptions, ModelSpec

    names = (model, *plan.models)
    places = [paths.model_named(name) for name in names]
    infos = [looked_at(place) for place in places]
    options = LiveOptions(recordings=paths.recordings_dir(), record=record)
    return Measuring(
        plan,
        [ModelSpec(place) for place in places],
        options,
        contexts=[None if info is None else info.context_tokens for info in infos],
    )
