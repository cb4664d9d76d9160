"""Whatever a model, a file or a machine says: the terminal gets no order from it."""

import re
from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.tui.chat.transcript import Transcript
from tests.app import scenes
from tests.app.desk import Desk, living, replaying

ORDERS = {
    "escape": "a\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J\x1b[?1049l\x1bc",
    "C1": "a\x9b31mred\x9d0;title\x9c\x90q\x9c\x85",
    "bell and backspace": "a\x07\x08\x08\x7f\x00\x0e\x0f\r\n\rb",
    "reordering": "abc \u202eevil\u202c \u2066isolate\u2069 \u200f",
    "separators": "one\u2028two\u2029three\ufeff\u200b",
    "surrogates": "half \ud83d of an emoji",
    "markup": "[bold red]no[/] [link=file:///etc/passwd]x[/link] [/] [@click=app.quit]quit[/]",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 é́́́́ ｗｉｄｅ 漢字",
    "right to left": "שלום עולם مرحبا بالعالم",
}
# What Textual itself writes: colours, the cursor's place, frames, the pointer's shape.
OURS = re.compile("\x1b\\[[0-9;]*m|\x1b\\[[0-9;]*H|\x1b\\[\\?2026[hl]|\x1b\\]22;[a-z-]*\x07")
UNSAFE = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def assert_harmless(desk: Desk) -> None:
    """Fail where the terminal was sent an order that is none of the app's own."""
    said = OURS.sub("", desk.app.output)
    found = UNSAFE.search(said)
    place = found.start() if found else 0
    assert found is None, f"{said[max(0, place - 20) : place + 20]!r}"
    said.encode()


async def test_what_a_model_says_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    async with living(tmp_path, size=(100, 30), notices=True) as desk:
        depth = len(desk.app.screen_stack)
        transcript = desk.run.query_one(Transcript)
        for number, text in enumerate(ORDERS.values(), 1):
            desk.engine.reply = f"{text}\n\nthe-end"
            desk.live.send(text)
            await desk.until(
                lambda: transcript.text.count("the-end") == number,  # noqa: B023
                f"reply {number}",
            )
            desk.live.mark(text)
            desk.live.emit(events.Notice(t=desk.playhead.end, text=text))
        await desk.press("ctrl+y")
        await desk.press("escape")
        await desk.press("f8", "escape")
        assert_harmless(desk)
        assert len(desk.app.screen_stack) == depth


def _with_names(name: str) -> list[AnyEvent]:
    """Return the scene as if everything in it had this name."""
    made: list[AnyEvent] = []
    for event in scenes.scene():
        match event:
            case events.Header():
                event = msgspec.structs.replace(event, host=name, chip=name, gpu=name, made=name)
            case events.LoadStart() | events.LoadEnd():
                event = msgspec.structs.replace(event, model=name)
            case events.Mark():
                event = msgspec.structs.replace(event, note=name)
            case events.Sample():
                event = msgspec.structs.replace(event, values={**event.values, f"gpu.{name}": 1.0})
            case _:
                pass
        made.append(event)
    return made


@pytest.mark.parametrize("name", ["escape", "reordering", "markup"])
async def test_names_in_a_file_are_shown_and_not_obeyed(tmp_path: Path, name: str) -> None:
    text = ORDERS[name] + ORDERS["C1"] + ORDERS["separators"] + ORDERS["emoji"]
    async with replaying(tmp_path, said=_with_names(text), size=(200, 50)) as desk:
        await desk.settle()
        # The GPU pane names figures it does not know by what they are called.
        await desk.press("p", "p", "p", "p", "z")
        await desk.press("escape")
        await desk.press("o")
        await desk.settle()
        assert_harmless(desk)


async def test_a_line_of_a_hundred_thousand_characters_is_drawn(tmp_path: Path) -> None:
    async with living(tmp_path, size=(100, 30)) as desk:
        desk.engine.reply = "x" * 100_000
        desk.live.send("y" * 100_000)
        transcript = desk.run.query_one(Transcript)
        await desk.until(lambda: "x" * 40 in transcript.text, "the reply")
        assert "x" * 40 in "".join(desk.app.lines())
        await desk.resize(40, 13)
        await desk.until(lambda: "x" * 20 in "".join(desk.app.lines()), "the reply, narrower")
        desk.live.mark("m" * 100_000)
        await desk.until(lambda: len(desk.run.timeline.marks), "the mark")
        assert_harmless(desk)


def test_the_check_sees_orders() -> None:
    for name in ("escape", "C1", "bell and backspace", "reordering", "separators"):
        assert UNSAFE.search(OURS.sub("", ORDERS[name].replace("\r", "")))
