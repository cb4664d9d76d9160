"""A benchmark on the real engine: what is measured, what counts, what is said."""

from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.bench import headless, report
from mlxtop.bench.plan import TokensPlan
from mlxtop.bench.runner import BenchError, Result, Runner
from mlxtop.bench.statistics import spread
from mlxtop.bench.trial import OTHERS_PERCENT, Trial, disturbances, others_percent
from mlxtop.paths import demo_model_dir
from mlxtop.recording.reader import read
from mlxtop.sources.options import LiveOptions, Wanted
from mlxtop.timeline import Timeline

PLAN = TokensPlan(prompt_tokens=40, generation_tokens=24, trials=2)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("bench")
    runner = Runner(PLAN, Wanted(str(demo_model_dir())), LiveOptions(recordings=folder))
    # What else runs beside the tests must not make trials repeat.
    runner.live.header = msgspec.structs.replace(runner.live.header, cpu_cores=None)
    for _ in runner.trials():
        pass
    return runner.result


def test_every_trial_has_as_many_tokens_as_were_asked_for(result: Result) -> None:
    assert result.recording is not None
    said = list(read(Path(result.recording)))
    ends = [event for event in said if isinstance(event, events.TurnEnd)]
    assert len(ends) == len(result.trials) + 1, "the warm-up is no trial"
    for end in ends:
        assert (end.prompt_tokens, end.cached_tokens, end.generation_tokens) == (40, 0, 24)
        assert end.finish_reason == "length"


def test_the_figures_follow_from_each_other(result: Result) -> None:
    for trial in result.trials:
        speed, theirs = (
            trial.generation_tokens_per_second,
            trial.mlx_lm_generation_tokens_per_second,
        )
        assert speed is not None
        assert theirs is not None
        assert trial.tpot_seconds == pytest.approx(1 / speed)
        # mlx-lm counts n tokens over n − 1 intervals.
        assert theirs == pytest.approx(speed * 24 / 23, rel=0.1)
        assert trial.ttft_seconds is not None
        assert trial.ttft_seconds + 23 / speed == pytest.approx(trial.total_seconds, rel=0.2)
        assert trial.peak_mlx_bytes is not None
        assert trial.peak_mlx_bytes > 1e6
    assert result.model == "demo"
    assert result.load_seconds is not None


def test_the_result_is_told_in_full_and_can_be_read_back(result: Result) -> None:
    said = report.text(result)
    for words in ("40 random prompt tokens, 24 generated", "generation tok/s, mlx-lm's", "TTFT"):
        assert words in said
        assert words in report.markdown(result)
    assert report.read_result(msgspec.json.encode(result)) == result


def test_a_baseline_of_itself_is_one(result: Result) -> None:
    assert report.against(result, result)[0] == 1.0
    other = msgspec.structs.replace(result, plan=TokensPlan(), model="else")
    ratio, said = report.against(result, other)
    assert ratio == 1.0
    assert "another model, another plan" in said


def test_a_plan_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    plan = TokensPlan(prompt_tokens=4000, generation_tokens=500, trials=1)
    runner = Runner(plan, Wanted(str(demo_model_dir())), LiveOptions(recordings=tmp_path))
    with pytest.raises(BenchError, match="do not fit into the context of demo"):
        list(runner.trials())


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (TokensPlan(prompt_tokens=0), "prompt tokens"),
        (TokensPlan(generation_tokens=1), "generated tokens"),
        (TokensPlan(trials=0), "trials"),
        (TokensPlan(cool_seconds=float("nan")), "pause"),
        (TokensPlan(seed=-1), "seed"),
    ],
)
def test_a_plan_that_makes_no_sense_is_named(plan: TokensPlan, words: str) -> None:
    assert words in plan.problem()
    with pytest.raises(BenchError, match=words):
        Runner(plan, Wanted("none"), LiveOptions(recordings=Path("none")))


# -- what disturbs a trial -------------------------------------------------------------------------


def watched(*samples: tuple[float, dict[str, float | None]]) -> Timeline:
    timeline = Timeline()
    timeline.add(events.Header(t=0.0, schema=1, wall=1e9, clock="test", mlxtop="0", cpu_cores=4))
    for t, values in samples:
        timeline.add(events.Sample(t=t, values=values))
    return timeline


QUIET: dict[str, float | None] = {
    "cpu.user_percent": 25.0,
    "cpu.system_percent": 1.0,
    "engine.cpu_percent": 95.0,
    "app.cpu_percent": 5.0,
    "swap.out_bytes_per_second": 0.0,
    "pressure.level": 0.0,
    "app.sampling_gaps": 1.0,
}


