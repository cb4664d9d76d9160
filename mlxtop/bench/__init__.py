"""Measuring models: plans, trials that count or do not, results.

from mlxtop import bench

plan = bench.Plan(prompt_tokens=128, generation_tokens=64, trials=3)
with bench.measure("demo", plan) as run:
    for trial in run.trials():
        print(trial.number, trial.generation_tokens_per_second, trial.reason)
print(run.result.points[0].figures["generation_tokens_per_second"].median)
"""

from mlxtop.bench.measuring import Measuring
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Point
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.runner import BenchError
from mlxtop.bench.statistics import Spread
from mlxtop.bench.trial import Trial

__all__ = [
    "BenchError",
    "Measuring",
    "Plan",
    "PlanError",
    "Point",
    "PointResult",
    "Result",
    "Spread",
    "Trial",
    "measure",
]


def measure(model: str, plan: Plan, *, record: bool = True) -> Measuring:
    """Return a plan ready to run on a model: a directory, a Hugging Face id, or `demo`.

    Raises PlanError where the plan cannot be run. The run is recorded where runs are.
    """
    from mlxtop import paths
    from mlxtop.sources.options import LiveOptions, Wanted

    names = (model, *plan.models)
    places = (str(paths.demo_model_dir()) if name == "demo" else name for name in names)
    options = LiveOptions(recordings=paths.recordings_dir(), record=record)
    return Measuring(plan, [Wanted(place) for place in places], options)
