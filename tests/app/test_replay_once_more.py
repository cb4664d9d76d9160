"""A recording at its keys: one that ended while it was followed, one without text, a narrow one."""

from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Static

from mlxtop import config as settings
from mlxtop import events
from mlxtop.config import Config
from mlxtop.events import AnyEvent
from mlxtop.recording.privacy import without_text
from mlxtop.sources.follow import Follow
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.find import FindDialog
from mlxtop.tui.panes.deck import is_shown
from mlxtop.tui.recording_request import OpenRecording
from mlxtop.tui.run.live import SEEN, LiveScreen
from mlxtop.tui.run.status import StatusLine
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.zoom.view import ZoomView
from tests.app import scenes
from tests.app.desk import Desk, living, replaying
from tests.app.terminal import WatchedApp


def live_of(desk: Desk) -> LiveScreen:
    """Return the screen of a live run."""
    assert isinstance(desk.run, LiveScreen)
    return desk.run


def offered(desk: Desk) -> str:
    """Return all that the footer offers, whether there is room for it or not."""
    return "  ".join(
        f"{key.display} {key.label}" for key in desk.run.query_one(KeyFooter).keys if key.label
    )


async def test_a_followed_run_that_has_ended_is_played_and_offers_it(tmp_path: Path) -> None:
    source = Follow(scenes.write(tmp_path / "ended.jsonl"))
    app = WatchedApp(Config(), LiveOptions(recordings=tmp_path), follow=source)
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        desk = Desk(app, pilot, tmp_path)
        await desk.until(lambda: "- + speed" in offered(desk), "the keys of a replay")
        for words in ("space play/pause", ", . token", "{ } phase", "l loop", "( ) mark"):
            assert words in offered(desk)
        await desk.press("home", "space")
        start = desk.playhead.start
        await desk.until(lambda: desk.playhead.time() > start, "time that passes")
        await desk.press("+")
        assert desk.playhead.speed == 2.0


async def test_keys_of_a_replay_lead_where_they_say(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(80, 24)) as desk:
        await desk.press("p", "p", "p", "p")
        transcript = desk.run.query_one(Transcript)
        assert not is_shown(transcript)
        await desk.press("slash", *"bits", "enter")
        assert is_shown(transcript), "what was found is brought out"

        await desk.press("p", "p", "z")
        zoom = desk.run.query_one(ZoomView)
        assert zoom.face.name == "memory"
        await desk.press("p")
        assert (zoom.face.name, desk.run.enlarged) == ("pressure", True)
        await desk.press("p", "p", "p")
        assert (zoom.face.name, desk.run.enlarged) == ("speed", True)
        await desk.press("slash", "enter")
        assert not desk.run.enlarged
        assert is_shown(transcript)

        start = desk.playhead.start
        desk.playhead.loop = (start + 10.0, start + 20.0)
        desk.playhead.go_to(start + 12.0)
        desk.run.transport.moved()
        assert "loop" not in desk.run.flashed
        await desk.press("home")
        assert desk.playhead.loop is None
        assert desk.run.flashed == "The loop is cleared."
        await desk.settle()
        assert "22:13:" in desk.app.lines()[-2], "the time of day"


async def test_a_recording_without_text_claims_nothing_of_what_was_said(tmp_path: Path) -> None:
    said = [without_text(event) for event in scenes.scene()]
    async with replaying(tmp_path, said=said) as desk:
        for keys in (("slash", *"model"), ("y",)):
            await desk.press(*keys)
            nothing = desk.screen.query_one("#nothing", Static)
            assert str(nothing.content) == "this recording has no text"
            await desk.press("escape")
    async with replaying(tmp_path) as desk:
        await desk.press("slash", *"nowhere")
        assert isinstance(desk.screen, FindDialog)
        assert str(desk.screen.query_one("#nothing", Static).content) == "no match for 'nowhere'"


async def test_what_there_is_no_room_for_is_told_whole_once(tmp_path: Path) -> None:
    long = "The engine stopped: killed by signal 9, perhaps for want of memory; use a smaller model"
    text = events.Error(t=scenes.IDLE_MOMENT - 1.0, text=f"{long} or close others.")
    scene = scenes.scene()
    place = next(i for i, event in enumerate(scene) if event.t > text.t and i)
    said: list[AnyEvent] = [*scene[:place], text, *scene[place:]]
    async with replaying(tmp_path, said=said, size=(80, 24), notices=True) as desk:
        status = desk.run.query_one(StatusLine)
        await desk.until(lambda: desk.run.query("Toast"), "the whole of it")
        shown = desk.region_text(status).strip()
        assert shown.endswith("…")
        assert text.text.startswith(f"{shown[:-1]} "), "cut between words"
        assert status.sentence == text.text
        for _ in range(3):
            desk.run.frame()
        await desk.settle()
        assert len(desk.run.query("Toast")) == 1
        desk.app.post_message(OpenRecording(tmp_path / "scene.jsonl", at=scenes.LOAD))
        await desk.until(lambda: len(desk.app.screen_stack) == 3, "another recording")
        await desk.until(lambda: not desk.run.query("Toast"), "no toast of the one below")


async def test_a_run_that_broke_off_is_offered_until_it_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLXTOP_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "recordings").mkdir()
    broken = scenes.write(tmp_path / "recordings" / "broken.jsonl", scenes.scene()[:-1])

    async with living(tmp_path, record=False, notices=True) as desk:
        live = live_of(desk)
        await desk.until(lambda: live.broken_run, "the run that broke off")
        await desk.until(lambda: desk.run.query("Toast"), "a toast")
        await desk.press("f3")
        await desk.settle()
        assert desk.screen is not desk.run
        assert all(not toast.region.area for toast in desk.screen.query("Toast").results(Static))
        await desk.press("escape", "shift+f6")
        await desk.until(lambda: desk.run is not live, "its end")
        await desk.until(lambda: "without a reply in progress" in "".join(desk.app.lines()), "why")

    assert settings.recall(SEEN) == str(broken)
    async with living(tmp_path, record=False) as desk:
        await desk.app.workers.wait_for_complete()
        await desk.settle()
        assert live_of(desk).broken_run is None


@pytest.mark.parametrize(
    ("key", "unit"), [("right", "cell"), ("right_square_bracket", "reading"), ("k", "10 s")]
)
async def test_every_press_of_a_burst_counts(tmp_path: Path, key: str, unit: str) -> None:
    async with replaying(tmp_path, t=None) as desk:
        desk.playhead.go_start()
        desk.playhead.playing = False
        desk.run.transport.moved()
        await desk.press(key)
        await desk.settle()
        one = desk.playhead.time()
        assert one > desk.playhead.start, unit
        for _ in range(2):
            await desk.press(key)
            await desk.settle()
        three = desk.playhead.time()
        desk.playhead.go_start()
        desk.run.transport.moved()
        for _ in range(3):
            desk.app.post_message(Key(key, None))
        await desk.settle()
        assert desk.playhead.time() == pytest.approx(three)
        assert three > one
