import re
from itertools import pairwise

import pytest

from mlxtop import events
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import CPU, MEMORY, PANES, SPEED
from mlxtop.tui.widgets.rows import length, text
from mlxtop.tui.zoom.charts import histogram
from mlxtop.tui.zoom.view import ZoomView, draw_zoom, spans_of
from tests.tui.stage import Stage
from tests.tui.timelines import GIB, START, run
from tests.tui.zoomed import plots

KINDS = tuple(PANES)
MAC, LINUX = run(80, mac=True), run(80)


def zoom(
    kind: str, timeline: Timeline = MAC, t: float = START + 60, width: int = 110, height: int = 34
) -> list[str]:
    return [text(row) for row in draw_zoom(PANES[kind], timeline, t, 60.0, width, height)]


@pytest.mark.parametrize("kind", KINDS)
def test_any_size_is_filled_exactly(kind: str) -> None:
    for timeline in (Timeline(), MAC, LINUX):
        for width in (0, 1, 2, 10, 23, 24, 25, 80, 200):
            for height in (0, 1, 2, 5, 6, 7, 8, 20, 50):
                rows = draw_zoom(PANES[kind], timeline, START + 30, 60.0, width, height)
                assert len(rows) == (height if width else 0)
                assert all(length(row) == width for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_moment_is_drawn_the_same(kind: str) -> None:
    once = draw_zoom(PANES[kind], run(80, mac=True), START + 61.7, 60.0, 90, 30)
    draw_zoom(CPU, LINUX, START + 20, 15.0, 60, 20)
    assert once == draw_zoom(PANES[kind], run(80, mac=True), START + 61.7, 60.0, 90, 30)


def test_axes_legend_and_inks() -> None:
    rows = draw_zoom(MEMORY, MAC, START + 60, 60.0, 110, 34)
    drawn = [text(row) for row in rows]
    assert drawn[0].startswith(" memory   last 1:00, the whole run")
    assert "used" in drawn[1]
    assert "working set" in drawn[2]
    assert any(line.startswith("  137 GB┤") for line in drawn)
    assert any("-0:30" in line for line in drawn)
    inks = {ink for row in rows for _, ink in row}
    assert {"memory", "wired", "mark", "quiet", "rule"} <= inks


def test_the_scale_of_memory_fits_the_data_and_says_so() -> None:
    whole, fitted = (
        plots("memory", MAC, START + 60, 60.0, 110, 30, fitted=fitted)[0]
        for fitted in (False, True)
    )
    high = max(y for line in fitted.lines for y in line.ys if y == y)
    assert whole.y_limits == (0, 128 * GIB)
    assert whole.note == ""
    assert high < fitted.y_limits[1] < 1.3 * high
    assert not any("working set" in line.label for line in fitted.lines)
    drawn = [text(row) for row in draw_zoom(MEMORY, MAC, START + 60, 60.0, 160, 34, fitted=True)]
    assert "F whole scale" in drawn[0]
    assert drawn[2].startswith(" scale fits the data: 0 to 70.0 GB of 137 GB, working set 103 GB")
    assert any(line.startswith(" 70.0 GB┤") for line in drawn)
    assert "working set 103 GB" in zoom("memory", width=160)[1]
    assert "scale" not in zoom("cpu")[0]
    # Without figures, or where the total is not known, nothing is claimed.
    assert plots("memory", Timeline(), 5.0, 60.0, 110, 30, fitted=True)[0].note == ""


def test_a_gap_is_no_line() -> None:
    timeline = run(30)
    late = START + 50
    for step in range(50):
        values: dict[str, float | None] = {"cpu.user_percent": 50.0, "cpu.system_percent": 1.0}
        timeline.add(events.Sample(t=late + step / 5, values=values))
    made = plots("cpu", timeline, late + 10, 60.0, 100, 30)[0]
    middle = [y for x, y in zip(made.lines[0].xs, made.lines[0].ys, strict=True) if -25 < x < -11]
    assert middle
    assert all(y != y for y in middle)
    drawn = zoom("cpu", timeline, late + 10)
    left = drawn[2].index("┤") + 1
    gap = slice(left + 62, left + 78)
    assert not re.search("[\u2801-\u28ff]", "".join(line[gap] for line in drawn[2:-2]))


def test_histogram_counts_the_intervals() -> None:
    timeline = Timeline()
    timeline.add(events.TurnStart(t=1.0, turn=1, index=1))
    assert histogram(timeline, 5.0) == []
    times = [2.0, 2.01, 2.02, 2.03, 2.05]
    timeline.add(events.Tokens(t=2.05, turn=1, times=times))
    made = histogram(timeline, 3.0)[0]
    assert sum(count for _, count in made.bars) == 4
    assert made.bars[0][1] == 3
    assert made.bars[-1][1] == 1
    assert "intervals between tokens, by length: 4 in this turn" in made.title
    assert [label.endswith(" ms") for _, label in made.x_ticks] == [True] * 3


def test_no_gpu_says_so() -> None:
    assert "no GPU figures on this machine" in zoom("gpu", LINUX)[1]


def test_spans_end_with_the_whole_run() -> None:
    assert spans_of(MAC, START + 70) == [15, 30, 60, 70]
    assert spans_of(Timeline(), 3.0) == [15]
    assert "the whole run" in zoom("speed", MAC, START + 50)[0]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_it_draws_once_a_second_and_at_once_for_a_key() -> None:
    clock = Clock()
    view = ZoomView(SPEED, now=clock)
    async with Stage(view).run_test(size=(90, 30)) as pilot:
        view.focus()
        view.show(MAC, START + 60)
        assert view.times_drawn == 1
        for step in range(1, 5):
            clock.now += 0.2
            view.show(MAC, START + 60 + step / 5)
        assert view.times_drawn == 1
        clock.now += 0.3
        view.show(MAC, START + 61)
        assert view.times_drawn == 2
        await pilot.press("plus")
        assert view.times_drawn == 3
        assert "last 30 s" in text(view.shown[0])
        await pilot.press("minus", "minus")
        assert view.times_drawn == 5
        assert "the whole run" in text(view.shown[0])
        view.open(CPU)
        assert " CPU " in text(view.shown[0])
        drawn = view.times_drawn
        await pilot.press("F", "F")
        assert view.times_drawn == drawn
        view.open(MEMORY)
        await pilot.press("F")
        assert "scale fits the data" in "".join(map(text, view.shown))
        await pilot.press("F")
        assert "scale fits the data" not in "".join(map(text, view.shown))


async def test_a_moment_that_stands_still_is_drawn_at_once_and_then_never() -> None:
    clock = Clock()
    view = ZoomView(SPEED, now=clock)
    timeline = run(80, mac=True)
    async with Stage(view).run_test(size=(90, 30)):
        view.show(timeline, START + 60)
        view.show(timeline, START + 60.2)
        view.show(timeline, START + 60.2)
        assert view.times_drawn == 2
        for _ in range(5):
            clock.now += 2
            timeline.add(events.Notice(t=START + 90, text=""))
            view.show(timeline, START + 60.2)
        assert view.times_drawn == 2


def test_lines_that_lie_on_one_another_are_told_apart_without_colour() -> None:
    rows = zoom("memory", LINUX)
    named = dict(re.findall(r"⠤(\w)⠤ (\w[\w ]*\w)", rows[1]))
    assert set(named) >= {"u", "w", "c"}
    assert len(set(named)) == len(re.findall(r"⠤\w⠤", rows[1]))
    for letter in named:
        assert any(
            re.search(f"[\u2800-\u28ff]{letter}|{letter}[\u2800-\u28ff]", row) for row in rows[2:]
        )
    assert not re.search("[\u2801-\u28ff][a-z]", "".join(zoom("pressure", MAC)[2:])), (
        "one line needs none"
    )


@pytest.mark.parametrize("timeline", [Timeline(), MAC, LINUX], ids=["idle", "mac", "linux"])
def test_each_label_of_a_bare_number_says_where_it_stands(timeline: Timeline) -> None:
    bare = 0
    for t in (START + 2, START + 60):
        for kind in KINDS:
            for plot in plots(kind, timeline, t, 60.0, 110, 34):
                for value, label in plot.y_ticks:
                    if re.fullmatch(r" *[\d,.]+", label):
                        assert float(label.replace(",", "")) == pytest.approx(value)
                        bare += 1
    assert bare


def test_the_speed_of_an_idle_run_has_quarters_of_ten() -> None:
    (plot,) = plots("speed", Timeline(), START, 60.0, 110, 34)
    assert [label.strip() for _, label in plot.y_ticks] == ["0", "2.5", "5", "7.5", "10"]


# -- what can be read ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_of_the_pane_are_below_its_charts(kind: str) -> None:
    figures = PANES[kind].lines(MAC, START + 60, 108)
    drawn = zoom(kind)
    below = [text(row).rstrip() for row in figures[:6]]
    assert below
    assert [line.strip() for line in drawn[-len(below) :]] == [line.strip() for line in below]
    assert not any(below[0].strip() in line for line in zoom(kind, height=12)), "no room for them"


def test_the_cursor_reads_the_lines_and_the_figures_of_its_moment() -> None:
    at = START + 20.0
    rows = draw_zoom(CPU, LINUX, START + 60, 30.0, 110, 34, at=at)
    assert "cursor at" not in text(rows[0]), "it is outside of the chart"
    rows = draw_zoom(CPU, LINUX, START + 60, 60.0, 110, 34, at=at)
    assert "cursor at 0:20.0, 40.0 s before" in text(rows[0])
    user = LINUX.series["cpu.user_percent"].columns(at - 0.5, 0.5, 1, at)[0]
    assert f"user {user:.2g} %" in text(rows[1]).replace("  ", " ")
    (then, now) = (text(MEMORY.lines(MAC, t, 108)[0]).strip() for t in (at, START + 60))
    assert then != now
    memory = draw_zoom(MEMORY, MAC, START + 60, 60.0, 110, 34, at=at)
    assert then in [text(row).strip() for row in memory]
    narrow = draw_zoom(CPU, LINUX, START + 60, 60.0, 40, 12, at=at)
    assert "cursor at 0:20.0" in text(narrow[0]), "more important than the range"
    cells = {text(row).index("│", 9) for row in rows if "│" in text(row)[9:]}
    # 20 of 60 s, of the cells right of the axis.
    assert len(cells) == 1
    assert cells.pop() == pytest.approx(9 + 100 / 3, abs=1)


def test_without_a_cursor_the_legend_has_the_last_values() -> None:
    now, cursor = (
        text(draw_zoom(MEMORY, MAC, START + 60, 60.0, 200, 34, at=at)[1])
        for at in (None, START + 60)
    )
    assert now == cursor
    assert re.search(r"used \d", now)
    narrow = text(draw_zoom(MEMORY, MAC, START + 60, 60.0, 60, 20)[1])
    assert "used" in narrow
    assert not re.search(r"used \d", narrow)


def test_marks_have_their_notes_where_these_are_free() -> None:
    timeline = run(80)
    for second, note in ((40, "here it slows down"), (59, "at the edge")):
        timeline.add(events.Mark(t=START + second, note=note))
    drawn = "\n".join(zoom("cpu", timeline))
    assert "┊ here it slows down" in drawn
    assert "at the edge" not in drawn, "half a word is not read"
    assert "slows" not in "\n".join(zoom("cpu", timeline, height=10)[:1])


async def test_keys_move_the_cursor_and_escape_takes_it_away() -> None:
    view = ZoomView(CPU, now=Clock())
    async with Stage(view).run_test(size=(110, 34)) as pilot:
        view.focus()
        view.show(MAC, START + 60)
        seen = []
        for key in ("left", "left", "shift+left", "right", "shift+right"):
            await pilot.press(key)
            assert view.at is not None
            seen.append(view.at - START)
        cell = 60 / 101
        steps = [b - a for a, b in pairwise(seen)]
        assert seen[0] == 60.0
        expected = [-cell, -10 * cell, cell, 10 * cell]
        assert steps == [pytest.approx(step, abs=cell / 2) for step in expected]
        await pilot.press(*["left"] * 3)
        view.show(MAC, START + 61)
        assert "cursor at" in text(view.shown[0])
        await pilot.press("escape")
        assert view.at is None
        assert "cursor at" not in text(view.shown[0])
        await pilot.press("left")
        view.open(SPEED)
        assert view.at is None, "another pane is read anew"


async def test_a_cursor_that_has_left_the_chart_is_gone() -> None:
    clock = Clock()
    view = ZoomView(CPU, now=clock)
    async with Stage(view).run_test(size=(110, 34)) as pilot:
        view.focus()
        view.span = 15.0
        view.show(MAC, START + 20)
        await pilot.press("left")
        assert view.at is not None
        clock.now += 60
        view.show(MAC, START + 70)
        assert view.at is None
