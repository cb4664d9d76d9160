"""Figures that are codes, in words."""

import pytest

from mlxtop.figures import THERMAL_LEVELS, THROTTLE_REASONS


@pytest.mark.parametrize(
    ("mask", "words", "held"),
    [
        (0, [], False),
        (1, ["idle"], False),
        (2, ["set clocks"], False),
        (0x100, ["display clocks"], False),
        (4, ["power cap"], True),
        (0x60, ["heat", "heat, by hardware"], True),
        (0x1001, ["idle", "reason 0x1000"], True),
        (None, [], False),
        (-1, [], False),
        (float("nan"), [], False),
        (0.5, [], False),
        (1e300, [], False),
    ],
)
def test_throttle_reasons_in_words(mask: float | None, words: list[str], held: bool) -> None:
    assert THROTTLE_REASONS.words(mask) == words
    assert bool(THROTTLE_REASONS.slowing((mask,))) == held


def test_the_brakes_of_several_masks_are_those_of_each() -> None:
    # 0x42 is the highest and names heat alone; 0x25 names two brakes besides idleness.
    assert THROTTLE_REASONS.brakes([0x42, None, 0x25, 0x2, float("nan"), -1.0]) == 0x40 | 0x20 | 0x4
    assert THROTTLE_REASONS.brakes([0x1, 0x2, 0x103]) == 0
    assert THROTTLE_REASONS.brakes([]) == 0


@pytest.mark.parametrize(
    ("level", "word"),
    [
        (0, "nominal"), (1, "moderate"), (2, "heavy"), (3, "trapping"), (4, "sleeping"),
        (5, "—"), (-1, "—"), (None, "—"), (float("nan"), "—"), (float("inf"), "—"),
    ],
)  # fmt: skip
def test_the_thermal_state_in_words(level: float | None, word: str) -> None:
    assert THERMAL_LEVELS.word(level) == word
