"""The screen of `mlxtop watch`: what the list shows, and what keys do to it."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mlxtop.actions.table import actions_in
from mlxtop.config import Config
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.bindings import bindings
from mlxtop.tui.dialogs.question import ConfirmDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.palette import commands
from mlxtop.tui.watch.list import ProcessList
from mlxtop.tui.watch.processes import Order, View, draw_processes, next_order, sparkline
from mlxtop.tui.watch.screen import WatchApp, WatchScreen
from mlxtop.tui.widgets.rows import length, text
from mlxtop.watch.processes import ProcessInfo, Reading
from tests.app.terminal import wait_until

SERVER = ProcessInfo(41, "python3 mlx_lm.server", 18_400_000_000, 212.0, None, "mlx_lm.server", 80)
READING = Reading(
    100.0,
    (
        SERVER,
        ProcessInfo(7, "Finder", 300_000_000, 1.0),
        ProcessInfo(8, "cc1plus", 100_000_000, 99.0),
        ProcessInfo(9, "somebody's", None, None),
    ),
    214,
)


def drawn(
    reading: Reading | None = READING,
    *,
    t: float = 100.5,
    size: tuple[int, int] = (90, 20),
    order: Order = "memory",
) -> list[str]:
    return [text(row).rstrip() for row in draw_processes(reading, t, size, View(order))]


def pids(rows: list[str]) -> list[str]:
    start = next(i for i, row in enumerate(rows) if row.startswith("processes by"))
    return [word for row in rows[start + 2 :] for word in row.split() if word in ("7", "8", "9")]


def test_servers_come_first_with_their_word_and_port() -> None:
    rows = drawn(size=(110, 20))

    assert rows[0] == "model servers"
    assert rows[2].split() == [
        *("18.4", "GB", "212", "%", "41", "—"),
        *("mlx_lm.server", "model", "—", "port", "80", "python3", "mlx_lm.server"),
    ]
    assert not any("41" in row for row in rows[3:])


def test_the_rest_is_sorted_as_asked_and_says_so() -> None:
    assert pids(drawn()) == ["7", "8", "9"]
    rows = drawn(order="CPU")
    assert pids(rows) == ["8", "7", "9"]
    assert any(row.startswith("processes by CPU") for row in rows)
    assert any("CPU ▾" in row for row in rows)


def test_what_is_unknown_is_a_dash() -> None:
    row = next(row for row in drawn() if "somebody's" in row)

    assert row.split() == ["—", "—", "9", "—", "somebody's"]


def test_a_server_shows_its_model() -> None:
    server = replace(SERVER, models="org/Qwen3")
    (row,) = (row for row in drawn(Reading(1.0, (server,), 1), size=(110, 20)) if " 41 " in row)
    assert row.split()[6:10] == ["mlx_lm.server", "org/Qwen3", "port", "80"]


BUSY = ProcessInfo(
    12, "cc1plus", 90_000_000, 99.0, command="cc1plus -O2 file.cc", user="ada", started=1.0
)


def wide(width: int, *, trail: tuple[float, ...] = (), view: View | None = None) -> list[str]:
    reading = Reading(100.0, (*READING.processes, BUSY), 5)
    rows = draw_processes(reading, 100.5, (width, 20), view or View(), {12: trail})
    return [text(row).rstrip() for row in rows]


def test_a_wide_list_has_command_lines_users_and_a_minute_of_cpu() -> None:
    trail = (math.nan, 0.0, 50.0, 100.0)
    row = next(row for row in wide(100, trail=trail) if "file.cc" in row)
    assert row.split() == ["90.0", "MB", "99", "%", "12", "▁▄█", "ada", *BUSY.command.split()]
    assert any("CPU, 1 min" in row for row in wide(100))
    row = next(row for row in wide(60, trail=trail[2:]) if "file.cc" in row)
    assert row.split() == ["90.0", "MB", "99", "%", "12", "▄█", *BUSY.command.split()]
    assert not any("file.cc" in row for row in wide(55))


def test_a_process_of_several_cores_has_a_scale_of_its_own() -> None:
    assert sparkline((100.0, 200.0, 800.0), 4) == " ▁▂█"
    assert sparkline((), 3) == "   "


def test_a_filter_finds_command_lines_users_and_numbers() -> None:
    for words in ("FILE.CC", "ada", "12"):
        rows = wide(100, view=View(words=words))
        assert any("file.cc" in row for row in rows), words
        assert not any("Finder" in row for row in rows), words
        assert rows[0] == "model servers  — none that matches"
    assert any("0 with “nothing”" in row for row in wide(100, view=View(words="nothing")))


def test_the_selected_process_is_marked_and_always_among_the_rows() -> None:
    many = tuple(ProcessInfo(p, f"p{p}", p, 0.0) for p in range(100, 200))
    rows = draw_processes(Reading(1.0, many, 100), 1.0, (90, 20), View(selected=120))
    (chosen,) = (row for row in rows if row[0][1] == "chosen")
    assert chosen[0][0].startswith("›")
    assert chosen[0][0].split()[-1] == "p120"
    assert {length(row) for row in rows} == {90}


def test_no_server_is_said_in_words() -> None:
    rows = drawn(Reading(100.0, READING.processes[1:], 3))

    assert rows[0].startswith("model servers  — none")


def test_a_moment_without_a_list_says_so() -> None:
    assert drawn(None) == ["processes  — no list of processes was kept for that moment"]


def test_an_old_list_says_how_old_it_is() -> None:
    assert any("214 in all, read 9.50 s ago" in row for row in drawn(t=109.5))
    assert not any("ago" in row for row in drawn())


def test_gpu_time_has_a_column_and_an_order_where_it_is_known() -> None:
    busy = ProcessInfo(5, "game", 1_000_000, 3.0, 88.0)
    known = Reading(100.0, (*READING.processes, busy), 5)

    assert any("88 %" in row for row in drawn(known))
    assert not any("GPU" in row for row in drawn())
    assert next_order("CPU", known) == "GPU"
    assert next_order("CPU", READING) == next_order("GPU", known) == "memory"


@pytest.mark.parametrize("size", [(1, 1), (9, 3), (30, 8), (200, 50)])
def test_rows_are_as_wide_as_there_is_room(size: tuple[int, int]) -> None:
    rows = draw_processes(READING, 100.0, size, View())

    assert len(rows) <= size[1]
    assert {length(row) for row in rows} == {size[0]}


def test_a_narrow_list_keeps_the_names() -> None:
    rows = drawn(size=(32, 20))

    assert any(row.endswith("Finder") for row in rows)
    assert not any("pid" in row for row in rows)


def test_many_servers_leave_room_for_the_rest() -> None:
    many = tuple(ProcessInfo(p, "x", p, 0.0, None, "ollama") for p in range(100, 150))
    rows = drawn(Reading(1.0, (*many, *READING.processes[1:]), 60), size=(90, 24))

    assert any("more" in row for row in rows)
    assert pids(rows) == ["7", "8", "9"]


def test_every_key_of_the_screen_is_bound_once() -> None:
    made = [one for one in bindings("watch") if not one.action.startswith("say_")]
    # Esc restores a pane, or else clears the filter.
    keys = [one.key for one in made if one.key != "escape"]

    assert sorted(keys) == sorted(set(keys))
    there = {acts.action.id for acts in actions_in("watch")}
    assert {"freeze", "mark", "record", "help", "quit", "theme", "sort_processes"} <= there


@pytest.fixture
def app(tmp_path: Path) -> Iterator[WatchApp]:
    options = LiveOptions(recordings=tmp_path / "recordings", hz=20.0, record=False)
    made = WatchApp(Config(path=tmp_path / "config.toml", recordings_dir=tmp_path), options)
    yield made
    made.close()


def screen_of(app: WatchApp) -> WatchScreen:
    assert isinstance(app.run_screen, WatchScreen)
    return app.run_screen


def shown(app: WatchApp) -> str:
    return "\n".join(text(row) for row in screen_of(app).query_one(ProcessList).shown)


async def ready(app: WatchApp, pilot: Pilot[int]) -> None:
    await wait_until(pilot, lambda: "processes by memory" in shown(app), "a list of processes")
    await wait_until(pilot, lambda: len(app.watched.timeline.ticks) > 3, "samples")


async def test_a_frozen_screen_shows_the_list_of_its_moment(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)
        app.processes.close()
        await pilot.press("f2")
        assert screen_of(app).playhead.frozen
        before = shown(app)

        app.processes.add(Reading(screen_of(app).playhead.end, (SERVER,), 1))
        await pilot.press("s", "s")
        assert shown(app) == before

        await pilot.press("f2")
        await wait_until(pilot, lambda: "port 80" in shown(app), "the newest list")


async def test_a_key_sorts_by_cpu_and_back(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)

        await pilot.press("s")
        assert "processes by CPU" in shown(app)
        await pilot.press("s")
        assert "processes by memory" in shown(app)


SELECTABLE = Reading(
    100.0,
    (
        ProcessInfo(5_000_001, "first", 900, 1.0, command="first --big", user="ada"),
        ProcessInfo(5_000_002, "second", 800, 1.0, command="second --big", user="bob"),
        ProcessInfo(5_000_003, "third", 700, 1.0, command="third", user="ada"),
    ),
    3,
)


def chosen(app: WatchApp) -> str:
    rows = (row for row in screen_of(app).query_one(ProcessList).shown if row[0][1] == "chosen")
    return next((text(row) for row in rows), "")


def status(app: WatchApp) -> str:
    return str(screen_of(app).query_one("#status").render())


async def frozen_with(app: WatchApp, pilot: Pilot[int]) -> None:
    """Freeze the screen at a list of three processes."""
    await ready(app, pilot)
    app.processes.close()
    await pilot.press("f2")
    app.processes.add(replace(SELECTABLE, t=screen_of(app).playhead.time()))


async def test_arrows_select_and_a_filter_lists_fewer(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await frozen_with(app, pilot)
        await pilot.press("down", "down")
        assert "second --big" in chosen(app)
        await pilot.press("down", "down", "up")
        assert "second --big" in chosen(app)

        await pilot.press("/", *"ADA", "enter")
        assert "2 with “ADA”" in shown(app)
        assert "second" not in shown(app)
        await pilot.press("down")
        assert "first --big" in chosen(app)

        await pilot.press("escape")
        assert "second" in shown(app)
        assert chosen(app)
        await pilot.press("escape")
        assert not chosen(app)


async def test_a_process_is_ended_after_a_question_and_killed_the_second_time(
    app: WatchApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[tuple[int, bool]] = []

    def end(process: ProcessInfo, *, kill: bool) -> str:
        ended.append((process.pid, kill))
        return "Sent."

    monkeypatch.setattr("mlxtop.tui.watch.control.end", end)
    async with app.run_test(size=(120, 40)) as pilot:
        await frozen_with(app, pilot)
        await pilot.press("d")
        assert "No process is selected" in status(app)

        await pilot.press("down", "d")
        assert isinstance(app.screen, ConfirmDialog)
        assert app.screen.question == "End PID 5000001 first? SIGTERM"
        await pilot.press("enter")
        assert ended == []

        await pilot.press("d", "y")
        assert ended == [(5_000_001, False)]
        assert "Sent." in status(app)
        await pilot.press("d")
        assert app.screen.question == "End PID 5000001 first? SIGKILL"
        await pilot.press("y")
        assert ended[1:] == [(5_000_001, True)]


async def test_help_tells_of_the_list_and_not_of_a_chat(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        said = " ".join(f"{entry.name} {entry.text}" for entry in app.screen.entries)
        await pilot.press("escape")

    assert "model servers" in said
    assert "conversation" not in said
    assert "Turn the recording off or on" in said


async def test_a_key_that_needs_a_model_says_so(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)
        await pilot.press("f6")

        words = str(screen_of(app).query_one("#status").render())
        assert "needs a model or a recording" in words
        assert isinstance(app.screen, WatchScreen)


async def test_the_palette_offers_what_there_is_here(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)
        offered = [command.title for command in commands(app, screen_of(app))]

    assert "Mark this moment, with a note" in offered
    assert any(title.startswith("Sort the processes") for title in offered)
    assert "Open a model or a recording" not in offered
    assert not any("conversation" in title for title in offered)


async def test_a_mark_stands_at_the_moment_that_was_looked_at(app: WatchApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)
        await pilot.press("f2", "[")
        t = screen_of(app).playhead.time()

        await pilot.press("m", *"now", "enter")
        await wait_until(pilot, lambda: len(app.watched.timeline.marks) == 1, "the mark")

        (mark,) = app.watched.timeline.marks.values
        assert (mark.note, mark.t) == ("now", t)


async def test_nothing_is_written_until_it_is_asked_for(app: WatchApp, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot)
        assert not folder.exists()

        await pilot.press("r")
        await wait_until(pilot, lambda: list(folder.glob("*_watch.jsonl")), "a recording")
