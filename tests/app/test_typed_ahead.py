"""Keys that come faster than they act: a dialog is left once, and not what lies below it."""

from pathlib import Path

from textual import events
from textual.widgets import Input, OptionList

from mlxtop.bench.kinds import KINDS
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.dialogs.question import NoteDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.run.live import LiveScreen
from tests.app.desk import Desk, is_a, living


async def _type_ahead(desk: Desk, *keys: str) -> None:
    """Press keys before the first of them has acted."""
    for key in keys:
        desk.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await desk.settle()


async def test_a_field_that_goes_away_leaves_the_focus_to_the_first_that_is_there(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as desk:
        await desk.press("f5")
        form = desk.screen
        assert isinstance(form, PlanChooser)
        form.query_one("#prompt_tokens").focus()
        await desk.pilot.pause()
        form.query_one("#kinds", OptionList).highlighted = list(KINDS).index("dataset")
        await desk.settle()
        await desk.press(*"x" * 3)
        assert form.query_one("#dataset", Input).value == "xxx"
        # Enter again and again asks once, and begins one benchmark.
        await desk.press("ctrl+d")
        form.query_one("#kinds", OptionList).highlighted = 0
        form.query_one("#trials").focus()
        form.query_one("#trials", Input).value = "1000"
        await desk.settle()
        await _type_ahead(desk, *["enter"] * 2)
        assert [type(screen).__name__ for screen in desk.app.screen_stack][2:] == [
            "PlanChooser",
            "ConfirmDialog",
        ]
        await desk.press("n")
        form.query_one("#trials", Input).value = "5"
        await _type_ahead(desk, *["enter"] * 10)
        stack = [type(screen).__name__ for screen in desk.app.screen_stack]
        assert stack == ["Screen", "LiveScreen", "BenchScreen"]


async def test_enter_pressed_many_times_leaves_the_dialog_only(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        desk.run.set_focus(None)
        notes: list[str | None] = []
        desk.app.push_screen(NoteDialog(), notes.append)
        await desk.pilot.pause()
        await _type_ahead(desk, *"y" * 300, *["enter"] * 10)
        assert [type(screen).__name__ for screen in desk.app.screen_stack] == [
            "Screen",
            "LiveScreen",
        ]
        assert [len(note or "") for note in notes] == [200]
        await desk.press("f1")
        await desk.until(lambda: is_a(desk, HelpScreen), "help")
        await _type_ahead(desk, *["escape"] * 3)
        await desk.until(lambda: is_a(desk, LiveScreen), "the run, which is still there")
