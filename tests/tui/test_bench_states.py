"""Results whose trials ended in any way, of every kind of plan: all that is made of them."""

from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mlxtop.bench import report
from mlxtop.bench.formats import csv_text, document, read_result
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan
from mlxtop.bench.result import Result, of_point, over_all
from mlxtop.bench.runner import Runner
from mlxtop.sources.options import ModelSpec
from mlxtop.timeline import Timeline
from mlxtop.tui.bench.bars import NOT_COUNTED
from mlxtop.tui.bench.charts import chart_names, chart_rows, left_out_lines, table_lines
from mlxtop.tui.bench.figures import Shown
from mlxtop.tui.bench.trial_table import layout, median_row, trial_row
from mlxtop.tui.widgets.rows import length, text
from tests.bench.desk import DEMO, Desk

SIZES = [(200, 46), (120, 36), (80, 20), (30, 8), (10, 3), (1, 1)]
PLANS: dict[str, dict[str, Any]] = {
    "scenarios": {"scenarios": ("simple",)},
    "sweep": {"sweep": {"prompt_tokens": (8, 16), "top_p": (0.5,)}},
    "models": {"models": ("other",)},
    "batch": {"batch": (1, 2)},
    "stress": {"minutes": 0.2},
}
"""What the plans of some kinds are, besides their usual fields."""
STATES: dict[str, tuple[dict[str, Any], ...]] = {
    "valid": ({},),
    "none valid": ({"disturbed": ("other processes took 197 % of a core",)},),
    "unchecked": ({"unchecked": ("too short",)},),
    "one unchecked": ({"unchecked": ("too short",)}, {"disturbed": ("heat",)}),
    "dropped": ({"dropped": True, "note": "mine"},),
    "failed": ({"failed": "It is out of memory.", "generation_tokens_per_second": None},),
    "mixed": ({}, {"disturbed": ("heat",)}, {"failed": "It died."}, {"unchecked": ("short",)}),
    "first point only": ({}, {"dropped": True}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture(params=KINDS, scope="module")
def ran(request: pytest.FixtureRequest, folder: Path) -> tuple[Runner, Runner]:
    """One plan of each kind before its first trial, and at its end."""
    fields = dict(PLANS.get(request.param, {}))
    if request.param == "dataset":
        prompts = folder / "prompts.jsonl"
        prompts.write_text('{"prompt": "one"}\n{"prompt": "two"}\n')
        fields["dataset"] = str(prompts)
    plan = Plan(kind=request.param, trials=2, generation_tokens=10, **fields)
    wanted = [DEMO, ModelSpec("other")] if plan.models else [DEMO]
    begun = Desk(plan, wanted)
    over = Desk(plan, wanted)
    over.run()
    return begun.runner, over.runner


def changed(result: Result, changes: tuple[dict[str, Any], ...]) -> Result:
    """Return a result whose trials have the changes in turns."""
    each = cycle(changes)
    points = []
    for one in result.points:
        trials = [msgspec.structs.replace(trial, **next(each)) for trial in one.trials]
        points.append(of_point(one.point, trials))
    return msgspec.structs.replace(result, points=points, overall=over_all(points))


def everything(result: Result, timeline: Timeline) -> None:
    """Make all that is shown and written of a result, at all sizes."""
    for size in SIZES:
        for name in chart_names(result):
            for first in (0, len(result.points) - 1):
                rows = chart_rows(name, Shown(result, timeline, first, *size))
                assert rows, (name, size)
                assert all(length(row) == size[0] for row in rows), (name, size)
        assert left_out_lines(result, size[0])
        assert table_lines(result, size[0])
        columns = layout(size[0], [one.point.label for one in result.points])
        for one in result.points:
            assert median_row(columns, one.point.label, one.trials, one.point.invalid)
            assert all(trial_row(columns, one.point.label, trial) for trial in one.trials)
    assert report.text(result, 80)
    assert report.markdown(result)
    assert csv_text(result)
    assert read_result(document(result)).points == result.points


@pytest.mark.parametrize("state", STATES)
def test_no_state_of_trials_ends_a_page_or_an_export(
    ran: tuple[Runner, Runner], state: str
) -> None:
    _, runner = ran
    assert runner.trials
    everything(changed(runner.result, STATES[state]), runner.live.timeline)


def test_nor_does_a_plan_without_a_trial_yet(ran: tuple[Runner, Runner]) -> None:
    runner, _ = ran
    assert not runner.trials
    everything(runner.result, runner.live.timeline)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_bars_of_trials_none_of_which_counts_are_drawn(count: int) -> None:
    desk = Desk(Plan(trials=count))
    desk.run()
    result = changed(desk.runner.result, STATES["none valid"])
    rows = chart_rows("speed", Shown(result, desk.live.timeline, 0, 120, 36))
    bars = [text(row) for row in rows if NOT_COUNTED in text(row)]
    assert len(bars) >= count
    assert all("other processes took" in bar for bar in bars if "trial" in bar)
