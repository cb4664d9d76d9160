"""What a plan tells its recording: itself, what each turn is for, what came of each trial."""

import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mlxtop import events
from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make
from mlxtop.bench.recorded import BenchmarkReplay
from mlxtop.bench.runner import BenchError
from mlxtop.recording.reader import read
from mlxtop.sources.live import Live
from mlxtop.sources.options import ModelSpec
from mlxtop.timeline.benchmark import Benchmark
from tests.bench.desk import PATIENCE_SECONDS, QUIET, Desk, drive

Start = Callable[..., Desk]
SMALL = {"prompt_tokens": 20, "generation_tokens": 6}


def told(live: Live) -> Benchmark:
    live.poll()
    (found,) = live.timeline.benchmarks.values()
    return found


def purposes(live: Live) -> list[tuple[str, int, int, bool]]:
    found = [turn.start.purpose for turn in live.timeline.turn_log.values]
    return [(one.what, one.point, one.number, one.cold) for one in found if one is not None]


def test_a_plan_on_the_real_engine_is_told_in_its_recording(live: Live) -> None:
    before = len(live.timeline.benchmarks)
    swept = {"kind": "sweep", "sweep": {"kv_bits": ["off", 8]}, "trials": 2, "breakdown": True}
    runner = drive(make({**SMALL, **swept}), live)
    live.poll()
    number = before + 1
    start = live.timeline.benchmarks[number].start
    assert (start.plan, start.trials) == ("sweep", 2)
    assert [point.label for point in start.points] == ["kv bits off", "kv bits 8"]
    assert start.settings == {**SMALL, "sweep.kv_bits": [None, 8], "breakdown": True}
    asked = [turn.start.purpose for turn in live.timeline.turn_log.values]
    mine = [one for one in asked if one is not None and one.benchmark == number]
    assert Counter(one.what for one in mine) == {"warm-up": 2, "trial": 4, "breakdown": 2}
    known = live.timeline.benchmarks[number]
    assert [(one.point, one.number, one.turn) for one in known.trials()] == [
        (one.point, one.number, one.turn) for one in runner.trials
    ]
    end = known.end()
    assert end is not None
    assert end.outcome == "complete"


def test_the_first_trial_after_a_load_is_called_cold(live: Live) -> None:
    drive(make({**SMALL, "kind": "warm", "trials": 1}), live)
    live.poll()
    number = max(live.timeline.benchmarks)
    found = [turn.start.purpose for turn in live.timeline.turn_log.values]
    mine = [(one.what, one.point, one.cold) for one in found if one and one.benchmark == number]
    assert mine == [("trial", 0, True), ("trial", 1, False)]


def test_the_recording_on_the_disk_holds_the_events(live: Live) -> None:
    runner = drive(make({**SMALL, "trials": 1}), live)
    live.poll()
    path = Path(str(runner.result.recording))
    number = max(live.timeline.benchmarks)

    def kinds() -> set[type]:
        return {type(e) for e in read(path) if getattr(e, "benchmark", None) == number}

    deadline = time.monotonic() + PATIENCE_SECONDS
    while events.BenchmarkEnd not in kinds() and time.monotonic() < deadline:
        live.poll()
        time.sleep(0.01)
    assert kinds() == {events.BenchmarkStart, events.Trial, events.BenchmarkEnd}


def test_why_a_trial_does_not_count_is_told_and_the_repeat_too(desk: Start) -> None:
    it = desk(Plan(prompt_tokens=8, generation_tokens=10, trials=1))
    it.readings = lambda t: QUIET if it.runner.trials else {**QUIET, "thermal.level": 1.0}
    it.run()
    first, second = told(it.live).trials()
    assert first.disturbed == ["thermal pressure level 1"]
    assert not first.valid
    assert second.valid
    assert purposes(it.live) == [
        ("warm-up", 0, 0, True),
        ("trial", 0, 1, False),
        ("trial", 0, 2, False),
    ]


def test_what_is_dropped_and_noted_later_is_told_at_its_time(desk: Start) -> None:
    it = desk(Plan(prompt_tokens=8, generation_tokens=10, trials=2))
    it.run()
    over = it.t
    it.t += 5
    it.runner.change(0, dropped=True)
    it.t += 5
    it.runner.change(0, note="somebody came in")
    it.t += 5
    it.runner.change(0, dropped=False)
    known = told(it.live)
    said = [[(one.dropped, one.note) for one in known.trials(over + s)] for s in (1, 6, 11, 16)]
    kept = (False, "")
    assert [first for first, _ in said] == [
        kept,
        (True, ""),
        (True, "somebody came in"),
        (False, "somebody came in"),
    ]
    assert all(second == kept for _, second in said)
    assert len(it.live.timeline.marks) == 2, "a mark a trial, none for a change"


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_plan_that_is_stopped_says_so(desk: Start, when: str) -> None:
    it = desk(Plan(prompt_tokens=8, generation_tokens=10, trials=2))
    if when == "during":
        it.run(until=lambda: it.runner.trials)
    it.runner.cancel()
    it.live.poll()
    if when == "before":
        assert not it.live.timeline.benchmarks
        return
    end = told(it.live).end()
    assert end is not None
    assert end.outcome == "stopped"
    assert told(it.live).under_way(math.inf) is None


def test_a_point_that_is_measured_once_more_opens_its_benchmark_again(desk: Start) -> None:
    it = desk(Plan(prompt_tokens=8, generation_tokens=10, trials=1))
    it.run()
    over = it.t
    assert told(it.live).end() is not None
    it.runner.repeat(0)
    it.run(until=lambda: it.live.turn == 3)
    it.live.poll()
    assert told(it.live).end() is None
    it.run()
    assert told(it.live).end() is not None
    assert [one.number for one in told(it.live).trials()] == [1, 2]
    assert [one.number for one in told(it.live).trials(over)] == [1]


def test_a_model_that_cannot_be_loaded_has_a_trial_without_a_turn(desk: Start) -> None:
    it = desk(
        make({"kind": "models", "models": ["/b"], "generation_tokens": 10, "trials": 1}),
        wanted=[ModelSpec("/a"), ModelSpec("/b")],
    )
    it.engine.missing = {"/b"}
    it.run()
    good, lost = told(it.live).trials()
    assert good.turn == 2
    assert lost.turn is None
    assert lost.failed == "It is not there."


def test_a_plan_of_which_nothing_can_be_measured_failed(desk: Start) -> None:
    it = desk(Plan(prompt_tokens=8, generation_tokens=10, trials=1), wanted=[ModelSpec("/a")])
    it.engine.missing = {"/a"}
    with pytest.raises(BenchError):
        it.run()
    end = told(it.live).end()
    assert end is not None
    assert (end.outcome, end.error) == ("failed", "It is not there.")


def test_a_replay_reckons_the_same_figures_as_the_run_did(desk: Start) -> None:
    plan = {"kind": "batch", "batch": [1, 2], "generation_tokens": 10, "trials": 2}
    it = desk(make(plan))
    it.readings = lambda t: {
        **QUIET,
        "gpu.power_watts": 30.0,
        "memory.wired_bytes": 1e9 + t,
        "swap.out_bytes_per_second": 0.0 if len(it.runner.trials) != 1 else 9.0,
    }
    it.run()
    it.runner.change(0, dropped=True, note="somebody came in")
    it.live.poll()
    found = BenchmarkReplay(it.live.timeline).at(math.inf)
    assert found is not None
    assert len(found.trials) == 5, "one was disturbed and repeated"
    live = [replace(trial, load_seconds=None) for trial in it.runner.trials]
    assert found.trials == live
