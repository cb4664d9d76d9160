"""The library in the app: what is opened lies above it, and the run below goes on."""

import fcntl
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.recording.privacy import without_text
from mlxtop.tui.compare.screen import CompareScreen
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.recording_request import OpenRecording
from mlxtop.tui.run.replay import ReplayScreen
from tests.app import scenes
from tests.app.desk import Desk, is_a, living, replaying


async def test_a_replay_lies_above_the_library_and_leads_back(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        first = desk.run
        await desk.press("R")
        await desk.until(lambda: is_a(desk, LibraryScreen), "the library")
        library = desk.screen
        assert isinstance(library, LibraryScreen)
        await desk.until(lambda: library.items, "the recordings")
        for key in ("escape", "R", "shift+f4"):
            await desk.press("enter")
            await desk.until(lambda: is_a(desk, ReplayScreen), "the replay")
            assert desk.run is not first
            await desk.press(key)
            await desk.until(lambda: desk.screen is library, "the same library")
        await desk.press("R")
        await desk.until(lambda: desk.screen is first, "the first replay")


async def test_a_replay_stands_still_while_the_library_hides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replaying(tmp_path, t=None) as desk:
        playhead = desk.playhead
        await desk.until(lambda: playhead.playing, "it plays")
        await desk.press("question_mark")
        await desk.until(lambda: not is_a(desk, ReplayScreen), "the help")
        desk.run.frame()
        assert playhead.playing, "beside a dialog one sees it play"
        await desk.press("escape", "R")
        await desk.until(lambda: is_a(desk, LibraryScreen), "the library")
        await desk.until(lambda: not playhead.playing, "it stands")
        t, drawn = playhead.time(), []
        with monkeypatch.context() as patch:
            patch.setattr(ReplayScreen, "draw", lambda _, t: drawn.append(t))
            for _ in range(12):
                desk.run.frame()
        assert drawn == [], "nobody would see it"
        await desk.press("R")
        await desk.until(lambda: is_a(desk, ReplayScreen), "the replay")
        await desk.until(lambda: playhead.playing, "it plays on")
        assert playhead.time() >= t
        await desk.press("space", "R")
        await desk.until(lambda: is_a(desk, LibraryScreen), "the library")
        desk.run.frame()
        await desk.press("R")
        await desk.until(lambda: is_a(desk, ReplayScreen), "the replay")
        desk.run.frame()
        assert not playhead.playing, "what was paused stays so"


async def test_the_run_that_goes_on_stands_in_the_library(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    scenes.write(tmp_path / "recordings" / "before.jsonl")
    async with living(tmp_path) as desk:
        await desk.say("hello")
        await desk.press("shift+f4")
        library = desk.screen
        assert isinstance(library, LibraryScreen)
        await desk.until(lambda: len(library.items) == 2, "both recordings")
        await desk.until(lambda: "running" in "\n".join(desk.app.lines()), "the state")
        await desk.until(lambda: "hello" in "\n".join(desk.app.lines()), "the turn")
        await desk.press("d")
        assert desk.screen is library, "a run that goes on is not deleted"
        await desk.press("space", "end", "space", "c")
        await desk.until(lambda: is_a(desk, CompareScreen), "the comparison")
        await desk.press("escape")
        await desk.until(lambda: desk.screen is library, "the library again")


async def test_the_first_screen_leads_to_the_library_and_back(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        live = desk.run
        await desk.press("f6")
        await desk.until(lambda: is_a(desk, HomeScreen), "the first screen")
        await desk.press("shift+f4")
        await desk.until(lambda: is_a(desk, LibraryScreen), "the library")
        await desk.press("q")
        await desk.until(lambda: is_a(desk, HomeScreen), "the first screen again")
        await desk.press("escape")
        assert desk.screen is live


def follows(desk: Desk) -> bool:
    """Return whether a recording is on top that is, or was, written while it was shown."""
    screen = desk.screen
    return isinstance(screen, ReplayScreen) and screen.recorded.state != "replay"


async def test_a_run_that_goes_on_elsewhere_is_followed(tmp_path: Path) -> None:
    running = scenes.write(tmp_path / "elsewhere.jsonl", scenes.scene()[:-1])
    async with replaying(tmp_path) as desk:
        with running.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            desk.app.post_message(OpenRecording(running))
            await desk.until(lambda: follows(desk), "the run as it goes on")
            assert "● FOLLOW" in desk.app.lines()[0]
            assert "now" not in desk.app.lines()[-1]
            await desk.press("space")
            await desk.until(lambda: "now" in desk.app.lines()[-1], "the way back to now")
            assert "ago; the run continues" in desk.app.lines()[-5]
            assert "speed" not in desk.app.lines()[-1], "what is live has no speed"
        await desk.until(lambda: "■ ENDED" in desk.app.lines()[0], "its end")
        await desk.until(lambda: "speed" in desk.app.lines()[-1], "the keys of a replay")
        assert "now" not in desk.app.lines()[-1]
        assert "‖ paused" in desk.app.lines()[-2]
        desk.app.post_message(OpenRecording(running, at=desk.playhead.start))
        await desk.until(lambda: not follows(desk), "a replay of its moment")


async def test_the_library_resumes_a_chat_in_the_run_below(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    scenes.write(tmp_path / "recordings" / "before.jsonl")
    async with living(tmp_path, model=scenes.MODEL) as desk:
        live = desk.run
        await desk.press("shift+f4")
        library = desk.screen
        assert isinstance(library, LibraryScreen)
        await desk.until(lambda: library.items, "the recording")
        await desk.press("O")
        await desk.until(lambda: desk.screen is live, "the run")
        assert desk.texts() == [scenes.QUESTION, scenes.ANSWER, scenes.SECOND, scenes.CODE]
        assert desk.prompt.has_focus
        await desk.until(lambda: "Resumed from before.jsonl" in "".join(desk.app.lines()), "what")
        assert desk.engine.chats() == []
        await desk.say("And with 8 bits?")
        assert len(desk.engine.chats()[0].messages) == 5


async def test_the_list_of_chats_has_titles_and_resumes_with_enter(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    scenes.write(folder / "rainbows.jsonl")
    bench = [
        one for one in scenes.scene() if not isinstance(one, events.Message | events.TurnStart)
    ]
    scenes.write(folder / "nothing-said.jsonl", bench)
    scenes.write(folder / "bare.jsonl", [without_text(one) for one in scenes.scene()])
    async with living(tmp_path, model=scenes.MODEL) as desk:
        live = desk.run
        await desk.press("shift+f3")
        library = desk.screen
        assert isinstance(library, LibraryScreen)
        await desk.until(lambda: len(library.items) == 3, "the recordings")
        await desk.until(lambda: not any(i.pending for i in library.items.values()), "figures")
        shown = "\n".join(desk.app.lines())
        assert [item.path.name for item in library.table.items] == ["rainbows.jsonl"]
        assert "chats" in shown
        assert "turns" in shown
        await desk.press("H")
        assert len(library.table.items) == 3
        await desk.press("H", "enter")
        await desk.until(lambda: desk.screen is live, "the run")
        assert desk.texts()[0] == scenes.QUESTION
