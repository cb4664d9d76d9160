"""What models are called that a plan compares."""

from collections.abc import Callable

import pytest

from mlxtop.bench.layout import endings
from mlxtop.bench.plan_fields import make
from mlxtop.sources.options import ModelSpec
from tests.bench.desk import Desk


@pytest.mark.parametrize(
    ("models", "labels"),
    [
        (["/x/a/other", "/y/b/other", "/z/third"], ["a/other", "b/other", "third"]),
        (["/x/a/m", "/y/a/m"], ["x/a/m", "y/a/m"]),
        (["m", "/x/m"], ["m", "x/m"]),
        (["org/m", "other/m", "org/n"], ["org/m", "other/m", "n"]),
        (["/m", "/n/"], ["m", "n"]),
        (["/c/models--org--m/snapshots/5f1", "/c/models--org--n/snapshots/77a"], ["m", "n"]),
        (["./m", "m"], ["./m", "m"]),
    ],
)
def test_models_are_called_by_the_shortest_endings_that_differ(
    models: list[str], labels: list[str]
) -> None:
    assert endings(models) == labels


def test_points_loads_and_the_recording_call_a_model_alike(desk: Callable[..., Desk]) -> None:
    models = ["/x/a/other", "/y/b/other"]
    plan = {"kind": "models", "models": models[1:], "generation_tokens": 10, "trials": 1}
    it = desk(make(plan), wanted=[ModelSpec(model) for model in models])
    it.run(until=lambda: it.runner.doing.words.startswith("loading"))
    assert it.runner.doing.words == "loading a/other"
    it.run()
    labels = ["a/other", "b/other"]
    result = it.runner.result
    assert [one.point.label for one in result.points] == labels
    assert [load.model for load in result.loads] == labels
    (told,) = it.live.timeline.benchmarks.values()
    assert [point.label for point in told.start.points] == labels
