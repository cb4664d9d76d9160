"""How a plan is run, on a clock turned by hand: repeats, pauses, the wait for a quiet machine."""

import re
from collections.abc import Callable

import pytest

from mlxtop.bench import report
from mlxtop.bench.disturbance import OTHERS_UNKNOWN
from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make
from mlxtop.bench.recorded import BenchmarkReplay
from mlxtop.bench.runner import BenchError
from mlxtop.sources.options import ModelSpec
from tests.bench.desk import QUIET, Desk

Start = Callable[..., Desk]
ONE = Plan(prompt_tokens=8, generation_tokens=10, trials=2)
SWAPPING = {**QUIET, "swap.out_bytes_per_second": 4096.0}
HOT = {**QUIET, "thermal.level": 1.0}


def test_a_quiet_machine_needs_no_repeats(desk: Start) -> None:
    it = desk(ONE)
    it.run()
    assert [trial.valid for trial in it.runner.trials] == [True, True]
    assert it.runner.result.complete
    assert it.runner.doing.words == "done"
    assert it.runner.result.points[0].figures["generation_tokens_per_second"].median == (
        pytest.approx(10)
    )


@pytest.mark.parametrize("most", [0, 3])
def test_disturbed_trials_are_repeated_up_to_the_limit_and_no_further(
    desk: Start, most: int
) -> None:
    it = desk(make({"prompt_tokens": 8, "generation_tokens": 10, "most_repeats": most}))
    it.readings = lambda t: SWAPPING
    it.run()
    assert len(it.runner.trials) == 5 + most
    assert {trial.reason for trial in it.runner.trials} == {"memory was swapped out"}
    assert not it.runner.result.enough


def test_a_repeat_comes_at_once_and_makes_the_point_whole(desk: Start) -> None:
    it = desk(make({"kind": "batch", "batch": [1, 2], "generation_tokens": 10, "trials": 1}))
    it.readings = lambda t: SWAPPING if not it.runner.trials else QUIET
    it.run()
    found = [(trial.point, trial.number, trial.valid) for trial in it.runner.trials]
    assert found == [(0, 1, False), (0, 2, True), (1, 1, True)]
    assert it.runner.result.enough


def test_the_next_trial_waits_while_the_machine_is_worse_than_before_the_first(
    desk: Start,
) -> None:
    it = desk(ONE)
    it.run(until=it.first_reply_over)
    cool = it.t + 20
    it.readings = lambda t: HOT if t < cool else QUIET
    it.run(until=lambda: it.runner.doing.words.endswith("at most: thermal pressure"))
    assert it.runner.planned == 1
    it.run()
    second = it.runner.trials[1]
    assert second.began > cool
    assert second.valid


BUSY: dict[str, float | None] = {**QUIET, "cpu.user_percent": 70.0}


def test_the_first_trial_waits_for_other_processes_too(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 1}))
    it.readings = lambda t: BUSY if t < 1020 else QUIET
    it.run()
    (trial,) = it.runner.trials
    assert trial.began > 1020
    assert trial.valid


PROCESSES = ("engine.cpu_percent", "app.cpu_percent")


@pytest.mark.parametrize("late", [0.0, 1.5])
def test_the_first_trial_waits_too_where_processes_were_hardly_read_yet(
    desk: Start, late: float
) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 1}))
    it.engine.seconds = 0.2  # a small model: loaded and warmed up before the second reading
    begun, read = it.t + late, set[int]()

    def readings(t: float) -> dict[str, float | None]:
        values = BUSY if t < 1020 else QUIET
        if t < begun or int(t - begun) in read:
            return {name: value for name, value in values.items() if name not in PROCESSES}
        read.add(int(t - begun))
        return values

    it.readings = readings
    it.run()
    (trial,) = it.runner.trials
    assert trial.began > 1020
    assert trial.valid


def test_where_processes_are_never_read_the_first_trial_begins_all_the_same(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 1}))
    it.readings = lambda t: {name: one for name, one in QUIET.items() if name not in PROCESSES}
    it.run()
    assert [trial.state for trial in it.runner.trials] == ["unchecked"]
    assert it.runner.trials[0].began < 1015


@pytest.mark.parametrize("seconds", [0.3, 3.0])
def test_on_a_machine_that_stays_busy_no_trial_of_any_length_is_valid(
    desk: Start, seconds: float
) -> None:
    plan = {"generation_tokens": 10, "trials": 3, "cool_limit_seconds": 30, "most_repeats": 2}
    it = desk(make(plan))
    it.engine.seconds = seconds
    it.readings = lambda t: BUSY
    it.run()
    trials = it.runner.trials
    assert len(trials) == 5
    assert [trial.state for trial in trials] == ["disturbed"] * 5
    assert re.fullmatch(r"other processes took \d+ % of a core", trials[0].reason)
    # It is waited for once, and not before each trial again.
    assert trials[-1].ended - trials[0].began < 30
    assert not it.runner.result.enough


