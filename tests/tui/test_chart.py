import math

from mlxtop.timeline.series import Series
from mlxtop.tui.widgets.areas import area
from mlxtop.tui.widgets.chart import columns, grid, with_mark, with_scale
from mlxtop.tui.widgets.rows import fit, length, merge, text

GAP = math.nan


def series(*readings: tuple[float, float | None], hold: float = 2.5) -> Series:
    made = Series(hold)
    for t, value in readings:
        made.add(t, value)
    return made


def drawn(made: Series, t: float, cells: int, rows: int, top: float) -> list[str]:
    return [text(row) for row in area(columns(made, grid(t, cells), t), rows, top, "speed")]


def test_no_data_draws_nothing() -> None:
    assert drawn(Series(), 100.0, 4, 2, 10) == ["    ", "    "]
    assert area(columns(None, grid(5.0, 3), 5.0), 1, 10, "cpu") == [(("   ", "cpu"),)]


def test_the_same_moment_is_drawn_the_same() -> None:
    made = series(*((t / 5, 50 + 40 * math.sin(t / 9)) for t in range(500)))
    assert drawn(made, 87.3, 40, 4, 100) == drawn(made, 87.3, 40, 4, 100)


def test_later_readings_change_nothing_of_an_earlier_moment() -> None:
    early = series(*((t / 5, t % 90) for t in range(300)))
    late = series(*((t / 5, t % 90) for t in range(500)))
    assert drawn(early, 59.0, 40, 4, 100) == drawn(late, 59.0, 40, 4, 100)


def test_a_spike_of_one_sample_is_seen_wherever_it_falls() -> None:
    for place in range(10, 290):
        made = series(*((10 + t / 5, 100.0 if t == place else 0.0) for t in range(300)))
        assert "█" in drawn(made, 69.9, 30, 3, 100)[0]


def test_history_moves_by_whole_cells_and_is_not_redrawn() -> None:
    made = series(*((t / 7, (t * 37) % 100) for t in range(2000)))
    cells = 30
    wide = grid(100.0, cells).width
    before = drawn(made, 100.0, cells, 3, 100)
    for steps in (1, 2, 7):
        after = drawn(made, 100.0 + steps * wide, cells, 3, 100)
        # All but the last cell, which was still growing.
        assert [row[:-1][steps:] for row in before] == [row[: -1 - steps] for row in after]


def test_between_two_cells_nothing_but_the_last_changes() -> None:
    made = series(*((t / 7, (t * 37) % 100) for t in range(2000)))
    wide = grid(100.0, 30).width
    first = math.ceil(100.0 / wide) * wide
    pictures = [drawn(made, first + wide * part / 8, 30, 3, 100) for part in range(1, 8)]
    assert len({tuple(row[:-1] for row in picture) for picture in pictures}) == 1


def test_columns_have_exact_edges() -> None:
    for cells in (1, 7, 29, 77, 191):
        made = grid(123456.789, cells)
        assert (made.start / made.width).is_integer()
        assert made.count * made.width >= 60
        assert made.start < 123456.789 <= made.start + made.count * made.width


def test_the_scale_names_top_and_bottom() -> None:
    rows = with_scale([(("█", "cpu"),)] * 3, 8, "100 %")
    assert [text(row) for row in rows] == ["  100 % █", "        █", "      0 █"]
    named = with_scale([(("█", "swap"),)] * 3, 8, "8 GB", name="swap")
    assert text(named[1]) == "   swap █"
    assert [text(row) for row in with_scale([(("█", "cpu"),)], 0, "100 %")] == ["█"]


def test_a_mark_leaves_the_chart_in_place() -> None:
    rows = with_mark([((" █ ", "cpu"),), (("███", "cpu"),)], 0.9)
    assert [text(row) for row in rows] == ["╌█╌", "███"]


def test_rows_are_cut_with_an_ellipsis_and_padded() -> None:
    row = (("abc", "title"), ("def", "value"))
    assert text(fit(row, 8)) == "abcdef  "
    assert text(fit(row, 4)) == "abc…"
    assert text(fit(row, 1)) == "…"
    assert text(fit(row, 0)) == ""
    assert length(fit((("日本語", "title"),), 4)) == 4
    assert merge([("a", "x"), ("", "y"), ("b", "x")]) == (("ab", "x"),)
