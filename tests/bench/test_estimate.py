"""How long a plan will take, before it is started."""

import pytest

from mlxtop import events
from mlxtop.bench.estimate import Speeds, seconds, speeds_of
from mlxtop.bench.expansion import expand
from mlxtop.bench.plan_fields import make
from mlxtop.bench.session import SETTLE_SECONDS
from mlxtop.timeline import Timeline
from tests.bench.desk import CONTEXT, DEMO
from tests.compare.runs import Turn

SPEEDS = Speeds(prompt=1000.0, generation=50.0)


def estimated(fields: dict[str, object], speeds: Speeds | None = SPEEDS) -> float | None:
    plan = make(fields)
    return seconds(plan, expand(plan, [DEMO], [CONTEXT]), speeds)


def test_a_plan_takes_its_tokens_at_the_speed_so_far() -> None:
    sizes: dict[str, object] = {"prompt_tokens": 500, "generation_tokens": 100, "trials": 3}
    each = 500 / 1000 + 100 / 50 + SETTLE_SECONDS
    assert estimated(sizes) == pytest.approx(4 * each), "a warm-up too"
    assert estimated({**sizes, "cool_seconds": 5}) == pytest.approx(4 * each + 15)
    assert estimated({**sizes, "breakdown": True}) == pytest.approx(5 * each)
    batch = estimated({**sizes, "kind": "batch", "batch": [2]})
    assert batch == pytest.approx(4 * (1 + 4 + SETTLE_SECONDS))
    assert estimated(sizes, None) is None
    assert estimated({"kind": "stress", "minutes": 2}, None) == 120


def test_the_speed_is_that_of_the_replies_since_the_last_load() -> None:
    timeline = Timeline()
    assert speeds_of(timeline) is None
    for event in Turn(rate=5.0, start=10.0, noise=0.0).events(1):
        timeline.add(event)
    found = speeds_of(timeline)
    assert found is not None
    assert (found.prompt, found.generation) == pytest.approx((50.0, 5.0))
    timeline.add(events.LoadEnd(t=200.0, model="another"))
    assert speeds_of(timeline) is None, "that was the speed of another model"
    for event in Turn(rate=40.0, start=300.0, noise=0.0).events(2):
        timeline.add(event)
    found = speeds_of(timeline)
    assert found is not None
    assert found.generation == pytest.approx(40.0)
