"""A plan that is left in the middle on the screen ends like one without a screen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop.bench.headless import Outputs
from mlxtop.bench.plan import Plan
from mlxtop.bench.runner import Runner
from mlxtop.config import Config
from mlxtop.exports import asked
from mlxtop.launch import bench
from mlxtop.sources.options import LiveOptions
from mlxtop.streams import INTERRUPTED
from mlxtop.tui.app import MlxtopApp
from tests.bench.desk import DEMO, Desk


def _left(runner: Runner) -> Callable[[MlxtopApp], int]:
    """Return what stands in for the app, which is left with Ctrl+Q."""

    def show(app: MlxtopApp) -> int:
        app.bench_runner = runner
        return 0

    return show


@pytest.mark.parametrize(
    ("trials", "words"), [(2, "2 of 2 trials"), (0, "Stopped before the first trial ended.")]
)
def test_it_tells_the_trials_so_far_and_is_an_interrupt(
    trials: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = Plan(trials=5)
    desk = Desk(plan)
    if trials:
        desk.run(until=lambda: len(desk.runner.trials) >= trials)
    desk.runner.cancel()
    monkeypatch.setattr(bench, "show", _left(desk.runner))
    written = tmp_path / "now.json"
    status = bench._on_screen(
        Config(),
        LiveOptions(recordings=tmp_path),
        (plan, (DEMO,), tuple(desk.runner.points)),
        Outputs(exports=asked("benchmark", json=written)),
        (),
    )
    assert status == INTERRUPTED
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert written.exists() == bool(trials)
