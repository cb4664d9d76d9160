"""What disturbs a trial, on timelines made of readings."""

import math
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from mlxtop import events
from mlxtop.bench import report, tables
from mlxtop.bench.disturbance import (
    OTHERS_UNKNOWN,
    TOO_SHORT,
    covered,
    disturbances,
    not_judged,
    others_percent,
    unread,
)
from mlxtop.bench.plan import FIELDS
from mlxtop.bench.result import PointResult
from mlxtop.bench.statistics import FEWEST_FOR_INTERVAL, FEWEST_IN_WORDS, coverage, rank, spread
from mlxtop.timeline import Timeline
from mlxtop.tui.bench.form import row_of
from mlxtop.tui.help import help_entries
from tests.bench.desk import HEADER, QUIET, watched

READY = events.EngineReady(t=9.0, pid=1, mlx="", mlx_lm="")


def _explained(name: str) -> str:
    """Return what the help of a benchmark says of a part of its screen."""
    return next(part.text for part in help_entries("bench") if part.name == name)


def disturbed(**values: float | None) -> tuple[str, ...]:
    """Return what is said where figures have other values at one of four readings."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    timeline = watched(
        *((t, {**QUIET, **(named if t == 13.0 else {})}) for t in (10.0, 11.0, 12.0, 13.0, 14.0))
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
        ({"cpu__user_percent": 90.0}, "other processes took 69 % of a core"),
        ({"app__cpu_percent": 125.0}, "mlxtop itself took 35 % of a core"),
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
    timeline = watched((10.0, QUIET), (11.0, QUIET), (12.0, QUIET))
    assert others_percent(timeline, 10.0, 13.0) == pytest.approx(4.0)
    assert others_percent(timeline, 12.0, 13.0) is None, "no reading since"
    unknown = Timeline()
    unknown.add(msgspec.structs.replace(HEADER, cpu_cores=None))
    assert others_percent(unknown, 10.0, 13.0) is None


# -- what cannot be judged -------------------------------------------------------------------------

BUSY = {**QUIET, "cpu.user_percent": 75.0}
"""Others take two cores more."""


def steadily(values: dict[str, float | None]) -> Timeline:
    """Return a timeline with a reading a second."""
    return watched(*((float(t), values) for t in range(8, 16)))


def test_a_quiet_machine_is_judged_also_around_a_short_trial() -> None:
    assert not_judged(steadily(QUIET), 10.5, 13.5) == ()
    assert not_judged(steadily(QUIET), 10.3, 10.6) == (), "4 % of a second are 13 % of the trial"


def test_what_may_have_come_from_others_as_a_whole_makes_a_short_trial_unchecked() -> None:
    # 24 % over the second around it: of 0.3 s that would be 80 %.
    timeline = steadily({**QUIET, "cpu.user_percent": 30.0})
    assert disturbances(timeline, 10.3, 10.6) == ()
    assert not_judged(timeline, 10.3, 10.6) == (TOO_SHORT,)
    assert not_judged(timeline, 9.1, 14.9) == (), "a long one is judged by the same readings"


def test_a_busy_machine_disturbs_a_trial_of_any_length() -> None:
    for end in (10.4, 11.0, 13.0):
        assert disturbances(steadily(BUSY), 10.3, end) == ("other processes took 204 % of a core",)


def test_the_engines_own_work_before_and_after_a_trial_is_not_others() -> None:
    loads = {8.0: 0.0, 9.0: 95.0, 10.0: 50.0, 11.0: 95.0, 12.0: 20.0}
    timeline = watched(
        *(
            (t, {**QUIET, "engine.cpu_percent": engine, "cpu.user_percent": engine / 4 + 1.25})
            for t, engine in loads.items()
        )
    )
    assert disturbances(timeline, 9.6, 11.2) == ()
    assert not_judged(timeline, 9.6, 11.2) == ()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("engine.cpu_percent", OTHERS_UNKNOWN),
        ("app.cpu_percent", OTHERS_UNKNOWN),
        ("cpu.user_percent", OTHERS_UNKNOWN),
        ("pressure.level", "memory pressure is not known"),
    ],
)
def test_a_machine_that_does_not_tell_is_not_judged(missing: str, words: str) -> None:
    timeline = steadily({name: value for name, value in QUIET.items() if name != missing})
    assert not_judged(timeline, 10.5, 13.5) == (words,)
    assert disturbances(timeline, 10.5, 13.5) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("engine.cpu_percent", OTHERS_UNKNOWN),
        ("cpu.system_percent", OTHERS_UNKNOWN),
        ("pressure.level", "memory pressure was not read"),
        ("thermal.level", "thermal pressure was not read"),
        ("swap.out_bytes_per_second", "swap traffic was not read"),
        ("gpu.throttle_reasons", "the GPU's clocks were not read"),
    ],
)
def test_a_sensor_that_fell_silent_leaves_a_trial_unchecked(name: str, words: str) -> None:
    whole: dict[str, float | None] = {**QUIET, "gpu.throttle_reasons": 0.0}
    timeline = watched(
        *((float(t), whole if t < 9 else {**whole, name: None}) for t in range(7, 16))
    )
    assert not_judged(timeline, 12.5, 13.5) == (words,)


def test_what_was_never_read_is_told_of_the_machine_and_not_of_each_trial() -> None:
    timeline = steadily({name: value for name, value in QUIET.items() if "thermal" not in name})
    assert not_judged(timeline, 10.5, 13.5) == ()
    assert unread(timeline) == ("thermal pressure",)


def test_swapping_is_told_by_the_reading_after_a_short_trial() -> None:
    swapped = {**QUIET, "swap.out_bytes_per_second": 4096.0}
    timeline = watched((9.0, QUIET), (10.0, QUIET), (11.0, swapped), (12.0, QUIET))
    assert disturbances(timeline, 10.2, 10.6) == ("memory was swapped out",)
    assert disturbances(timeline, 11.0, 11.9) == ()


def test_a_state_that_stood_before_a_short_trial_stands_in_it() -> None:
    timeline = watched((9.0, QUIET), (10.0, {**QUIET, "pressure.level": 1.0}), (11.0, QUIET))
    assert disturbances(timeline, 10.2, 10.6) == ("memory pressure WARN",)


def test_a_sleep_in_a_trial_is_told_by_the_reading_after_it() -> None:
    timeline = watched((9.0, QUIET), (10.0, QUIET), (40.0, {**QUIET, "app.sampling_gaps": 2.0}))
    assert "the machine slept or mlxtop was stopped" in disturbances(timeline, 10.2, 39.8)


def test_readings_are_waited_for_until_they_reach_beyond_a_trial() -> None:
    timeline = watched((9.0, QUIET), (10.0, QUIET))
    assert not covered(timeline, 10.5)
    timeline.add(events.Sample(t=11.0, values=QUIET))
    assert covered(timeline, 10.5)
    assert covered(watched((9.0, {"cpu.user_percent": 1.0})), 10.5), "none will ever come"


# -- figures over trials ---------------------------------------------------------------------------


def test_the_interval_of_a_median_stands_between_two_trials_from_six_on() -> None:
    found = spread([10.0, 11.0, 11.5, 12.0, 30.0, None, 9.0])
    assert found is not None
    assert (found.median, found.lowest, found.highest, found.trials) == (11.25, 9.0, 30.0, 6)
    assert (found.low, found.high) == (9.0, 30.0)
    nine = spread([float(value) for value in range(1, 10)])
    assert nine is not None
    assert (nine.low, nine.high) == (2.0, 8.0)
    five = spread([1.0, 2.0, 3.0, 4.0, 5.0])
    assert five is not None
    assert five.low is None
    assert spread([None]) is None


@pytest.mark.parametrize("count", [1, 5, 6, 8, 9, 20, 100, 1000, 1001, 5000])
def test_the_rank_of_the_interval_is_the_highest_that_keeps_its_confidence(count: int) -> None:
    def missed(place: int) -> float:
        return float(2 * sum(math.comb(count, below) for below in range(place)) / 2**count)

    place = rank(count)
    assert missed(place) <= 0.05
    # The normal distribution may be one place off, to the safe side.
    assert missed(place + (1 if count <= 1000 else 2)) > 0.05


def test_the_confidence_of_an_interval_is_that_of_tossed_coins() -> None:
    # By hand: five trials miss the median where all lie on one side of it, 2 · (1/2)^5 = 1/16; of
    # nine the second from both ends where eight or nine do, 2 · (1 + 9) / 512.
    assert [coverage(count) for count in (1, 2, 3, 4, 5)] == [0.0, 0.5, 0.75, 0.875, 0.9375]
    assert coverage(6) == 0.96875
    assert coverage(9, 2) == 1 - 20 / 512


def point(counted: int) -> PointResult:
    """A point with so many trials that count."""
    return cast(PointResult, SimpleNamespace(counted=[None] * counted))


def test_a_table_says_how_sure_the_lowest_and_the_highest_of_a_few_trials_are() -> None:
    assert tables.few([point(5), point(3), point(1)]) == (
        "95 % interval: needs six trials; with 3, lowest to highest has 75 % confidence"
    )
    assert tables.few([point(6), point(1), point(0)]) == ""


def test_texts_say_from_how_many_trials_on_a_median_has_an_interval() -> None:
    assert [rank(FEWEST_FOR_INTERVAL - 1), rank(FEWEST_FOR_INTERVAL)] == [0, 1]
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")
    assert words[FEWEST_FOR_INTERVAL] == FEWEST_IN_WORDS
    explained = _explained("results"), row_of(FIELDS["trials"]).explanation, tables.few([point(5)])
    for told in explained:
        assert [word for word in words if word in told.replace("-", " ").split()] == ["six"], told


def test_what_unchecked_means_is_said_in_one_way() -> None:
    for told in (_explained("state"), report.UNCHECKED):
        assert "whether anything disturbed" in told
        assert "could not be judged" in told