def test_a_trial_that_cannot_be_judged_counts_and_is_not_repeated(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 3}))
    it.readings = lambda t: {n: v for n, v in QUIET.items() if n != "engine.cpu_percent"}
    it.run()
    assert [trial.state for trial in it.runner.trials] == ["unchecked"] * 3
    assert {trial.reason for trial in it.runner.trials} == {OTHERS_UNKNOWN}
    result = it.runner.result
    assert result.enough
    assert result.points[0].figures["generation_tokens_per_second"].trials == 3
    it.live.poll()
    told = BenchmarkReplay(it.live.timeline).at(it.t)
    assert told is not None
    assert [trial.state for trial in told.trials] == ["unchecked"] * 3
    assert "unchecked: the CPU use of other processes" in it.live.timeline.marks.values[0].note


def test_the_wait_is_given_up_after_its_limit(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 2, "cool_limit_seconds": 30}))
    it.run(until=it.first_reply_over)
    it.readings = lambda t: HOT
    ended = it.t
    it.run(until=lambda: len(it.runner.trials) == 2)
    second = it.runner.trials[1]
    assert 30 <= second.began - ended < 32
    assert second.reason == "thermal pressure level 1"


def test_a_machine_that_calms_down_too_late_is_told_of_the_trial_that_began_before(
    desk: Start,
) -> None:
    plan = {"generation_tokens": 10, "trials": 2, "cool_limit_seconds": 30, "most_repeats": 0}
    it = desk(make(plan))
    it.run(until=it.first_reply_over)
    it.readings = lambda t: HOT
    it.run(until=lambda: it.runner.doing.words == "measuring" and it.runner.doing.number == 2)
    it.readings = lambda t: QUIET
    it.run()
    assert it.runner.trials[1].disturbed == ("thermal pressure level 1",)


def test_each_trial_is_marked_in_the_recording(desk: Start) -> None:
    it = desk(ONE)
    it.run()
    it.live.poll()
    marks = it.live.timeline.marks
    assert list(marks.times) == [trial.ended for trial in it.runner.trials]
    label = it.runner.points[0].label
    assert marks.values[1].note.startswith(f"{label}, trial 2: ")


def test_a_pause_does_not_count_for_the_time_that_is_left(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 3}))
    it.run(until=lambda: len(it.runner.trials) == 1)
    it.runner.paused = True
    it.run(until=lambda: it.runner.doing.words == "paused")
    before = it.runner.seconds_left
    began = it.t
    it.run(until=lambda: it.t > began + 500)
    it.runner.paused = False
    it.run(until=lambda: it.runner.doing.words != "paused")
    after = it.runner.seconds_left
    assert before is not None
    assert after is not None
    assert after < before + 5


def test_what_was_so_from_the_beginning_is_not_waited_for(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 2, "most_repeats": 0}))
    it.readings = lambda t: HOT
    it.run()
    first, second = it.runner.trials
    assert second.began - first.ended < 2


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ({"pressure.level": 1.0}, "memory pressure"),
        ({"gpu.temperature_celsius": 71.0}, "the GPU at 71 °C"),
        ({"cpu.user_percent": 75.0}, "other processes at 64 % of a core"),
    ],
)
def test_what_is_waited_for_is_named(desk: Start, readings: dict[str, float], words: str) -> None:
    it = desk(ONE)
    it.readings = lambda t: {**QUIET, "gpu.temperature_celsius": 50.0}
    it.run(until=it.first_reply_over)
    it.readings = lambda t: {**QUIET, **readings}
    it.run(until=lambda: it.runner.doing.words.startswith("waiting"))
    assert it.runner.doing.words.endswith(f" at most: {words}")


def test_the_pause_before_each_trial_is_kept(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 3, "cool_seconds": 10}))
    it.run()
    first, second, third = it.runner.trials
    assert min(second.began - first.ended, third.began - second.ended) >= 10


def test_a_paused_plan_waits_before_the_next_trial(desk: Start) -> None:
    it = desk(ONE)
    it.run(until=lambda: it.runner.doing.words == "measuring")
    it.runner.paused = True
    it.run(until=lambda: it.runner.doing.words == "paused")
    assert len(it.runner.trials) == 1
    assert it.runner.planned == 1
    began = it.t
    it.run(until=lambda: it.t > began + 100)
    assert len(it.runner.trials) == 1
    it.runner.paused = False
    it.run()
    assert len(it.runner.trials) == 2


