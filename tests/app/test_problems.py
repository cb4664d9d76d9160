"""What is wrong with the settings is said at the start, all of it."""

import os
from pathlib import Path

import pytest

from mlxtop.config import Config
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MOST_TOASTS
from mlxtop.tui.dialogs.pick import TextDialog
from mlxtop.tui.recording_request import OpenedRecording
from tests.app import scenes
from tests.app.terminal import WatchedApp

SENTENCES = [f"config.toml line {n}: setting {n} must be something else" for n in range(7)]


@pytest.mark.parametrize("count", [1, MOST_TOASTS, MOST_TOASTS + 1, len(SENTENCES)])
async def test_every_sentence_is_shown(tmp_path: Path, count: int) -> None:
    opened = OpenedRecording(scenes.write(tmp_path / "scene.jsonl"))
    options, problems = LiveOptions(recordings=tmp_path), SENTENCES[:count]
    app = WatchedApp(Config(), options, replay=opened, problems=problems)
    async with app.run_test(headless=False, size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await pilot.pause()
        shown = " ".join(" ".join(line.replace("▌", " ").split()) for line in app.lines())
        assert [sentence for sentence in problems if sentence not in shown] == []
        assert isinstance(app.screen, TextDialog) is (count > MOST_TOASTS)


async def test_no_toast_says_what_a_terminal_obeys(tmp_path: Path) -> None:
    opened = OpenedRecording(scenes.write(tmp_path / "scene.jsonl"))
    app = WatchedApp(Config(), LiveOptions(recordings=tmp_path), replay=opened)
    async with app.run_test(headless=False, size=(120, 40), notifications=True) as pilot:
        app.notify(os.fsdecode(b"written to /d\xff/\x1b[31m.md"), markup=False)
        await pilot.pause()
        await pilot.pause()
        assert "written to /d\ufffd/␛[31m.md" in "\n".join(app.lines())
