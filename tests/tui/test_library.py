"""The library of recordings, driven by keys and mouse, over files made up for each test."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import on
from textual.app import App
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import WorkerFailed

from mlxtop import config, events, state
from mlxtop.recording.columns import COLUMNS
from mlxtop.recording.file import RecordingFile
from mlxtop.tui.dialogs.question import ConfirmDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.library.preview import Preview
from mlxtop.tui.library.rename import RenameDialog
from mlxtop.tui.library.screen import SORTED, LibraryScreen
from mlxtop.tui.library.table import RecordingTable
from mlxtop.tui.themes import variable_defaults
from mlxtop.tui.widgets.rows import RowsWidget, text
from tests.recording.test_library_figures import header, turn
from tests.recording.test_library_shelf import write

SIZES = [(200, 50), (120, 40), (80, 24), (40, 12), (20, 5), (3, 2), (1, 1)]
STEPS = ("slow", 11), ("fast", 101), ("middle", 21)
"""Names of recordings, oldest first, and how many tokens they give in a second."""


class LibraryApp(App[None]):
    """An app with nothing but the library above an empty screen."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.opened: list[Path] = []
        self.told: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        self.push_screen(LibraryScreen(self.folder))

    @on(LibraryScreen.Opened)
    def _opened(self, message: LibraryScreen.Opened) -> None:
        self.opened.append(message.path)

    def notify(self, message: str, **_: object) -> None:
        self.told.append(message)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty directory; nothing came with mlxtop."""
    monkeypatch.setattr("mlxtop.paths.shipped_recordings_dir", lambda: tmp_path / "shipped")
    return tmp_path / "recordings"


@pytest.fixture
def three(folder: Path) -> Path:
    """Return a directory with three recordings of 1, 2 and 3 days' age, slow, fast, middle."""
    for place, (name, tokens) in enumerate(STEPS):
        add(folder, name, tokens, place)
    return folder


def add(folder: Path, name: str, tokens: int, day: int = 0) -> Path:
    given = [
        events.LoadEnd(t=11.0, model=f"org/{name}-model"),
        *turn(1, 20.0, tokens, 1.0),
        events.Mark(t=25.0, note=f"note of {name}"),
    ]
    path = write(folder / f"{name}.jsonl", *given)
    begun = events.encode(header())
    moved = begun.replace(b"1700000000.0", str(1.7e9 + day * 86400).encode())
    assert moved != begun or day == 0
    path.write_bytes(path.read_bytes().replace(begun, moved))
    return path


@asynccontextmanager
async def opened(
    folder: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[LibraryApp, Pilot[None]]]:
    app = LibraryApp(folder)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield app, pilot


