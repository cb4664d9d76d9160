"""What a plan found, in a line: speeds, which of them differ, and what limits that."""

import itertools
import math

import pytest

from mlxtop.bench.answer import answers, doubts, summary
from mlxtop.bench.statistics import can_distinguish, distinguished
from mlxtop.bench.trial import Trial


def trials(*speeds: float, **others: object) -> list[Trial]:
    """Return a trial of each speed."""
    return [
        Trial(
            point=0,
            number=number,
            turn=number,
            began=0.0,
            ended=1.0,
            generation_tokens_per_second=speed,
            **others,  # type: ignore[arg-type]
        )
        for number, speed in enumerate(speeds, 1)
    ]


FAST, SLOW = (100.0, 101.0, 102.0, 103.0), (80.0, 81.0, 82.0, 83.0)


def test_a_point_is_faster_slower_or_not_distinguished() -> None:
    points = [("off", trials(*FAST)), ("8", trials(*SLOW)), ("4", trials(99.0, 99.5, 102.5, 104.0))]
    assert summary(points, compared=True) == (
        "off: 101.5 tok/s · 8: 81.5 tok/s (×0.80, slower) · 4: 101.0 tok/s (×1.00, not told apart)"
    )
    assert summary(points[::-1], compared=True).endswith("off: 101.5 tok/s (×1.00, not told apart)")
    assert "×" not in summary(points, compared=False), "prompts are not compared"
    for room, words in (
        (60, "off: 101.5 tok/s · 8: ×0.80 slower · 4: ×1.00 not told apart"),
        (50, "off: 101.5 tok/s · 8: ×0.80 slower · and 1 more"),
        (5, "off: 101.5 tok/s · and 2 more"),
    ):
        assert summary(points, compared=True, room=room) == words


def test_one_point_is_told_by_its_figures_and_range() -> None:
    one = [("demo", trials(*FAST, ttft_seconds=0.25, prompt_tokens_per_second=2000.0))]
    assert summary(one, compared=True) == (
        "101.5 tok/s (100.0 – 103.0) · prompt 2,000 tok/s · TTFT 250 ms"
    )
    assert summary([("demo", [])], compared=False) == "No trial counts so far."


def test_what_limits_the_answer_is_said() -> None:
    good, short = ("off", trials(*FAST)), trials(*SLOW, unchecked=("too short to tell",))
    assert doubts([good, ("8", trials(*SLOW))], compared=True) == []
    assert doubts([good, ("8", short)], compared=True) == [
        "◌ 4 of 8 trials unchecked: too short to tell"
    ]
    (said,) = doubts([("off", trials(*FAST[:3])), ("8", trials(*SLOW[:3]))], compared=True)
    assert said == "too few trials to distinguish points: four each are needed"
    (said,) = doubts([("off", trials(1.0, 2.0, disturbed=("swap",)))], compared=False)
    assert said == "▲ 2 trials, none counts; the last: swap"
    assert answers([("off", trials(1.0, disturbed=("swap",)))], compared=True) == []


@pytest.mark.parametrize(("first", "second"), [(3, 3), (4, 4), (3, 5), (5, 6)])
def test_the_rank_sum_test_is_that_of_all_orders(first: int, second: int) -> None:
    values = range(first + second)

    def pairs(one: tuple[int, ...]) -> float:
        other = [value for value in values if value not in one]
        count = sum(a < b for a in one for b in other)
        return min(count, first * second - count)

    orders = list(itertools.combinations(values, first))
    for one in orders:
        as_far = sum(pairs(other) <= pairs(one) for other in orders)
        other = [value for value in values if value not in one]
        assert distinguished(one, other) == (as_far / len(orders) <= 0.05)
    assert can_distinguish(first, second) == any(
        distinguished(one, [v for v in values if v not in one]) for one in orders
    )


def test_equal_values_and_many_values_are_judged_too() -> None:
    assert not distinguished([5.0] * 8, [5.0] * 8)
    many = [math.sin(place) for place in range(200)]
    assert distinguished(many, [value + 1 for value in many])
    assert not distinguished(many, [value + 0.01 for value in many])
