"""Slash commands and attached files: what a typed text means, and what completes it."""

import os
from pathlib import Path

import pytest

from mlxtop.tui.chat import attach
from mlxtop.tui.chat.attach import CannotAttach, path_completions, with_files
from mlxtop.tui.chat.commands import COMMANDS, Completion, Typed, completions, typed
from mlxtop.tui.chat.editor import EditorFailed, editor_of
from mlxtop.tui.run.prompt_commands import PromptCommands


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hello", Typed(message="hello")),
        ("//tmp is full", Typed(message="/tmp is full")),
        (" /tmp is full", Typed(message="/tmp is full")),
        ("/clear", Typed(command="clear")),
        ("/system Be brief.\nAnd kind.", Typed(command="system", argument="Be brief.\nAnd kind.")),
        ("/set temperature 0.5", Typed(command="set", argument="temperature 0.5")),
    ],
)
def test_a_text_is_a_message_or_a_command(text: str, meant: Typed) -> None:
    assert typed(text) == meant


def test_a_command_that_does_not_exist_is_said() -> None:
    assert "There is no command /tmp/x" in typed("/tmp/x is full").problem
    assert "There is no command /\u2400" not in typed("/\x1b[31m").problem
    assert "\x1b" not in typed("/\x1b[31m").problem
    assert "takes nothing" in typed("/clear all").problem
    assert not typed("/clear all").command


def test_every_command_of_the_table_does_something() -> None:
    named = {name.removeprefix("command_") for name in vars(PromptCommands) if "command_" in name}
    assert named == {command.name for command in COMMANDS}


def values(name: str) -> list[tuple[str, str]]:
    return [("temperature", "0"), ("top_p", "1")] if name == "set" else []


def test_what_completes_a_command() -> None:
    def texts(before: str) -> list[str]:
        return [one.text for one in completions(before, values)]

    assert len(texts("/")) == len(COMMANDS)
    assert texts("/te") == ["/temp "]
    assert texts("/cl") == ["/clear"]
    assert texts("/set t") == ["/set temperature ", "/set top_p "]
    assert texts("/set top_p 1") == texts("//") == texts("hello") == texts("/nothing ") == []


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notes.md").write_text("one\r\n```\ntwo\n```\n")
    (tmp_path / "two words.txt").write_text("2")
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").write_text("h")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_comes_after_the_message_in_a_fence_longer_than_its_own(here: Path) -> None:
    block = "notes.md:\n````md\none\n```\ntwo\n```\n````"
    assert with_files("see @notes.md, please") == f"see notes.md, please\n\n{block}"
    assert with_files('@"two words.txt"').endswith("two words.txt:\n```txt\n2\n```")
    for text in ("a@b.c", "@property\ndef f():", "@app.route('/x')", "@alice"):
        assert with_files(text) == text
    assert with_files("@@notes.md") == "@notes.md"


def test_a_file_that_cannot_be_attached_is_said_in_a_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "binary").write_bytes(b"a\0b")
    (here / "latin").write_bytes("ä".encode("latin-1"))
    os.mkfifo(here / "pipe")
    monkeypatch.setattr(attach, "MOST_BYTES", 20)
    (here / "long").write_text("x" * 24)
    reasons = {
        "binary": "is not text",
        "latin": "is not UTF-8 text",
        "pipe": "is not a regular file",
        "sub": "is a directory",
        "long": "about 6 tokens",
        "./gone": "There is no file ./gone",
    }
    for name, reason in reasons.items():
        with pytest.raises(CannotAttach, match=reason):
            with_files(f"see @{name}")
    with pytest.raises(CannotAttach, match="more than the model's context of 3"):
        with_files("@notes.md", context_tokens=3)


def test_what_completes_a_path(here: Path) -> None:
    def found(before: str) -> list[str]:
        return [one.text for one in path_completions(before)]

    assert found("see @") == ["see @notes.md", "see @sub/", 'see @"two words.txt"']
    assert found("@n") == ["@notes.md"]
    assert found("@.") == ["@.hidden"]
    assert found(f"@{here}/su") == [f"@{here}/sub/"]
    assert found("a@n") == found("@gone/x") == []
    assert path_completions("@s") == [Completion("@sub/", "sub/", ends=False)]


def test_the_editor_is_that_of_the_environment() -> None:
    assert editor_of({"VISUAL": "code -w", "EDITOR": "vi"}) == ["code", "-w"]
    assert editor_of({"VISUAL": " ", "EDITOR": "vi"}) == ["vi"]
    with pytest.raises(EditorFailed, match="set VISUAL or EDITOR"):
        editor_of({})
    with pytest.raises(EditorFailed, match="quote"):
        editor_of({"EDITOR": "'vi"})
