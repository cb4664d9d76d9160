"""Plans on the real engine with the built-in model: what is asked of it, and what comes back."""

import json
import os
import signal
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.bench import report
from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make
from mlxtop.bench.runner import BenchError, Runner
from mlxtop.recording.reader import read
from mlxtop.sources.live import Live
from mlxtop.sources.options import ModelSpec
from tests.bench.desk import DEMO, SHORT, drive, go_on, real_live

SMALL = {"prompt_tokens": 20, "generation_tokens": 6, "trials": 1}


def turns(live: Live, runner: Runner) -> list[events.TurnEnd]:
    """Return the ends of a plan's trials, without those of its warm-ups."""
    found = [live.timeline.turns[trial.turn].end for trial in runner.trials]
    return [end for end in found if end is not None]


@pytest.fixture(scope="module")
def tokens(live: Live) -> Runner:
    return drive(Plan(prompt_tokens=40, generation_tokens=24, trials=2, breakdown=True), live)


def test_every_trial_has_as_many_tokens_as_were_asked_for(live: Live, tokens: Runner) -> None:
    ends = turns(live, tokens)
    assert [(end.prompt_tokens, end.generation_tokens) for end in ends] == [(40, 24)] * 2
    assert all(end.cached_tokens == 0 and end.finish_reason == "length" for end in ends)
    assert len(live.timeline.turns) >= 4, "a warm-up, two trials, a breakdown"
    assert min(trial.turn for trial in tokens.trials) > 1, "the warm-up is no trial"


def test_the_figures_of_a_trial_follow_from_each_other(tokens: Runner) -> None:
    for trial in tokens.trials:
        speed, theirs = (
            trial.generation_tokens_per_second,
            trial.mlx_lm_generation_tokens_per_second,
        )
        assert speed is not None
        assert theirs is not None
        assert trial.ttft_seconds is not None
        assert trial.tpot_seconds == pytest.approx(1 / speed)
        # mlx-lm counts n tokens over n − 1 intervals.
        assert theirs == pytest.approx(speed * 24 / 23, rel=0.1)
        assert trial.total_seconds is not None
        assert trial.ttft_seconds + 23 / speed < trial.total_seconds + 1e-6
        assert trial.peak_mlx_bytes is not None
        assert trial.peak_mlx_bytes > 1e6


def test_a_breakdown_is_no_trial_and_adds_up(tokens: Runner) -> None:
    (found,) = tokens.result.breakdowns
    assert len(tokens.trials) == 2
    assert found.turn not in {trial.turn for trial in tokens.trials}
    assert {"prefill", "forward", "sample"} <= set(found.parts)
    assert found.steps == 24


def test_the_recording_holds_the_trials(live: Live, tokens: Runner) -> None:
    path = tokens.result.recording
    assert path is not None
    ends = {end.turn: end for end in read(Path(path)) if isinstance(end, events.TurnEnd)}
    for trial in tokens.trials:
        assert ends[trial.turn].generation_tokens == trial.generation_tokens


def test_a_sweep_measures_what_differs_and_says_what_does_not(live: Live) -> None:
    swept = {"prefill_step": [8, 32, 64], "max_kv_size": ["off", 16, 4096]}
    runner = drive(make({**SMALL, "kind": "sweep", "sweep": swept}), live)
    result = runner.result
    said = {one.point.label: one for one in result.points}
    assert len(said["prefill step 8"].counted) == 1
    assert result.points[0] == said["max kv size off"], "with which all others are compared"
    for size in (32, 64):
        assert said[f"prefill step {size}"].point.invalid == (
            "fed in one step of 20 tokens, it would measure the same as max kv size off"
        )
    assert "never reached by 26 tokens" in said["max kv size 4096"].point.invalid
    assert len(result.trials) == 3
    steps = {
        trial.point: [
            step.step_tokens
            for step in live.timeline.turns[trial.turn].prefill.values
            if step.step_tokens
        ]
        for trial in result.trials
    }
    assert steps[0][0] == 19, "all but the last token, in one step"
    assert steps[1][:2] == [8, 8]
    assert result.enough
    assert not result.failures


