"""Filled charts: eighths of a cell, shades, layers on one another, and their textures."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.ascii import to_ascii
from mlxtop.tui.widgets.areas import BLOCKS, EIGHTHS, SWATCH, StackLayer, area, band, stack
from mlxtop.tui.widgets.rows import Row, text
from mlxtop.tui.widgets.shades import SHADES, parts, shades
from mlxtop.tui.widgets.textures import textured

GAP = math.nan
INKS = ("wired", "active", "compressed", "cached")


def cells(row: Row) -> list[tuple[str, str]]:
    """Return a row cell by cell."""
    return [(sign, ink) for signs, ink in row for sign in signs]


def test_a_ramp_as_text() -> None:
    rows = area([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16], 2, 16, "speed")
    assert [text(row) for row in rows] == ["         ▁█", "▁▁▂▃▄▅▆▇███"]


def test_a_gap_stays_a_gap_and_zero_is_drawn() -> None:
    assert area([8, GAP, 0, 4], 1, 8, "cpu") == [(("█ ▁▄", "cpu"),)]


def test_what_is_out_of_range_stays_in_the_chart() -> None:
    assert area([-5, 900, math.inf, GAP], 1, 4, "cpu") == [(("▁██ ", "cpu"),)]


@pytest.mark.parametrize("rows", [1, 2, 3, 8, 30])
def test_an_area_is_darker_towards_its_bottom(rows: int) -> None:
    steps = [parts(ink)[1] for ink in shades("speed", rows)]
    assert steps[0] == SHADES - 1
    assert steps == sorted(steps, reverse=True)
    assert rows == 1 or steps[-1] == 0
    # One ink a row keeps a frame cheap.
    assert all(len(row) == 1 for row in area([1.0, 2.0, GAP], rows, 2, "speed"))


@pytest.mark.parametrize(("count", "rows"), [(0, 0), (0, 3), (1, 0), (1, 1), (3, 1)])
def test_any_size(count: int, rows: int) -> None:
    values = [1.0] * count
    made = (
        area(values, rows, 2, "cpu"),
        stack([StackLayer(values, "wired")], rows, 2),
        band(values, rows, ("normal", "warn", "critical")),
    )
    assert [[len(text(row)) for row in each] for each in made] == [[count] * rows] * 3
    assert stack([], rows, 2) == [()] * rows


def test_layers_share_a_cell() -> None:
    layers = [StackLayer([3, 8, 5, 4], "wired"), StackLayer([5, 4, GAP, 12], "active")]
    top, bottom = stack(layers, 2, 16)
    assert cells(bottom) == [
        ("▃", "wired on active"),
        ("█", "wired"),
        ("▅", "wired"),
        ("▄", "wired on active"),
    ]
    assert cells(top) == [(" ", "free"), ("▄", "active"), (" ", "free"), ("█", "active")]


@pytest.mark.parametrize(
    ("heights", "cell"),
    [
        ((3, 4, 1), ("▃", "wired on active")),
        ((1, 3, 4), ("▄", "active on compressed")),
        ((4, 1, 3), ("▄", "wired on compressed")),
        # The upper end of the stack is exact, whatever is left out.
        ((2, 3, 2), ("▇", "active")),
    ],
)
def test_of_three_layers_in_a_cell_the_largest_are_kept(
    heights: Sequence[float], cell: tuple[str, str]
) -> None:
    layers = [StackLayer([height], ink) for height, ink in zip(heights, INKS, strict=False)]
    assert cells(stack(layers, 1, 8)[0]) == [cell]


def drawn_ends(rows: list[Row], inks: Sequence[str], column: int) -> list[set[int]]:
    """Return the eighths at which each layer is drawn in a column."""
    found: list[set[int]] = [set() for _ in inks]
    for place, row in enumerate(reversed(rows)):
        sign, ink = cells(row)[column]
        lower, _, upper = ink.partition(" on ")
        filled = BLOCKS.index(sign)
        base = place * EIGHTHS
        if filled:
            found[inks.index(lower)] |= set(range(base, base + filled))
        if upper:
            found[inks.index(upper)] |= set(range(base + filled, base + EIGHTHS))
    return found


LAYERS = st.lists(
    st.lists(st.floats(0, 40) | st.just(GAP), min_size=3, max_size=3), min_size=1, max_size=4
)


@given(layers=LAYERS, rows=st.integers(1, 6), top=st.floats(1, 100))
def test_a_stack_is_exact_to_the_eighth(layers: list[list[float]], rows: int, top: float) -> None:
    inks = INKS[: len(layers)]
    made = stack([StackLayer(v, i) for v, i in zip(layers, inks, strict=True)], rows, top)
    for column in range(3):
        total, ends = 0.0, []
        for values in layers:
            total += values[column] if values[column] > 0 else 0.0
            ends.append(min(rows * EIGHTHS, round(total / top * rows * EIGHTHS)))
        found = drawn_ends(made, inks, column)
        # The sum is exact, and without a gap from the bottom to the end of the last layer.
        assert set().union(*found) == set(range(ends[-1]))
        assert sum(map(len, found)) == ends[-1]
        # A boundary is exact in every cell with no more than two layers.
        begins = [0, *ends[:-1]]
        for place in range(rows):
            low, high = place * EIGHTHS, (place + 1) * EIGHTHS
            there = [
                set(range(max(low, begin), min(high, end)))
                for begin, end in zip(begins, ends, strict=True)
            ]
            parts_there = len([part for part in there if part]) + (ends[-1] < high)
            if parts_there <= 2:
                assert [each & set(range(low, high)) for each in found] == there


def test_a_band_tells_levels_by_height_and_ink() -> None:
    rows = band([0, 1, 2, GAP], 1, ("normal", "warn", "critical"))
    assert rows == [(("▁", "normal"), ("▄", "warn"), ("█", "critical"), (" ", "quiet"))]


def test_textures_tell_layers_apart_without_colour() -> None:
    row = ((SWATCH, "wired"), (SWATCH, "active"), (SWATCH, "compressed"), (SWATCH, "cached:0"))
    (plain,) = textured([row])
    assert text(plain) == "⣿⡪⣛⡐"
    assert [ink for _, ink in plain] == list(INKS)
    assert len(set(to_ascii(text(plain)))) == 4, "in ASCII too"


def test_textures_share_a_cell_at_its_boundary() -> None:
    rows = [(("▄", "wired on active"), ("▂", "wired on active"), (" ", "free"), ("█", "cached:0"))]
    assert textured(rows) == [(("⣮", "wired"), ("⣪", "active"), (" ", "free"), ("⡐", "cached"))]


def test_areas_lose_their_shades_and_words_stay() -> None:
    rows = [(("▁█ ", "speed:3"), ("wired", "quiet"), ("F6", "$chart-fan"))]
    assert textured(rows) == [(("▁█ ", "speed"), ("wired", "quiet"), ("F6", "$chart-fan"))]
