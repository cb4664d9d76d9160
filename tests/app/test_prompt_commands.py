"""Commands, attached files and the editor in the prompt of a live run."""

import stat
from contextlib import nullcontext
from pathlib import Path

import pytest

from mlxtop import presets
from mlxtop.tui.dialogs.pick import TextDialog
from mlxtop.tui.library.screen import LibraryScreen
from tests.app.desk import Desk, is_a, living


def shown(desk: Desk) -> str:
    return "\n".join(desk.app.lines())


async def enter(desk: Desk, text: str) -> None:
    desk.prompt.focus()
    desk.prompt.text = text
    desk.prompt.move_cursor(desk.prompt.document.end)
    await desk.press("enter")


async def test_commands_change_the_chat_and_are_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLXTOP_CONFIG_DIR", str(tmp_path / "config"))
    async with living(tmp_path, notices=True) as desk:
        live = desk.live
        await enter(desk, "/system Be brief.")
        await enter(desk, "/temp 0.7")
        await enter(desk, "/set seed 5")
        assert live.conversation.system == "Be brief."
        assert (live.sampling.temperature, live.sampling.seed) == (0.7, 5)
        await enter(desk, "/save brief")
        assert presets.saved() == ["brief"]
        await enter(desk, "/save brief")
        assert desk.prompt.text == "/save brief", "nothing is overwritten"
        await enter(desk, "/system")
        await enter(desk, "/set seed none")
        assert (live.conversation.system, live.sampling.seed) == ("", None)
        await enter(desk, "/preset brief")
        assert live.conversation.system == "Be brief."
        assert (live.sampling.temperature, live.sampling.seed) == (0.7, 5)
        for wrong in (
            "/foo",
            "/temp hot",
            "/set x 1",
            "/preset none",
            "/model none/such",
            "@./gone",
        ):
            await enter(desk, wrong)
            assert desk.prompt.text == wrong, "the text is kept"
        assert desk.engine.chats() == []
        await desk.until(lambda: "There is no file ./gone" in shown(desk), "why")
        await enter(desk, "/help")
        await desk.until(lambda: is_a(desk, TextDialog), "the list")
        assert "/preset NAME" in shown(desk)
        await desk.press("escape")
        await desk.say("//tmp?")
        assert desk.engine.chats()[-1].messages[-1].text == "/tmp?"
        await enter(desk, "/clear")
        await desk.until(lambda: not live.conversation.messages, "a new conversation")
        await enter(desk, "/resume")
        await desk.until(lambda: is_a(desk, LibraryScreen), "the library")


async def test_the_list_above_the_prompt_completes(tmp_path: Path) -> None:
    (tmp_path / "alpha.py").write_text("a = 1\n")
    (tmp_path / "alpine.txt").write_text("hi\n")
    async with living(tmp_path) as desk:
        await desk.press("/", "s", "e")
        await desk.until(lambda: "/set NAME VALUE" in shown(desk), "the list")
        await desk.press("tab", "t", "down", "enter")
        assert desk.prompt.text == "/set top_p "
        await desk.press("ctrl+u", "/")
        await desk.until(lambda: "/set NAME VALUE" in shown(desk), "the list again")
        await desk.press("escape")
        await desk.until(lambda: "/set NAME VALUE" not in shown(desk), "closed")
        assert desk.prompt.has_focus
        await desk.press("ctrl+u", *"see", "space", "@", "a", "tab")
        assert desk.prompt.text == "see @alp"
        await desk.until(lambda: "alpine.txt" in shown(desk), "the files")
        await desk.press("down", "enter")
        assert desk.prompt.text == "see @alpine.txt"
        await desk.press("enter")
        await desk.until(lambda: desk.engine.chats(), "the turn")
        sent = desk.engine.chats()[-1].messages[-1].text
        assert sent == "see alpine.txt\n\nalpine.txt:\n```txt\nhi\n```"
        assert desk.texts()[0] == sent, "what is recorded is what the model saw"


async def test_the_prompt_in_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, told = tmp_path / "editor", tmp_path / "told"
    script.write_text(
        f'#!/bin/sh\nstat -c "%a" "$1" > {told}\necho "$1" >> {told}\necho more >> "$1"\n'
    )
    script.chmod(stat.S_IRWXU)
    async with living(tmp_path, notices=True) as desk:
        monkeypatch.setattr(desk.app, "suspend", nullcontext)
        monkeypatch.setenv("VISUAL", str(script))
        await desk.press(*"hello", "ctrl+x", "ctrl+e")
        await desk.until(lambda: desk.prompt.text == "hello\nmore", "the text")
        mode, name = told.read_text().split()
        assert mode == "600"
        assert not Path(name).exists(), "it is removed"
        monkeypatch.setenv("VISUAL", "false")
        await desk.press("ctrl+x", "ctrl+e")
        await desk.until(lambda: "false ended with status 1" in shown(desk), "why")
        assert desk.prompt.text == "hello\nmore"