def test_a_trial_can_be_dropped_and_taken_in_again_with_a_note(desk: Start) -> None:
    it = desk(ONE)
    it.run()
    it.runner.change(0, dropped=True, note="the fan")
    result = it.runner.result
    assert result.points[0].figures["ttft_seconds"].trials == 1
    assert (result.trials[0].reason, result.trials[0].note) == ("dropped", "the fan")
    it.runner.change(0, dropped=False)
    assert it.runner.result.points[0].figures["ttft_seconds"].trials == 2
    assert it.runner.result.trials[0].note == "the fan"


def test_a_point_is_measured_once_more_on_request(desk: Start) -> None:
    it = desk(make({"kind": "batch", "batch": [1, 2], "generation_tokens": 10, "trials": 2}))
    it.run(until=it.first_reply_over)
    it.runner.repeat(0)
    it.run()
    assert [trial.point for trial in it.runner.trials] == [0, 0, 1, 0, 1]
    it.runner.repeat(1)
    assert not it.runner.done
    it.run()
    assert [trial.point for trial in it.runner.trials][5:] == [1]
    assert it.runner.result.complete


def test_a_cancel_stops_the_reply_and_ends_the_plan(desk: Start) -> None:
    it = desk(ONE)
    it.run(until=lambda: it.runner.doing.words == "measuring" and it.live.answering)
    it.runner.cancel()
    it.live.poll()
    assert it.runner.done
    assert not it.live.answering
    assert (it.runner.trials, it.runner.planned, it.runner.doing.words) == ([], 0, "stopped")
    assert not it.runner.result.complete


def test_an_engine_that_dies_again_at_a_point_is_not_asked_a_third_time(desk: Start) -> None:
    plan = make({"kind": "sweep", "sweep": {"prompt_tokens": [8, 9]}, "trials": 4})
    it = desk(plan)

    def die() -> bool:
        if it.runner.doing.point == 1 and it.live.answering:
            it.engine.alive = False
        return False

    it.run(until=die)
    lived, died = it.runner.result.points
    assert len(lived.valid) == 4
    assert [trial.failed for trial in died.trials] == ["The engine stopped."] * 2
    assert it.runner.result.failures == died.trials, "nothing that a model refuses"


def test_an_engine_that_died_and_runs_again_has_not_answered(desk: Start) -> None:
    it = desk(ONE)
    it.run(until=lambda: it.runner.doing.words == "measuring" and it.live.answering)
    it.engine.finish("engine died")
    it.run()
    assert [bool(trial.failed) for trial in it.runner.trials] == [True, False]


def test_a_model_that_cannot_be_loaded_is_asked_for_once(desk: Start) -> None:
    plan = make({"kind": "models", "models": ["none"], "trials": 3, "generation_tokens": 10})
    it = desk(plan, wanted=[ModelSpec("fine"), ModelSpec("none")])
    it.engine.missing = {"none"}
    it.run()
    fine, missing = it.runner.result.points
    assert len(fine.valid) == 3
    assert [trial.failed for trial in missing.trials] == ["It is not there."]
    assert it.runner.result.failures == missing.trials


def test_where_nothing_can_be_measured_the_reason_is_raised(desk: Start) -> None:
    it = desk(ONE, wanted=[ModelSpec("none")])
    it.engine.missing = {"none"}
    with pytest.raises(BenchError, match="It is not there"):
        it.run()
    idle = desk(make({"kind": "sweep", "sweep": {"top_p": [0.5, 0.9]}}))
    with pytest.raises(BenchError, match="nothing to measure: top p has no effect"):
        idle.run()


def test_stress_goes_on_for_its_time_and_leaves_a_cut_cycle_out(desk: Start) -> None:
    it = desk(make({"kind": "stress", "minutes": 0.55}))
    it.run()
    *whole, last = it.runner.trials
    assert [trial.number for trial in whole] == list(range(1, len(whole) + 1))
    assert all(trial.valid for trial in whole)
    assert (last.dropped, last.note) == (True, "the plan's time was over")
    assert 31 < last.ended - whole[0].began < 35


def test_stress_whose_engine_does_not_stop_ends_all_the_same(desk: Start) -> None:
    it = desk(make({"kind": "stress", "minutes": 0.5}))
    it.run(until=lambda: len(it.runner.trials) == 2)
    it.engine.seconds, it.engine.deaf = 1e6, True
    it.run()
    assert it.engine.starts == 2
    failed = [trial.failed for trial in it.runner.trials if trial.failed]
    assert failed == ["The engine did not respond to a stop and was killed."]


def test_a_result_that_is_looked_at_before_the_end_says_so(desk: Start) -> None:
    it = desk(ONE)
    it.run(until=lambda: len(it.runner.trials) == 1)
    assert it.runner.result.running
    assert "the plan is still running" in report.text(it.runner.result)
    assert report.STOPPED_EARLY not in report.text(it.runner.result)
    it.runner.cancel()
    assert not it.runner.result.running
    assert "stopped    before its end" in report.text(it.runner.result)
    assert report.STOPPED_EARLY in report.text(it.runner.result)
