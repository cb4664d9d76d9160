"""Text of the conversation is selected with the mouse and copied."""

from pathlib import Path

import pytest

from mlxtop.tui.chat import clipboard
from mlxtop.tui.chat.transcript import Transcript
from tests.app import scenes
from tests.app.desk import living, replaying


async def test_text_selected_with_the_mouse_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "find_program", lambda: None)
    async with replaying(tmp_path, t=scenes.PREFILL_MOMENT, notices=True) as desk:
        await desk.settle()
        transcript = desk.run.query_one(Transcript)
        row = next(y for y, line in enumerate(transcript.text.split("\n")) if "How much" in line)
        await desk.pilot.mouse_down(transcript, offset=(3, row))
        await desk.pilot.hover(transcript, offset=(11, row))
        await desk.pilot.mouse_up(transcript, offset=(11, row))
        await desk.until(lambda: "selected: Ctrl+C copies" in "".join(desk.app.lines()), "a hint")
        selected = desk.run.get_selected_text()
        assert selected
        assert selected in scenes.QUESTION
        await desk.press("ctrl+c")
        await desk.until(lambda: desk.app.clipboard == selected, "the copy")


async def test_the_prompt_lets_ctrl_c_copy_what_is_selected_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "find_program", lambda: None)
    async with living(tmp_path) as desk:
        await desk.say("hello there")
        await desk.settle()
        transcript = desk.run.query_one(Transcript)
        row = next(y for y, line in enumerate(transcript.text.split("\n")) if "hello" in line)
        await desk.pilot.mouse_down(transcript, offset=(3, row))
        await desk.pilot.hover(transcript, offset=(8, row))
        await desk.pilot.mouse_up(transcript, offset=(8, row))
        await desk.until(lambda: desk.run.get_selected_text(), "a selection")
        selected = desk.run.get_selected_text()
        await desk.press("ctrl+c")
        await desk.until(lambda: desk.app.clipboard == selected, "the copy")
        assert desk.prompt.has_focus, "typing continues there"