def disturbed(**values: float) -> tuple[str, ...]:
    named = {name.replace("__", "."): value for name, value in values.items()}
    timeline = watched(
        *((t, {**QUIET, **(named if t == 13.0 else {})}) for t in (11.0, 12.0, 13.0, 14.0))
    )
    return disturbances(timeline, 10.5, 14.0)


def test_a_quiet_machine_disturbs_nothing() -> None:
    assert disturbed() == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pressure__level": 1.0}, "memory pressure WARN"),
        ({"swap__out_bytes_per_second": 4096.0}, "swapped out"),
        ({"thermal__level": 2.0}, "thermal pressure level 2"),
        ({"gpu__throttle_reasons": 4.0}, "clocks were held back"),
        ({"cpu__user_percent": 90.0}, "other processes took"),
    ],
)
def test_what_disturbs_a_trial_is_named(values: dict[str, float], words: str) -> None:
    (said,) = disturbed(**values)
    assert words in said


def test_what_happened_before_a_trial_does_not_count() -> None:
    timeline = watched((9.0, {**QUIET, "pressure.level": 2.0}), (12.0, QUIET))
    assert disturbances(timeline, 10.0, 13.0) == ()


def test_others_are_what_neither_engine_nor_app_took() -> None:
    timeline = watched((11.0, QUIET), (12.0, QUIET))
    assert others_percent(timeline, 10.0, 13.0) == pytest.approx(4.0)
    assert others_percent(timeline, 11.5, 13.0) is None, "too short to tell"
    assert OTHERS_PERCENT > 4


# -- figures over trials ---------------------------------------------------------------------------


def test_the_interval_holds_the_median_and_wants_five_trials() -> None:
    found = spread([10.0, 11.0, 11.5, 12.0, 30.0, None])
    assert found is not None
    assert (found.median, found.lowest, found.highest, found.trials) == (11.5, 10.0, 30.0, 5)
    assert found.low is not None
    assert found.high is not None
    assert 10.0 <= found.low <= 11.5 <= found.high <= 30.0
    two = spread([1.0, 2.0, 3.0, 4.0])
    assert two is not None
    assert two.low is None
    assert spread([None]) is None


def test_a_trial_that_was_disturbed_is_told_and_not_counted(result: Result) -> None:
    bad = msgspec.structs.replace(result.trials[0], disturbed=("memory was swapped out",))
    said = msgspec.structs.replace(result, trials=[bad, *result.trials[1:]])
    assert len(said.valid) == len(result.valid) - 1
    assert not said.enough
    assert report.TOO_FEW in report.text(said)
    assert "left out   trial 1: memory was swapped out" in report.text(said)
    assert "NOT VALID: memory was swapped out" in report.trial_line(1, bad)


# -- outside of a screen ---------------------------------------------------------------------------


class Scripted(Runner):
    """A runner whose trials are over: what comes after them is looked at."""

    ready: Result

    def __init__(self, *_: object) -> None:
        pass

    def trials(self, poll: object = None) -> "list[Trial]":  # type: ignore[override]
        return self.ready.trials

    @property
    def result(self) -> Result:
        return self.ready


def test_files_and_the_exit_status(
    result: Result,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(headless, "Runner", Scripted)
    monkeypatch.setattr(Scripted, "ready", result, raising=False)
    options = LiveOptions(recordings=tmp_path)

    def status(**outputs: object) -> int:
        return headless.run(PLAN, Wanted("x"), options, headless.Outputs(**outputs))  # type: ignore[arg-type]

    saved, told = tmp_path / "result.json", tmp_path / "result.md"
    assert status(json=saved, markdown=told) == 0
    assert report.read_result(saved.read_bytes()) == result
    assert told.read_text() == report.markdown(result)
    assert status(baseline=saved, fail_under=0.99) == 0
    assert status(baseline=saved, fail_under=1.01) == 1
    assert "under the 1.01" in capsys.readouterr().err
    assert status(baseline=told) == 1
    assert "make a baseline with that first" in capsys.readouterr().err
    assert status(baseline=tmp_path / "none") == 1
    assert "cannot be read" in capsys.readouterr().err
    assert status(json=tmp_path / "none" / "result.json") == 1
    assert f"there is no directory {tmp_path / 'none'}" in capsys.readouterr().err
    assert status(json=tmp_path) == 1
    assert "is a directory" in capsys.readouterr().err
