"""An engine that does not answer a stop: what the screen says, and which keys end it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mlxtop.sources import pending_stop
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.run.live import LiveScreen
from tests.app.desk import Desk, living
from tests.app.test_screen import footer

SAID = "The engine is not responding: Esc or Ctrl+B restarts it"


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """An app whose engine hears no stop, in the middle of a reply."""
    monkeypatch.setattr(pending_stop, "STOP_SECONDS", 0.2)
    async with living(tmp_path, notices=True) as desk:
        await desk.say("hello")
        desk.engine.waits = desk.engine.deaf = True
        await desk.say("go on")
        await desk.press("escape")
        await desk.until(lambda: SAID in "".join(desk.app.lines()), "the sentence")
        yield desk


@pytest.mark.parametrize("key", ["escape", "ctrl+b"])
async def test_either_key_starts_it_again_with_the_conversation(desk: Desk, key: str) -> None:
    starts, engine, live = desk.engine.starts, desk.engine, desk.live
    assert {"stop", "restart_engine"} <= footer(desk)
    engine.waits = False
    await desk.press(key)
    await desk.until(lambda: engine.starts == starts + 1, "another engine")
    await desk.until(lambda: live.model is not None and not live.loading, "its model")
    assert SAID not in "".join(desk.app.lines())
    await desk.until(lambda: "restart_engine" not in footer(desk), "the keys")
    await desk.say("still there?")
    asked = [message.text for message in engine.chats()[-1].messages]
    assert asked[0] == "hello"
    assert asked[-1].endswith("still there?")


async def test_a_message_is_kept_until_it_can_be_sent(desk: Desk) -> None:
    desk.prompt.text = "what about this?"
    await desk.press("enter")
    await desk.until(lambda: "text is kept" in "".join(desk.app.lines()), "why not")
    assert desk.prompt.text == "what about this?"


async def test_another_model_is_loaded_by_another_engine(desk: Desk) -> None:
    starts = desk.engine.starts
    desk.engine.waits = False
    assert isinstance(desk.run, LiveScreen)
    desk.run.open_model(ModelSpec(model="made/other"))
    await desk.until(lambda: desk.live.model and desk.live.model.model == "other", "the other")
    assert desk.engine.starts == starts + 1
    assert not desk.live.answering
