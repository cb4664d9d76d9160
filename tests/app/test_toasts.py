"""Toasts: over the chat, never over time, footer, prompt or figures, and gone when read."""

from pathlib import Path

import pytest
from textual.widget import Widget

from mlxtop.tui import toasts
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.panes import Pane
from mlxtop.tui.run import screen
from mlxtop.tui.toasts import LONGEST_SECONDS, SHORTEST_SECONDS, reading_seconds
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.timeline_strip import TimelineStrip
from tests.app.desk import Desk, living, replaying

SIZES = [(200, 50), (120, 40), (80, 24)]
FIRST_RUN = "Prompts and replies are recorded, readable only by you; F4 turns it off."


async def toast(desk: Desk) -> Widget:
    """Return the toast that is shown, once it has its place."""

    def placed() -> bool:
        found = desk.run.query("Toast")
        return bool(found) and bool(found.first(Widget).region.area)

    await desk.until(placed, "a toast")
    await desk.settle()
    return desk.run.query("Toast").last(Widget)


def hidden(desk: Desk, above: Widget) -> set[str]:
    """Return what the toast covers of that which must stay in sight."""
    kept: list[Widget] = [desk.run.query_one(TimelineStrip), desk.run.query_one(KeyFooter)]
    kept += [*desk.run.query(Pane), *desk.run.query("Prompt, #header, #figures").results(Widget)]
    return {widget.id or "" for widget in kept if widget.region.intersection(above.region).area > 0}


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_first_run_says_of_its_recording_covers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("MLXTOP_DATA_DIR", str(tmp_path / "data"))
    async with living(tmp_path, size=size, notices=True) as desk:
        await desk.say("hello")
        await desk.until(lambda: FIRST_RUN in "".join(desk.app.lines()), "where it is recorded")
        assert not desk.run.query("Toast")
        assert "made up" in desk.region_text(desk.run.query_one(Transcript))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keys", [(), ("z",), ("p",)], ids=["all", "enlarged", "a pane"])
async def test_no_toast_of_a_replay_covers_strip_and_footer(
    tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with replaying(tmp_path, size=size, notices=True) as desk:
        await desk.press(*keys)
        desk.app.notify("word " * 30, severity="error", markup=False)
        shown = await toast(desk)
        assert not hidden(desk, shown) & {"strip", "footer", "header", "figures"}
        if not keys:
            assert hidden(desk, shown) == set()


async def test_the_end_of_a_long_conversation_stays_in_sight(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(120, 40), notices=True) as desk:
        transcript = desk.run.query_one(Transcript)
        assert transcript.virtual_size.height > transcript.size.height
        desk.app.notify("The theme is another one.", markup=False)
        shown = await toast(desk)
        assert shown.region.bottom < transcript.region.y + transcript.region.height // 2
        assert shown.region.y == transcript.region.y + 1


async def test_what_was_said_of_a_stopped_engine_goes_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than any test waits: nothing ends by itself.
    monkeypatch.setattr(screen, "NOTICE_SECONDS", 600.0)
    async with living(tmp_path, notices=True) as desk:
        desk.engine.die()
        await toast(desk)
        await desk.press("x", "enter")
        await desk.until(lambda: len(desk.run.query("Toast")) == 2, "two toasts")
        await desk.press("ctrl+b")
        await desk.until(lambda: desk.engine.alive, "the engine")
        await desk.until(lambda: not desk.run.query("Toast"), "their end")
        await desk.until(
            lambda: "killed by" not in "".join(desk.app.lines()), "a screen that says nothing of it"
        )


def test_a_toast_stays_as_long_as_it_takes_to_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toasts, "SHORTEST_SECONDS", SHORTEST_SECONDS)
    monkeypatch.setattr(toasts, "LONGEST_SECONDS", LONGEST_SECONDS)
    assert reading_seconds("Theme: linen") == SHORTEST_SECONDS
    assert SHORTEST_SECONDS < reading_seconds("word " * 20) < reading_seconds("word " * 30)
    assert reading_seconds("word " * 200) == LONGEST_SECONDS


async def test_recording_off_and_on_says_that_another_file_begins(tmp_path: Path) -> None:
    async with living(tmp_path, notices=True) as desk:
        recorder = desk.live.recorder
        await desk.press("f4", "f4")
        assert not desk.run.query("Toast"), "nothing was recorded yet"
        await desk.say("hello")
        await desk.until(lambda: recorder.status.files, "a recording")
        desk.app.clear_notifications()
        await desk.press("f4", "f4")
        words = " ".join(desk.region_text(await toast(desk)).replace("▌", " ").split())
        name = recorder.status.files[0].name
        assert f"Recording continues in a new file; this run has 1 file already, last {name}." in (
            words.replace("- ", "-")
        )
