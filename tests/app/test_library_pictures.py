"""How the library looks: a picture each, looked at by a person before it was accepted."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from mlxtop import events
from mlxtop.config import Config
from mlxtop.events import AnyEvent
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.recording_request import OpenedRecording
from tests.app import scenes
from tests.app.test_snapshots import DARK, Compare, named


def later(given: list[AnyEvent], days: int) -> list[AnyEvent]:
    """Return a run that began so many days later."""
    first, *rest = given
    assert isinstance(first, events.Header)
    return [msgspec.structs.replace(first, wall=first.wall + 86400 * days), *rest]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of four recordings: whole, without its end, named by somebody, no recording."""
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "recordings"
    path.mkdir()
    whole = scenes.scene()
    scenes.write(path / "2023-11-14T22-13-20_Llama-3.2-3B-Instruct-4bit.jsonl", whole)
    scenes.write(path / "2023-11-15T22-13-20_Llama-3.2-3B-Instruct-4bit.jsonl", later(whole, 1))
    half = later(whole, 2)[: len(whole) // 2]
    scenes.write(path / "before the update.jsonl", half)
    (path / "broken.jsonl").write_text("hello")
    os.utime(path / "broken.jsonl", (1.7e9, 1.7e9))
    return path


@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24)], ids=named)
def test_the_library(
    snap_compare: Compare, folder: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    replay = OpenedRecording(scenes.write(tmp_path / "scene.jsonl"))
    config = Config(theme=DARK, given=frozenset({"theme"}))
    app = MlxtopApp(config, LiveOptions(recordings=folder), replay=replay)

    async def before(pilot: Pilot[Any]) -> None:
        await pilot.press("R")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press(*["s"] * 5, "down", "space")
        library = pilot.app.screen
        assert isinstance(library, LibraryScreen)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