async def settled(app: LibraryApp, pilot: Pilot[None]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def look(app: LibraryApp, pilot: Pilot[None]) -> None:
    """Let the library look into the directory again, as it does every two seconds."""
    library(app)._look()
    await settled(app, pilot)


def library(app: LibraryApp) -> LibraryScreen:
    (screen,) = [screen for screen in app.screen_stack if isinstance(screen, LibraryScreen)]
    return screen


def table(app: LibraryApp) -> RecordingTable:
    return library(app).query_one(RecordingTable)


def names(app: LibraryApp) -> list[str]:
    return [item.path.stem for item in table(app).items]


def cursor(app: LibraryApp) -> str:
    item = table(app).item
    return item.path.stem if item else ""


def shown(app: LibraryApp, name: str) -> str:
    return "\n".join(map(text, library(app).query_one(name, RowsWidget).shown))


# -- looking ---------------------------------------------------------------------------------------


async def test_recordings_stand_with_their_figures_newest_first(three: Path) -> None:
    async with opened(three) as (app, _):
        assert names(app) == ["middle", "fast", "slow"]
        rows = shown(app, "#table").splitlines()
        assert rows[0].split()[:3] == ["began", "▾", "model"]
        assert "middle-model" in rows[1]
        assert rows[1].split()[3:5] == ["1:30", "20.0"]
        assert "3, " in shown(app, "#title")


async def test_the_preview_tells_of_the_recording_under_the_cursor(three: Path) -> None:
    async with opened(three, (200, 50)) as (app, pilot):
        for words in ("org/middle-model", "20.0 tok/s", "500 ms", "note of middle", "question 1"):
            assert words in shown(app, "#preview")
        assert "middle.jsonl" in shown(app, "#rule")
        await pilot.press("down")
        assert "100.0 tok/s" in shown(app, "#preview")


async def test_what_cannot_be_read_says_why(folder: Path) -> None:
    folder.mkdir()
    (folder / "broken\x1b[31m.jsonl").write_text("hello")
    async with opened(folder) as (app, pilot):
        assert "unreadable" in shown(app, "#table")
        assert "its first line is not a header" in shown(app, "#preview").replace("\n", " ")
        everything = shown(app, "#table") + shown(app, "#preview") + shown(app, "#rule")
        assert "\x1b" not in everything
        await pilot.press("enter")
        assert app.opened == []
        assert "not a header" in app.told[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_is_filled_and_no_row_is_too_long(
    three: Path, size: tuple[int, int]
) -> None:
    async with opened(three, size) as (app, pilot):
        await pilot.press("down", "space", "v", "v", "end", "slash", "f", "enter", "s", "I")
        for widget in library(app).query(RowsWidget):
            for row in widget.shown:
                assert len(text(row)) <= max(widget.content_size.width, 0) or not widget.display


async def test_an_empty_directory_says_what_makes_a_recording(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        assert "a run is recorded from its first message" in shown(app, "#rule")
        await pilot.press("enter", "d", "e", "c", "space", "down", "end")
        assert app.screen is library(app)


async def test_what_came_along_is_shown_opened_and_left_alone(folder: Path, tmp_path: Path) -> None:
    path = add(tmp_path / "shipped", "demo", 11)
    async with opened(folder) as (app, pilot):
        assert "these came with mlxtop" in shown(app, "#title")
        await pilot.press("d")
        assert "came with mlxtop" in app.told[-1]
        await pilot.press("e")
        assert app.screen is library(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == [path]
        add(folder, "own", 11)
        await look(app, pilot)
        assert names(app) == ["own"]


async def test_files_that_come_go_and_grow_are_seen(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("down")
        file = RecordingFile(three, "zzz")
        parts = turn(1, 20.0, 11, 1.0)
        file.write(b"".join(map(events.encode, [header(), *parts[:3]])))
        (three / "slow.jsonl").unlink()
        await look(app, pilot)
        assert cursor(app) == "fast"
        assert sorted(names(app)) == ["fast", "middle", "zzz"]
        assert "running" in shown(app, "#table")
        file.write(b"".join(map(events.encode, parts[3:5])))
        await look(app, pilot)
        (item,) = [item for item in table(app).items if item.path.stem == "zzz"]
        assert item.figures is not None
        assert item.figures.tokens == 9
        await pilot.press("end", "d")
        assert "is being written" in app.told[-1]
        file.close()


# -- order and filter ------------------------------------------------------------------------------


async def test_sorting_by_every_column_keeps_the_cursor_on_its_file(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("down")
        for column in [*COLUMNS[1:], COLUMNS[0]]:
            await pilot.press("s")
            assert library(app).by is column
            assert cursor(app) == "fast"
        for _ in range(5):
            await pilot.press("s")
        assert names(app) == ["fast", "middle", "slow"]
        await pilot.press("I")
        assert names(app) == ["slow", "middle", "fast"]
        assert "tok/s ▴" in shown(app, "#table")
        await pilot.press("Z")
        assert "tokens ▾" in shown(app, "#table")


async def test_the_cursor_is_on_the_first_until_somebody_moves(three: Path) -> None:
    config.remember(SORTED, ["speed", True])
    async with opened(three) as (app, _):
        assert names(app)[0] == cursor(app) == "fast"


async def test_the_order_is_remembered(three: Path) -> None:
    async with opened(three) as (_, pilot):
        await pilot.press("s", "I")
    assert state.recall()[0][SORTED] == ["model", True]
    async with opened(three) as (app, _):
        assert names(app) == ["slow", "middle", "fast"]


@pytest.mark.parametrize("value", [None, 3, ["nothing", True], ["speed"], ["speed", "yes"]])
async def test_an_order_that_makes_no_sense_is_forgotten(three: Path, value: object) -> None:
    config.remember(SORTED, value)
    async with opened(three) as (app, _):
        assert names(app) == ["middle", "fast", "slow"]


@pytest.mark.parametrize(
    ("words", "left"),
    [("FAST", ["fast"]), ("note of slow", ["slow"]), ("question", ["middle", "fast", "slow"]),
     ("org middle", ["middle"]), ("nothing", [])],
)  # fmt: skip
async def test_the_filter_looks_into_models_prompts_and_notes(
    three: Path, words: str, left: list[str]
) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("slash", *("space" if sign == " " else sign for sign in words))
        assert names(app) == left
        await pilot.press("enter")
        assert table(app).has_focus
        assert names(app) == left
        if not left:
            assert "No match" in shown(app, "#rule")
        await pilot.press("escape")
        assert len(names(app)) == 3
        assert app.screen is library(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, LibraryScreen)


# -- the mouse -------------------------------------------------------------------------------------


async def test_clicks_point_open_and_sort(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.click(RecordingTable, offset=(10, 2))
        assert cursor(app) == "fast"
        assert app.opened == []
        await pilot.click(RecordingTable, offset=(10, 3), times=2)
        await pilot.pause()
        assert app.opened == [three / "slow.jsonl"]
        head = shown(app, "#table").splitlines()[0]
        place = (1 + head.index("tok/s"), 0)
        await pilot.click(RecordingTable, offset=place)
        await pilot.pause()
        assert names(app) == ["fast", "middle", "slow"]
        await pilot.click(RecordingTable, offset=place)
        await pilot.pause()
        assert names(app) == ["slow", "middle", "fast"]


async def test_a_long_list_scrolls_and_keeps_its_place(folder: Path) -> None:
    for number in range(60):
        add(folder, f"run{number:02}", 11, number)
    async with opened(folder, (80, 24)) as (app, pilot):
        rows = table(app).rows
        await pilot.press("pagedown")
        assert cursor(app) == f"run{59 - rows:02}"
        await pilot.press("end")
        assert cursor(app) == "run00"
        assert "┃" in shown(app, "#table").splitlines()[-1]
        await pilot.press("home")
        table(app)._scroll(5)
        assert cursor(app) == "run54", "the cursor stays on the screen"
        top = shown(app, "#table").splitlines()[1].rstrip("┃ ")
        add(folder, "newest", 11, 99)
        await look(app, pilot)
        assert shown(app, "#table").splitlines()[1].rstrip("┃ ") == top, (
            "what is looked at does not move"
        )


# -- acting ----------------------------------------------------------------------------------------


async def test_a_recording_gets_another_name(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("down", "e")
        assert isinstance(app.screen, RenameDialog)
        field = app.screen.query_one(Input)
        assert field.value == "fast"
        field.value = "slow"
        await pilot.press("enter")
        assert "slow.jsonl already exists." in str(app.screen.query_one("#said").render())
        field.value = "slow.jsonl.gz"
        await pilot.press("enter")
        assert "slow.jsonl already exists." in str(app.screen.query_one("#said").render())
        field.value = "base line.jsonl"
        await pilot.press("enter")
        await pilot.pause()
        assert sorted(os.listdir(three)) == ["base line.jsonl", "middle.jsonl", "slow.jsonl"]
        assert cursor(app) == "base line"
        await look(app, pilot)
        assert cursor(app) == "base line"
        assert "100.0 tok/s" in shown(app, "#preview")


async def test_what_is_typed_takes_the_place_of_the_old_name(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("down", "e", *"best", "enter")
        await pilot.pause()
        assert cursor(app) == "best"
        await pilot.press("e", "end", "2", "enter")
        await pilot.pause()
        assert cursor(app) == "best2"


async def test_a_name_that_is_no_utf_8_is_listed_and_can_be_replaced(three: Path) -> None:
    odd = three / os.fsdecode(b"odd\xff.jsonl")
    (three / "slow.jsonl").rename(odd)
    async with opened(three) as (app, pilot):
        assert "odd\ufffd" in shown(app, "#table")
        await pilot.press("end", "e")
        assert app.screen.query_one(Input).value == "odd\ufffd"
        await pilot.press("enter")
        assert isinstance(app.screen, LibraryScreen)
        assert odd.exists(), "nothing was typed"
        await pilot.press("e", *"even", "enter")
        await pilot.pause()
        assert not odd.exists()
        assert cursor(app) == "even"


async def test_deleting_asks_and_says_what_is_free(three: Path) -> None:
    size = (three / "fast.jsonl").stat().st_size
    async with opened(three) as (app, pilot):
        await pilot.press("down", "d")
        assert isinstance(app.screen, ConfirmDialog)
        assert app.screen.question.startswith("Delete fast.jsonl (")
        await pilot.press("enter")
        assert len(os.listdir(three)) == 3, "Enter is no at first"
        await pilot.press("d", "y")
        await pilot.pause()
        assert sorted(os.listdir(three)) == ["middle.jsonl", "slow.jsonl"]
        assert app.told[-1] == f"fast.jsonl deleted: {size / 1000:.2f} kB freed."
        assert cursor(app) == "slow"


async def test_what_was_seen_before_a_file_was_deleted_does_not_bring_it_back(three: Path) -> None:
    async with opened(three) as (app, pilot):
        before = LibraryScreen._Found(list(library(app).items.values()), library(app).changes)
        await pilot.press("d", "y")
        library(app).post_message(before)
        await settled(app, pilot)
        assert names(app) == ["fast", "slow"]


async def test_several_are_deleted_but_none_that_the_filter_hides(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("A", "slash", "s", "l", "o", "w", "enter", "d")
        assert isinstance(app.screen, ConfirmDialog)
        assert "slow.jsonl" in app.screen.question
        await pilot.press("n", "escape", "home", "delete")
        assert isinstance(app.screen, ConfirmDialog)
        assert "3 recordings" in app.screen.question
        await pilot.press("y")
        await pilot.pause()
        assert os.listdir(three) == []


async def test_two_are_compared_the_older_one_first(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed: list[Path] = []

    def compare(first: Path, second: Path) -> HelpScreen:
        pushed.extend([first, second])
        return HelpScreen("library")

    monkeypatch.setattr("mlxtop.tui.compare.screen.CompareScreen", compare)
    async with opened(three) as (app, pilot):
        await pilot.press("c")
        assert "Select two" in app.told[-1]
        await pilot.press("space", "c")
        assert "One recording is selected" in app.told[-1]
        await pilot.press("end", "space", "c")
        assert pushed == [three / "slow.jsonl", three / "middle.jsonl"]
        await pilot.press("escape", "home", "down", "space", "c")
        assert app.told[-1].startswith("3 are selected, but a comparison takes two")


async def test_all_that_are_shown_are_selected_and_let_go_of(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("A")
        assert "3 selected" in shown(app, "#title")
        assert shown(app, "#table").count("●") == 3
        await pilot.press("U")
        assert "selected" not in shown(app, "#title")
        assert "●" not in shown(app, "#table")
        await pilot.press("slash", *"slow", "enter", "A")
        assert table(app).selected == {three / "slow.jsonl"}


async def test_a_damaged_recording_is_called_so_and_the_preview_says_how(three: Path) -> None:
    path = three / "middle.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"message"', b"message", 1))
    async with opened(three) as (app, _):
        assert "damaged" in shown(app, "#table").splitlines()[1]
        assert "1 bad line was skipped; the first is line 3" in shown(app, "#preview")


async def test_what_does_not_fit_into_a_row_of_the_preview_goes_on_in_the_next(
    folder: Path,
) -> None:
    long = "/".join(["a-rather-long-name-of-a-model-directory"] * 2)
    said = events.Error(t=30.0, text="It went wrong, " * 5 + "at last.")
    given = [events.LoadEnd(t=11.0, model=long), *turn(1, 20.0, 11, 1.0), said]
    write(folder / "2026-01-01T00-00-00_a.jsonl", *given)
    async with opened(folder, (120, 50)) as (app, _):
        preview = shown(app, "#preview")
        assert "…" not in preview
        assert "at last." in preview
        assert "median over tokens" in preview


async def test_enter_opens_and_the_library_stays(three: Path) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.opened == [three / "fast.jsonl"]
        assert app.screen is library(app)


async def test_the_preview_comes_and_goes(three: Path) -> None:
    async with opened(three) as (app, pilot):
        preview = library(app).query_one(Preview)
        rows = table(app).rows
        await pilot.press("v")
        assert not preview.display
        assert table(app).rows > rows
        await pilot.press("v")
        assert preview.display


async def test_escape_lets_go_of_the_selection_before_it_leaves(three: Path) -> None:
    async with opened(three) as (app, pilot):
        place = cursor(app)
        await pilot.press("space")
        assert cursor(app) == place, "the cursor stays"
        await pilot.press("down", "space")
        assert "2 selected" in shown(app, "#title")
        await pilot.press("space")
        assert "1 selected" in shown(app, "#title")
        await pilot.press("escape")
        assert "selected" not in shown(app, "#title")
        assert app.screen is library(app)


@pytest.mark.parametrize("key", ["q", "R", "shift+f4"])
async def test_keys_that_go_back_at_once(three: Path, key: str) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press("space", key)
        assert not isinstance(app.screen, LibraryScreen)


@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help(three: Path, key: str) -> None:
    async with opened(three) as (app, pilot):
        await pilot.press(key)
        assert isinstance(app.screen, HelpScreen)


def test_messages_are_named_as_the_app_hears_them() -> None:
    assert issubclass(LibraryScreen.Opened, Message)
    assert LibraryScreen.Opened.handler_name == "on_library_screen_opened"


async def test_an_error_while_reading_is_said_once_and_takes_nothing_else_along(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    async with opened(three) as (app, pilot):
        monkeypatch.setattr(library(app).shelf, "scan", broken)
        library(app)._look()
        with pytest.raises(WorkerFailed):
            await app.workers.wait_for_complete()
        await pilot.pause()
        await look(app, pilot)
        told = "Reading the recordings failed. ZeroDivisionError: a mistake"
        assert app.told == [told]
        assert len(names(app)) == 3, "what was known is still listed"
        await pilot.press("down")
        assert app.is_running


async def test_the_thread_has_the_order_that_stood_when_it_began(three: Path) -> None:
    async with opened(three) as (app, _):
        screen = library(app)
        order = screen.order()
        before = order(screen.items.values())
        screen.by, screen.falling = COLUMNS[1], not screen.falling
        assert order(screen.items.values()) == before
        assert screen.order()(screen.items.values()) != before
