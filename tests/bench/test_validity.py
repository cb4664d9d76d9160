"""What disturbs a trial, on timelines made of readings."""

import msgspec
import pytest

from mlxtop import events
from mlxtop.bench.disturbance import OTHERS_PERCENT, disturbances, others_percent
from mlxtop.bench.statistics import spread
from mlxtop.timeline import Timeline
from tests.bench.desk import HEADER, QUIET, watched

READY = events.EngineReady(t=9.0, pid=1, mlx="", mlx_lm="")


def disturbed(**values: float | None) -> tuple[str, ...]:
    """Return what is said where figures have other values at one of four readings."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    timeline = watched(
        *((t, {**QUIET, **(named if t == 13.0 else {})}) for t in (11.0, 12.0, 13.0, 14.0))
    )
    return disturbances(timeline, 10.5, 13.5)


def test_a_quiet_machine_disturbs_nothing() -> None:
    assert disturbed() == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pressure__level": 1.0}, "memory pressure WARN"),
        ({"pressure__level": 2.0}, "memory pressure CRITICAL"),
        ({"swap__out_bytes_per_second": 4096.0}, "memory was swapped out"),
        ({"thermal__level": 2.0}, "thermal pressure level 2"),
        ({"gpu__throttle_reasons": 4.0}, "the GPU's clocks were held back"),
        ({"gpu__throttle_reasons": 6.0}, "the GPU's clocks were held back"),
        ({"gpu1__throttle_reasons": 4.0}, "GPU1's clocks were held back"),
        ({"cpu__user_percent": 90.0}, "other processes took 91 % of a core"),
        ({"app__cpu_percent": 95.0}, "mlxtop itself took 35 % of a core"),
    ],
)
def test_what_disturbs_a_trial_is_named(values: dict[str, float], words: str) -> None:
    assert disturbed(**values) == (words,)


@pytest.mark.parametrize(
    "values",
    [
        {"gpu__throttle_reasons": 1.0},  # idle clocks are no fault
        {"gpu__throttle_reasons": 2.0},  # nor are clocks locked for the benchmark
        {"gpu__throttle_reasons": 3.0},
        {"gpu__throttle_reasons": 256.0},  # nor those of the display
        {"gpu1__throttle_reasons": 2.0},
        {"swap__out_bytes_per_second": None, "pressure__level": None, "thermal__level": None},
        {"gpu__throttle_reasons": float("nan")},
    ],
)
def test_what_is_idle_or_unknown_disturbs_nothing(values: dict[str, float | None]) -> None:
    assert disturbed(**values) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("app.sampling_gaps", "the machine slept or mlxtop was stopped"),
        ("power.on_battery", "the power source changed"),
    ],
)
def test_a_change_while_it_runs_disturbs_and_one_before_does_not(name: str, words: str) -> None:
    after = {**QUIET, name: 2.0}
    timeline = watched((10.0, QUIET), (11.0, QUIET), (12.0, after), (13.0, after), (14.0, after))
    assert disturbances(timeline, 10.5, 12.5) == (words,)
    assert disturbances(timeline, 12.0, 14.0) == ()


def test_a_brake_counts_beside_a_higher_mask_that_is_none() -> None:
    masks = (256.0, 4.0, 256.0, 256.0)
    timeline = watched(
        *((10.0 + t, {**QUIET, "gpu.throttle_reasons": mask}) for t, mask in enumerate(masks))
    )
    assert disturbances(timeline, 9.5, 13.5) == ("the GPU's clocks were held back",)


def test_a_gpu_does_not_slow_a_model_that_runs_on_the_cpu() -> None:
    timeline = watched((11.0, {**QUIET, "gpu.throttle_reasons": 4.0}))
    timeline.add(msgspec.structs.replace(READY, device="cpu"))
    assert disturbances(timeline, 10.5, 13.5) == ()
    timeline.add(msgspec.structs.replace(READY, t=10.0, device="gpu"))
    assert disturbances(timeline, 10.5, 13.5) == ("the GPU's clocks were held back",)


def test_what_happened_before_a_trial_does_not_count() -> None:
    timeline = watched((9.0, {**QUIET, "pressure.level": 2.0}), (12.0, QUIET))
    assert disturbances(timeline, 10.0, 13.0) == ()


def test_several_disturbances_are_all_named() -> None:
    said = disturbed(pressure__level=1.0, thermal__level=1.0)
    assert said == ("memory pressure WARN", "thermal pressure level 1")


def test_others_are_what_neither_engine_nor_app_took() -> None:
    timeline = watched((11.0, QUIET), (12.0, QUIET))
    assert others_percent(timeline, 10.0, 13.0) == pytest.approx(4.0)
    assert others_percent(timeline, 11.5, 13.0) is None, "too short to tell"
    assert OTHERS_PERCENT > 4
    unknown = Timeline()
    unknown.add(msgspec.structs.replace(HEADER, cpu_cores=None))
    assert others_percent(unknown, 10.0, 13.0) is None


# -- figures over trials ---------------------------------------------------------------------------


def test_the_interval_holds_the_median_and_wants_five_trials() -> None:
    found = spread([10.0, 11.0, 11.5, 12.0, 30.0, None])
    assert found is not None
    assert (found.median, found.lowest, found.highest, found.trials) == (11.5, 10.0, 30.0, 5)
    assert found.low is not None
    assert found.high is not None
    assert 10.0 <= found.low <= 11.5 <= found.high <= 30.0
    four = spread([1.0, 2.0, 3.0, 4.0])
    assert four is not None
    assert four.low is None
    assert spread([None]) is None
