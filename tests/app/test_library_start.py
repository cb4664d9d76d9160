"""`mlxtop replay` without a file: the library, in place of the first screen."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop import paths
from mlxtop.commands.app import build
from mlxtop.config import Config
from mlxtop.launch import replay
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.home.lists import Choices
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.run.replay import ReplayScreen
from tests.app import scenes
from tests.app.desk import is_a, living
from tests.app.terminal import WatchedApp, wait_until


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_leaving_the_library_ends_what_began_with_it(tmp_path: Path, key: str) -> None:
    scenes.write(tmp_path / "scene.jsonl")
    app = WatchedApp(Config(), LiveOptions(recordings=tmp_path), library=tmp_path)
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        library = app.screen
        assert isinstance(library, LibraryScreen)
        assert app.live is None, "no engine is needed to look at recordings"
        await wait_until(pilot, lambda: library.table.item, "the recording")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen), "the replay")
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is library, "the library again")
        await pilot.press(key)
        await wait_until(pilot, lambda: not app.is_running, "the end")
    assert app.return_code == 0


async def test_back_from_a_recording_leads_to_the_first_screen_it_was_chosen_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "recordings").mkdir()
    scenes.write(tmp_path / "recordings" / "scene.jsonl")
    async with living(tmp_path, model=None) as desk:
        await desk.until(lambda: is_a(desk, HomeScreen), "the first screen")
        home = desk.screen
        assert isinstance(home, HomeScreen)
        await desk.until(lambda: home.lists.recordings and not home.lists.reading, "the lists")
        assert home.lists.recordings
        choices = home.query_one(Choices)
        choices.highlighted = choices.get_option_index(f"recording {home.lists.recordings[0].path}")
        await desk.press("enter", "enter")
        await desk.until(lambda: is_a(desk, ReplayScreen), "the replay")
        await desk.press("escape")
        await desk.until(lambda: desk.screen is home, "the first screen again, and one replay only")
        await desk.press("escape")
        await desk.until(
            lambda: "No model is loaded; F6 opens one." in "\n".join(desk.app.lines()), "what helps"
        )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[MlxtopApp]:
    """Return the apps that would have been shown."""
    shown: list[MlxtopApp] = []

    def show(app: MlxtopApp) -> int:
        shown.append(app)
        return 0

    monkeypatch.setattr(replay, "on_terminal", lambda: True)
    monkeypatch.setattr(replay, "show", show)
    return shown


def test_without_a_file_the_library_is_shown(shown: list[MlxtopApp]) -> None:
    assert CliRunner().invoke(build(), ["replay"]).exit_code == 0
    assert [app.library for app in shown] == [paths.recordings_dir()]


def test_of_a_directory_the_library_is_shown(shown: list[MlxtopApp], tmp_path: Path) -> None:
    scenes.write(tmp_path / "scene.jsonl")
    assert CliRunner().invoke(build(), ["replay", str(tmp_path)]).exit_code == 0
    assert [app.library for app in shown] == [tmp_path]
    done = CliRunner().invoke(build(), ["replay", str(tmp_path), "--paused"])
    assert done.exit_code == 2
    assert f"{tmp_path} is a directory: --speed, --at and --paused are for one" in done.output


def test_a_directory_without_recordings_is_not_shown(
    shown: list[MlxtopApp], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").touch()
    done = CliRunner().invoke(build(), ["replay", str(tmp_path)])
    assert (done.exit_code, shown) == (1, [])
    assert f"No recordings in {tmp_path}." in done.output


def test_without_a_file_and_a_terminal_it_is_said_what_to_do() -> None:
    done = CliRunner().invoke(build(), ["replay"])
    assert done.exit_code == 2
    assert "name one; `mlxtop recordings --json` lists them." in done.output
