"""`mlxtop replay` without a file: the library, over the first screen."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop import commands
from mlxtop.config import Config
from mlxtop.launch import replay
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.library.screen import LibraryScreen
from tests.app.engine import ScriptedEngine


async def test_the_library_lies_over_the_first_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlxtop.sources.live.EngineProcess", ScriptedEngine)
    app = MlxtopApp(Config(), LiveOptions(recordings=tmp_path), library=True)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, LibraryScreen)
            await pilot.press("q")
            assert isinstance(app.screen, HomeScreen)
    finally:
        if app.live is not None:
            app.live.close()


def test_without_a_file_the_library_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[MlxtopApp] = []

    def show(app: MlxtopApp) -> int:
        shown.append(app)
        return 0

    monkeypatch.setattr(replay, "on_terminal", lambda: True)
    monkeypatch.setattr(replay, "show", show)
    assert CliRunner().invoke(commands.app, ["replay"]).exit_code == 0
    assert [app.library for app in shown] == [True]


def test_without_a_file_and_a_terminal_it_is_said_what_to_do() -> None:
    done = CliRunner().invoke(commands.app, ["replay"])
    assert done.exit_code == 2
    assert "name one; `mlxtop recordings --json` lists them." in done.output
