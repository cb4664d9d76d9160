"""Two recordings over each other, driven by keys."""

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from mlxtop import events
from mlxtop.compare.comparison import compare
from mlxtop.compare.curves import CurvePoint, value_at
from mlxtop.compare.report import markdown
from mlxtop.compare.run import NothingToCompare, Run
from mlxtop.events import AnyEvent
from mlxtop.tui.compare import CompareScreen
from mlxtop.tui.compare.view import CurveView
from mlxtop.tui.dialogs.pick import PickDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.recording_request import OpenRecording
from mlxtop.tui.themes import variable_defaults
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import RowsWidget, length, text
from tests.app.terminal import wait_until
from tests.compare.runs import Turn, recording, sample

SIZES = [(200, 50), (120, 40), (80, 24), (40, 12), (20, 5), (3, 2), (1, 1)]
TWO = Turn(count=200), Turn(rate=100.0, count=300, prompt=240, start=40.0, seed=2)


class CompareApp(App[None]):
    """An app with nothing but the comparison above an empty screen."""

    def __init__(self, first: Path, second: Path) -> None:
        super().__init__()
        self.paths = first, second
        self.opened: list[tuple[Path, float]] = []
        self.told: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        self.push_screen(CompareScreen(*self.paths))

    def notify(self, message: str, **how: object) -> None:
        self.told.append(message)

    @on(OpenRecording)
    def _open(self, message: OpenRecording) -> None:
        assert message.at is not None
        self.opened.append((message.path, message.at))


