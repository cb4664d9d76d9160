"""`mlxtop replay` without a file: the library, over the first screen."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop import commands, paths
from mlxtop.config import Config
from mlxtop.launch import replay
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.library.screen import LibraryScreen
from tests.app import scenes
from tests.app.engine import ScriptedEngine


async def test_the_library_lies_over_the_first_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlxtop.sources.live.EngineProcess", ScriptedEngine)
    app = MlxtopApp(Config(), LiveOptions(recordings=tmp_path), library=tmp_path / "other")
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, LibraryScreen)
            assert app.screen.directory == tmp_path / "other"
            await pilot.press("q")
            assert isinstance(app.screen, HomeScreen)
    finally:
        if app.live is not None:
            app.live.close()


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
    assert CliRunner().invoke(commands.app, ["replay"]).exit_code == 0
    assert [app.library for app in shown] == [paths.recordings_dir()]


def test_of_a_directory_the_library_is_shown(shown: list[MlxtopApp], tmp_path: Path) -> None:
    scenes.write(tmp_path / "scene.jsonl")
    assert CliRunner().invoke(commands.app, ["replay", str(tmp_path)]).exit_code == 0
    assert [app.library for app in shown] == [tmp_path]
    done = CliRunner().invoke(commands.app, ["replay", str(tmp_path), "--paused"])
    assert done.exit_code == 2
    assert f"{tmp_path} is a directory: --speed, --at and --paused are for one" in done.output


def test_a_directory_without_recordings_is_not_shown(
    shown: list[MlxtopApp], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").touch()
    done = CliRunner().invoke(commands.app, ["replay", str(tmp_path)])
    assert (done.exit_code, shown) == (1, [])
    assert f"No recordings in {tmp_path}." in done.output


def test_without_a_file_and_a_terminal_it_is_said_what_to_do() -> None:
    done = CliRunner().invoke(commands.app, ["replay"])
    assert done.exit_code == 2
    assert "name one; `mlxtop recordings --json` lists them." in done.output