def test_a_trial_tells_what_the_draft_model_proposed(live: Live) -> None:
    swept = {"draft": ["off", "demo"], "draft_tokens": [1]}
    plan = make({**SMALL, "generation_tokens": 24, "kind": "sweep", "sweep": swept, "grid": True})
    alone, helped = drive(plan, live).result.points
    assert "without a draft model" in alone.point.invalid
    (trial,) = helped.trials
    assert trial.draft_share is not None
    assert 0.4 <= trial.draft_share <= 0.5, "every other token is the model's own"
    assert trial.first_tenth_tokens_per_second is None, "two tokens may be of one step"


def test_the_peak_of_a_trial_is_its_own(live: Live) -> None:
    runner = drive(make({**SMALL, "kind": "sweep", "sweep": {"prompt_tokens": [400, 20]}}), live)
    long, short = (trial.peak_mlx_bytes for trial in runner.trials)
    assert long is not None
    assert short is not None
    assert short < long


def test_a_setting_that_the_model_refuses_is_a_finding_of_the_sweep(live: Live) -> None:
    fields = {"kind": "sweep", "sweep": {"prompt_tokens": [8, 5000]}}
    plan = make({**SMALL, "trials": 3, **fields})
    result = drive(plan, live, contexts=()).result
    free, refused = result.points
    assert len(free.counted) == 3
    assert "The prompt has 5,000 tokens" in refused.point.invalid
    assert len(refused.trials) == 1, "what was refused once is refused always"
    assert refused.asked == []
    said = report.text(result)
    assert "valid      0 of 3 trials, 3 unchecked" in said
    assert said.count("prompt tokens 5000") == 1, "as left out, and in no table"
    line = report.trial_line("a", refused.trials[0], refused=True)
    assert line.startswith("a, trial 1  REFUSED: ")
    assert refused.trials[0].peak_mlx_bytes is None, "nothing was fed"
    assert result.enough
    assert not result.failures


def test_batches_answer_several_requests(live: Live) -> None:
    runner = drive(make({**SMALL, "kind": "batch", "batch": [1, 3]}), live)
    assert [trial.generation_tokens for trial in runner.trials] == [6, 18]
    one, three = runner.trials
    assert one.request_tokens_per_second is None
    assert three.request_tokens_per_second == pytest.approx(
        (three.generation_tokens_per_second or 0) / 3
    )