@asynccontextmanager
async def opened(
    first: Path, second: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[CompareApp, CompareScreen, Pilot[None]]]:
    app = CompareApp(first, second)
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        for _ in range(2):  # read, then compared
            await app.workers.wait_for_complete()
            await pilot.pause()
        yield app, screen, pilot


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys; what they compare has been compared afterwards."""
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.fixture
def one(tmp_path: Path) -> Path:
    marks: tuple[AnyEvent, ...] = (events.Mark(t=41.5, note="warm"),)
    readings = tuple(sample(19.0 + place, memory__wired_bytes=4e9) for place in range(10))
    return recording(tmp_path / "one.jsonl", *TWO, more=(*marks, *readings))


@pytest.fixture
def other(tmp_path: Path) -> Path:
    turn = Turn(rate=25.0, count=200, seed=3, start=30.0)
    return recording(tmp_path / "other.jsonl", turn, more=(events.Mark(t=33.0, note="warm"),))


def shown(screen: CompareScreen, place: str) -> str:
    return "\n".join(text(row).rstrip() for row in screen.query_one(place, RowsWidget).shown)


def readout(screen: CompareScreen) -> str:
    return text(screen.query_one(CurveView).shown[1]).strip()


async def test_curves_verdict_and_conditions_stand_beside_one_another(
    one: Path, other: Path
) -> None:
    async with opened(one, other) as (_, screen, _pilot):
        assert shown(screen, "#names").splitlines() == [
            " A  one.jsonl   tiny   all complete replies (2)",
            " B  other.jsonl   tiny   1 reply",
        ]
        details = shown(screen, "#details")
        assert details.startswith("B is slower than A by")
        assert "! A has 2 replies, B 1." in details
        assert "conditions that differ" in details
        curves = screen.query_one(CurveView)
        assert "tokens in the context" in text(curves.shown[0])
        assert "×" in shown(screen, "#curves")
        assert {"speed", "cpu", "cursor"} <= {ink for row in curves.shown for _, ink in row}


@pytest.mark.parametrize("size", SIZES)
async def test_any_size_is_filled_and_nothing_is_cut(
    one: Path, other: Path, size: tuple[int, int]
) -> None:
    async with opened(one, other, size) as (_, screen, pilot):
        await press(pilot, "tab", "right", "end")
        curves = screen.query_one(CurveView)
        assert all(length(row) == curves.size.width for row in curves.shown)
        found = screen.query_one("#details", RowsWidget)
        assert all(length(row) <= max(8, found.size.width) for row in found.shown)


async def test_the_cursor_reads_both_and_does_not_draw_the_curves_again(
    one: Path, other: Path
) -> None:
    async with opened(one, other) as (_, screen, pilot):
        curves = screen.query_one(CurveView)
        drawn = curves.times_drawn
        await press(pilot, "home")
        start = readout(screen)
        assert "A" in start
        assert "tok/s" in start
        assert "B / A here 0.5" in start or "B / A here 0.4" in start
        await press(pilot, "right", "right")
        assert readout(screen) != start
        await press(pilot, "left", "shift+left")
        assert readout(screen) == start
        await press(pilot, "end")
        assert "B —" in readout(screen), "B has no tokens there"
        assert curves.times_drawn == drawn
        column = [text(row)[-1] for row in curves.shown[2:-2]]
        assert "│" in column


async def test_tab_goes_through_the_figures_that_either_has(one: Path, other: Path) -> None:
    async with opened(one, other) as (_, screen, pilot):
        await press(pilot, "tab")
        assert screen.figure.id == "wired"
        await press(pilot, "X", "home")
        assert "A 4.00 GB" in readout(screen)
        assert "B not known" in readout(screen)
        await press(pilot, "tab")
        assert screen.figure.id == "speed"
        await press(pilot, "F")
        assert "scale from" in text(screen.query_one(CurveView).shown[0])


async def test_a_turn_of_one_side_is_chosen_from_a_list(one: Path, other: Path) -> None:
    async with opened(one, other) as (app, screen, pilot):
        await press(pilot, "a")
        assert isinstance(app.screen, PickDialog)
        await press(pilot, "down", "down", "enter")
        await pilot.pause()
        assert "turn 2 of 2" in shown(screen, "#names")
        assert "by token of the reply" in shown(screen, "#curves")
        await press(pilot, "b", "escape")
        assert screen.choices[1].turn is None, "Esc leaves what was"


async def test_from_a_mark_both_are_drawn_over_seconds(one: Path, other: Path) -> None:
    async with opened(one, other) as (app, screen, pilot):
        for key in ("a", "b"):
            await press(pilot, key)
            await press(pilot, *"warm", "enter")
            await pilot.pause()
        assert "since the mark" in shown(screen, "#curves")
        await press(pilot, "X")
        assert screen.axis == "seconds"
        assert any("From a mark on" in said for said in app.told)


async def test_a_mark_with_nothing_behind_it_leaves_what_was(tmp_path: Path, other: Path) -> None:
    late = recording(tmp_path / "late.jsonl", Turn(), more=(events.Mark(t=99.0, note="late"),))
    async with opened(late, other) as (app, screen, pilot):
        await press(pilot, "a")
        await press(pilot, *"late", "enter")
        await pilot.pause()
        assert any("no two tokens" in said for said in app.told)
        assert screen.choices[0].mark is None


async def test_swapped_the_ratio_is_the_inverse(one: Path, other: Path) -> None:
    async with opened(one, other) as (_, screen, pilot):
        assert screen.result is not None
        assert screen.result.ratio is not None
        before = screen.result.ratio.value
        await press(pilot, "w")
        assert screen.result.ratio is not None
        assert screen.result.ratio.value == pytest.approx(1 / before)
        assert shown(screen, "#names").startswith(" A  other.jsonl")


async def test_a_replay_is_asked_for_at_the_cursor(one: Path, other: Path) -> None:
    async with opened(one, other) as (app, _, pilot):
        await press(pilot, "b")
        await press(pilot, *"turn 1", "enter")
        await press(pilot, "home", "1", "2")
        await pilot.pause()
        (first, t), (second, u) = app.opened
        assert (first, second) == (one, other)
        assert t == pytest.approx(20.0, abs=0.5)
        assert u == pytest.approx(31.0, abs=0.5)
        await press(pilot, "end", "2")
        await pilot.pause()
        assert app.opened[-1][1] > u + 1


async def test_it_is_written_to_a_markdown_file(
    one: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(one, other) as (app, _, pilot):
        await press(pilot, "x")
        await pilot.pause()
        (path,) = tmp_path.glob("*.md")
        assert path.read_text().startswith("# Comparison of two runs")
        assert app.told == [f"Wrote the comparison to {path}."]


async def test_a_file_that_cannot_be_read_is_one_sentence_and_esc_leaves(
    one: Path, tmp_path: Path
) -> None:
    async with opened(one, tmp_path / "none.jsonl") as (app, screen, pilot):
        reading = screen.query_one("#reading", Static)
        assert "does not exist" in str(reading.render())
        assert reading.display
        keys = [key.label for key in screen.query_one(KeyFooter).keys]
        assert "back" in keys
        assert "turns" not in keys, "there is nothing to choose from"
        await press(pilot, "tab", "a", "1", "right", "x")
        await press(pilot, "escape")
        assert not isinstance(app.screen, CompareScreen)


async def test_help_names_every_key_of_the_footer(one: Path, other: Path) -> None:
    async with opened(one, other, (200, 90)) as (app, _, pilot):
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        said = "\n".join(f"{entry.name} {entry.text}" for entry in app.screen.entries)
        for word in ("Choose the turn of A", "Swap A and B", "Markdown", "Tab", "Open B in replay"):
            assert word in said
        await press(pilot, "escape")
        assert isinstance(app.screen, CompareScreen)


async def test_the_text_scrolls_by_keys(one: Path, other: Path) -> None:
    async with opened(one, other, (80, 24)) as (_, screen, pilot):
        await press(pilot, "pagedown", "down")
        assert screen.query_one("#page").scroll_y == 11
        await press(pilot, "up")
        assert screen.query_one("#page").scroll_y == 10


async def test_esc_ends_the_reading_of_a_long_file(
    one: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(path: Path, progress: Callable[[float], bool]) -> Run:
        while progress(0.25):
            time.sleep(0.01)
        raise NothingToCompare("it was ended")

    monkeypatch.setattr("mlxtop.tui.compare.screen.read_run", endless)
    app = CompareApp(one, other)
    async with app.run_test() as pilot:
        await pilot.pause()
        reading = app.screen.query_one("#reading", Static)
        async with asyncio.timeout(60):
            while str(reading.render()) != "Reading A, one.jsonl: 25 %":
                await pilot.pause(0.01)
        await press(pilot, "escape")
        await app.workers.wait_for_complete()
        assert not isinstance(app.screen, CompareScreen)


async def test_the_text_is_drawn_without_anything_that_comes_later(
    one: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is asked for "after a refresh" may come before there is a layout.
    monkeypatch.setattr(CompareScreen, "call_after_refresh", lambda *_, **__: True)
    async with opened(one, other) as (_, screen, pilot):
        assert shown(screen, "#details").startswith("B is slower than A by")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        width = screen.query_one("#details", RowsWidget).size.width
        assert width > 40
        assert all(length(row) == width for row in screen.query_one("#details", RowsWidget).shown)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_where_one_has_no_value_the_legend_is_whole(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    short = recording(tmp_path / "short.jsonl", Turn(count=221, reason="cancelled"))
    whole = recording(tmp_path / "whole.jsonl", Turn(count=2640, rate=1234.0))
    async with opened(short, whole, size) as (_, screen, pilot):
        for share in (0.0, 0.02, 0.5, 1.0):
            screen.query_one(CurveView).share = share
            await pilot.pause()
            x = screen.query_one(CurveView).x
            assert x is not None
            assert readout(screen).rstrip().endswith(f"│ at token {round(x):,}")
        assert "A —" in readout(screen), "A has no tokens there"
        assert shown(screen, "#names").splitlines()[0].strip().endswith("1 reply")


async def test_the_cursor_reads_a_curve_wherever_it_is_drawn(tmp_path: Path) -> None:
    # Replies to prompts of one length lie over one another: their points are columns apart.
    replies = [Turn(rate=50.0, count=300, start=20.0 + 10 * n, seed=n) for n in range(6)]
    several = recording(tmp_path / "several.jsonl", *replies)
    single = recording(tmp_path / "single.jsonl", Turn(rate=25.0, count=300, start=30.0))
    async with opened(several, single) as (_, screen, pilot):
        curves = screen.query_one(CurveView)
        assert curves._picture is not None
        drawn = [[point.x for point in line] for line in curves._picture.curves]
        first, last = max(line[0] for line in drawn), min(line[-1] for line in drawn)
        columns, found = curves.size.width - 10, []
        await press(pilot, "home")
        for _ in range(columns):
            assert curves.x is not None
            if first <= curves.x <= last:
                found.append(readout(screen))
            await press(pilot, "right")
        assert len(found) > columns // 2
        assert not [row for row in found if "—" in row]
        assert len({row.index("B / A") for row in found}) == 1, "the legend stands still"


def test_a_level_has_nothing_between_two_values() -> None:
    points = [
        CurvePoint(0.0, 0.0, 0.0),
        CurvePoint(10.0, 2.0, 1.0),
        CurvePoint(math.nan, math.nan, math.nan),
    ]
    assert value_at(points, 5.0, 1.0) == 1.0
    assert value_at(points, 5.0, 1.0, steps=True) == 0.0
    assert value_at(points, 10.0, 1.0, steps=True) == 2.0
    assert value_at(points, 10.5, 1.0) == 2.0, "beside its end"
    assert value_at(points, 12.0, 1.0) is None
    broken = [points[0], points[2], points[1]]
    assert value_at(broken, 5.0, 1.0) is None, "a break is no line"


async def test_nothing_is_compared_on_the_thread_of_the_screen(
    one: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def noted(*runs: Any) -> Any:
        threads.append(threading.current_thread())
        return compare(*runs)

    monkeypatch.setattr("mlxtop.tui.compare.screen.compare", noted)
    async with opened(one, other) as (_, screen, pilot):
        before = screen.paths
        await press(pilot, "w")
        assert screen.paths == before[::-1]
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_a_comparison_is_not_written_on_the_thread_of_the_screen(
    one: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def noted(*compared: Any) -> str:
        threads.append(threading.current_thread())
        return markdown(*compared)

    monkeypatch.setattr("mlxtop.compare.report.markdown", noted)
    monkeypatch.chdir(tmp_path)
    async with opened(one, other) as (_, _, pilot):
        await press(pilot, "ctrl+s")
        await wait_until(pilot, lambda: [*tmp_path.glob("mlxtop-*.md")], "the file")
    (written,) = tmp_path.glob("mlxtop-*.md")
    assert "tok/s" in written.read_text()
    assert len(threads) == 1
    assert threading.main_thread() not in threads
