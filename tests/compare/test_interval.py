"""How sure a ratio is, and which tokens are held against each other."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from mlxtop.compare.interval import ratio
from tests.compare.runs import Turn, compared, run


def noisy(rate: float, seed: int, noise: float = 0.2, count: int = 800) -> list[float]:
    draw = random.Random(seed)
    return [draw.uniform(1 - noise, 1 + noise) / rate for _ in range(count)]


def drifting(seed: int, count: int = 800) -> list[float]:
    """Intervals of a machine that is disturbed for long stretches, as a shared one is."""
    draw = random.Random(seed)
    level, found = draw.gauss(0, 0.1), []
    for place in range(count):
        if place % 100 == 0:
            level = 0.5 * level + draw.gauss(0, 0.1)
        found.append(0.02 * (1 + level) * draw.uniform(0.8, 1.2))
    return found


def width(first: Sequence[float], second: Sequence[float]) -> float:
    found = ratio(first, second)
    assert found is not None
    return found.high - found.low


@pytest.mark.parametrize(
    ("second", "verdict"), [(60.0, "faster"), (40.0, "slower"), (50.0, "inconclusive")]
)
def test_a_difference_is_told_from_noise(second: float, verdict: str) -> None:
    found = ratio(noisy(50.0, 1), noisy(second, 2))
    assert found is not None
    assert found.low <= found.value <= found.high
    assert found.verdict == verdict
    assert found.value == pytest.approx(second / 50.0, rel=0.02)


def test_equal_runs_of_an_uneven_machine_are_seldom_called_different() -> None:
    wrong = 0
    for seed in range(100):
        found = ratio(drifting(seed), drifting(seed + 1000))
        assert found is not None
        wrong += found.verdict != "inconclusive"
    assert wrong <= 12


def test_a_real_difference_is_found_on_an_uneven_machine_too() -> None:
    found = ratio(drifting(1), [2 * interval for interval in drifting(2)])
    assert found is not None
    assert found.verdict == "slower"


def test_more_noise_is_a_wider_interval() -> None:
    quiet = width(noisy(50.0, 1, noise=0.1), noisy(50.0, 2, noise=0.1))
    assert width(noisy(50.0, 1, noise=0.9), noisy(50.0, 2, noise=0.9)) > 2 * quiet


def test_a_slow_stretch_is_one_observation_and_not_a_hundred() -> None:
    assert width([0.02] * 400, [0.02] * 200 + [0.03] * 60 + [0.02] * 140) > 0.1


def test_what_changes_steadily_with_the_context_is_no_noise() -> None:
    steady = [0.02] * 800
    found = ratio(steady, [0.02 * (1 + place / 800) for place in range(800)])
    assert found is not None
    assert found.value == pytest.approx(2 / 3, rel=0.01)
    assert found.high < 0.75


def test_the_smallest_difference_that_would_be_told_is_the_reach() -> None:
    found = ratio(noisy(50.0, 1), noisy(50.0, 2))
    assert found is not None
    assert found.value * (1 + found.reach) == pytest.approx(found.high)
    assert found.value / (1 + found.reach) == pytest.approx(found.low)


def test_the_other_way_round_is_the_inverse() -> None:
    there, back = ratio(noisy(50, 1), noisy(57, 3)), ratio(noisy(57, 3), noisy(50, 1))
    assert there is not None
    assert back is not None
    assert there.value * back.value == pytest.approx(1.0)
    assert there.low * back.high == pytest.approx(1.0)


def test_too_few_tokens_say_nothing() -> None:
    assert ratio([0.02] * 127, [0.02] * 127) is None
    assert ratio([0.0] * 400, [0.02] * 400) is None


def test_a_draft_models_tokens_that_come_at_once_are_no_fault() -> None:
    batched = [0.0, 0.0, 0.06] * 100
    found = ratio(batched, batched[::-1])
    assert found is not None
    assert found.value == pytest.approx(1.0)


def test_only_tokens_with_as_many_before_them_are_compared(tmp_path: Path) -> None:
    long = run(tmp_path, Turn(count=500, prompt=20))
    late = run(tmp_path, Turn(count=300, prompt=120))
    pairs = compared(long, late).common
    assert pairs.in_context
    assert len(pairs.first) == 299
    times = Turn(count=500).times()
    assert pairs.first[0] == pytest.approx(times[101] - times[100])


def test_contexts_that_do_not_overlap_are_compared_by_place_in_the_reply(tmp_path: Path) -> None:
    result = compared(
        run(tmp_path, Turn(count=200, prompt=20)), run(tmp_path, Turn(count=300, prompt=5000))
    )
    assert not result.common.in_context
    assert len(result.common.first) == 199
    assert any("regardless of the context" in reason for reason in result.reasons)


def test_a_second_conversation_passes_the_same_places_apart_from_the_first(tmp_path: Path) -> None:
    turns = Turn(count=200, seed=1), Turn(count=200, seed=2, start=60.0)
    result = compared(run(tmp_path, *turns), run(tmp_path, *turns, chip="Other"))
    first = [b - a for turn in turns for a, b in zip(turn.times(), turn.times()[1:], strict=False)]
    assert result.common.in_context
    assert result.common.first == pytest.approx(first)