def test_scenarios_are_answered_by_the_chat_template(live: Live, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[greeting]\nsystem = "Be brief."\nprompt = "Hello?"\n')
    plan = make(
        {
            "kind": "scenarios",
            "generation_tokens": 8,
            "trials": 1,
            "scenarios": ["simple", str(own)],
        }
    )
    runner = drive(plan, live)
    assert [one.point.label for one in runner.result.points] == ["simple", "greeting"]
    for trial in runner.trials:
        assert trial.generation_tokens is not None
        assert trial.generation_tokens <= 8
        assert trial.template_seconds is not None
        assert trial.tokenize_seconds is not None
    assert [message.text for message in runner.points[1].messages] == ["Be brief.", "Hello?"]


def test_a_dataset_asks_its_prompts_once_each(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl"
    entries = [{"instruction": "Say:", "input": f"{word}"} for word in ("a", "b", "c")]
    path.write_text("\n".join(map(json.dumps, entries)))
    fields = {"kind": "dataset", "dataset": str(path), "limit": 2, "generation_tokens": 4}
    runner = drive(make({**fields, "trials": 1}), live)
    assert [one.messages[-1].text for one in runner.points] == ["Say:\n\na", "Say:\n\nb"]
    assert len(runner.trials) == 2
    again = live.timeline.turns[runner.trials[1].turn].end
    assert again is not None
    assert again.cached_tokens == 0, "no trial begins with another's KV cache"


def test_models_are_measured_in_turns_with_what_each_load_took(
    live: Live, other_model: Path
) -> None:
    plan = make({**SMALL, "trials": 2, "kind": "models", "models": [str(other_model)]})
    result = drive(plan, live, [DEMO, ModelSpec(str(other_model))]).result
    assert [trial.point for trial in result.trials] == [0, 1, 0, 1]
    assert [load.model for load in result.loads] == ["demo", "other"] * 2
    assert all(load.seconds and load.mlx_unloaded_bytes is not None for load in result.loads)
    assert result.enough


def test_a_model_that_cannot_be_loaded_says_why_and_the_others_are_measured(
    live: Live, other_model: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    plan = make({**SMALL, "trials": 2, "kind": "models", "models": [str(broken)]})
    result = drive(plan, live, [DEMO, ModelSpec(str(broken))]).result
    fine, failed = result.points
    assert len(fine.counted) == 2
    (trial,) = failed.trials
    assert "broken" in trial.failed
    assert [load.error for load in result.loads if load.error] == [trial.failed]
    assert [trial.point for trial in result.failures] == [1]
    assert not result.enough


def test_warm_loads_the_model_anew_before_each_first_run(live: Live) -> None:
    result = drive(make({**SMALL, "trials": 2, "kind": "warm"}), live).result
    first, following = result.points
    assert all(trial.load_seconds is not None for trial in first.trials)
    assert all(trial.load_seconds is None for trial in following.trials)
    assert len(result.loads) == 2


def test_stress_goes_to_the_end_of_the_context_and_begins_again(
    live: Live, other_model: Path
) -> None:
    plan = make({"kind": "stress", "prompt_tokens": 200, "minutes": 1})
    wanted = [ModelSpec(str(other_model))]
    runner = drive(
        plan, live, wanted, lambda it: it.cancel() if len(it.trials) == 2 else None, (SHORT,)
    )
    ends = turns(live, runner)
    assert [end.finish_reason for end in ends] == ["length"] * 2
    assert all(end.prompt_tokens + end.generation_tokens == SHORT for end in ends)


# -- from outside ----------------------------------------------------------------------------------


def test_a_cancel_keeps_what_was_measured(live: Live) -> None:
    plan = make({**SMALL, "trials": 50})
    runner = drive(plan, live, watch=lambda it: it.cancel() if len(it.trials) == 2 else None)
    assert len(runner.trials) == 2
    assert not runner.result.complete
    assert runner.planned == 0
    runner.repeat(0)
    go_on(runner)
    assert len(runner.trials) == 3, "and one more on request"


def test_a_cycle_that_is_stopped_tells_what_there_was(live: Live, other_model: Path) -> None:
    def stop(runner: Runner) -> None:
        turn = live.timeline.turns.get(live.turn)
        if runner.doing.words == "measuring" and turn is not None and len(turn.times) > 25:
            runner.cancel()

    plan = make({"kind": "stress", "prompt_tokens": 8, "minutes": 1})
    runner = drive(plan, live, [ModelSpec(str(other_model))], stop, (SHORT,))
    (trial,) = runner.trials
    assert (trial.dropped, trial.note) == (True, "broken off: it was stopped")
    assert trial.prompt_tokens == 8
    assert trial.generation_tokens is not None
    assert 25 < trial.generation_tokens < SHORT - 8
    assert trial.generation_tokens_per_second is not None
    result = runner.result
    assert not result.complete
    assert result.stress is not None
    assert result.stress.context_speeds is not None
    said = report.text(result)
    assert "stopped    before its end" in said
    assert "broken off: it was stopped" in said
    for row in ("over time: last cycle to first", "growth of MLX memory"):
        assert "needs two " in next(line for line in said.splitlines() if line.startswith(row))


def test_a_plan_that_does_not_fit_is_refused_in_words(live: Live) -> None:
    plan = Plan(prompt_tokens=4000, generation_tokens=500, trials=3)
    with pytest.raises(BenchError, match="There is nothing to measure: 4,000 prompt tokens and"):
        drive(plan, live)
    with pytest.raises(BenchError, match="do not fit into the context of demo"):
        drive(plan, live, contexts=())


@pytest.mark.usefixtures("live")  # which takes the waiting out
def test_an_engine_that_dies_costs_one_trial(tmp_path: Path) -> None:
    own = real_live(tmp_path)
    killed: list[int] = []

    def kill(runner: Runner) -> None:
        doing = runner.doing
        if not killed and doing.point == 1 and doing.words == "measuring" and own.answering:
            assert own.engine.pid is not None
            killed.append(own.engine.pid)
            os.kill(own.engine.pid, signal.SIGKILL)

    fields = {**SMALL, "kind": "sweep", "sweep": {"generation_tokens": [4, 150]}, "trials": 2}
    try:
        result = drive(make(fields), own, watch=kill).result
    finally:
        own.close()
    assert killed
    (failed,) = result.failures
    assert (failed.point, failed.number) == (1, 1)
    assert "SIGKILL" in failed.failed
    assert [len(one.counted) for one in result.points] == [2, 1]
    assert len(result.loads) == 2, "the engine began anew and loaded the model"
    assert result.complete
