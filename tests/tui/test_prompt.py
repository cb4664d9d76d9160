"""The prompt: sending, new lines, growing, history, pastes, and keys left to the app."""

import os
import stat
from pathlib import Path
from typing import ClassVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mlxtop.tui.chat.history import LONGEST_ENTRY, MOST_ENTRIES, PromptHistory
from mlxtop.tui.chat.prompt import MOST_LINES, PLACEHOLDERS, Prompt
from mlxtop.tui.themes import variable_defaults


class PromptApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"note('{key}')")
        for key in ("f6", "f7", "ctrl+y", "ctrl+z", "ctrl+s", "escape", "ctrl+g", "ctrl+o")
    ]

    def __init__(self, history: PromptHistory | None = None) -> None:
        super().__init__()
        self.prompt = Prompt(self.take, history=history)
        self.sent: list[str] = []
        self.takes = True
        self.noted: list[str] = []
        self.pages: list[int] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield self.prompt

    def on_mount(self) -> None:
        self.prompt.focus()

    def action_note(self, key: str) -> None:
        self.noted.append(key)

    def take(self, text: str) -> None:
        if self.takes:
            self.sent.append(text)
            self.prompt.accept()

    def on_prompt_page(self, event: Prompt.Page) -> None:
        self.pages.append(event.pages)


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (90, PLACEHOLDERS[0]),
        (67, PLACEHOLDERS[0]),
        (60, "Message…  Enter sends, Ctrl+J starts a new line"),
        (45, "Message…  Enter sends, Ctrl+J: new line"),
        (26, "Message…  Enter sends"),
        (14, "Message…"),
    ],
)
async def test_an_empty_prompt_says_as_much_as_fits(width: int, words: str) -> None:
    app = PromptApp()
    async with app.run_test(size=(90, 10)) as pilot:
        await pilot.resize_terminal(width, 10)
        await pilot.pause()
        line = app.prompt.render_line(0).text
        assert line.strip() == words
        assert app.prompt.render_line(1).text.strip() == "", "on one line"


async def test_enter_sends_and_an_empty_prompt_does_not() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press("enter", "space", "enter")
        assert app.sent == []
        await pilot.press(*"hi", "enter")
        await pilot.pause()
        assert app.sent == [" hi"]
        assert app.prompt.text == ""


async def test_keys_typed_ahead_of_the_answer_begin_the_next_prompt() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        for key in (*"hello", "enter", *"world"):
            app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await pilot.pause()
        assert (app.sent, app.prompt.text) == (["hello"], "world")
        assert app.prompt.sent.entries == ["hello"], "what was sent, and no more"
        app.takes = False
        for key in ("enter", *"more"):
            app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await pilot.pause()
        assert (app.sent, app.prompt.text) == (["hello"], "worldmore"), "a refused text stays"


@pytest.mark.parametrize("key", ["shift+enter", "ctrl+j"])
async def test_new_lines(key: str) -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press("a", key, "b", "enter")
        await pilot.pause()
        assert app.sent == ["a\nb"]


async def test_it_grows_and_then_scrolls() -> None:
    app = PromptApp()
    async with app.run_test(size=(40, 30)) as pilot:
        await pilot.pause()
        assert app.prompt.content_size.height == 1
        for lines in (2, 5, 8, 20):
            app.prompt.text = "\n".join("x" * lines)
            await pilot.pause()
            assert app.prompt.content_size.height == min(lines, MOST_LINES)


async def test_up_and_down_walk_the_history_and_come_back_to_the_draft() -> None:
    history = PromptHistory(None)
    for text in ("first", "second\nof two lines", "third"):
        history.add(text)
    app = PromptApp(history)
    async with app.run_test() as pilot:
        await pilot.press(*"draft")
        seen = []
        for key in ("up", "up", "up", "up", "down", "down", "down", "down", "down"):
            await pilot.press(key)
            seen.append(app.prompt.text.split("\n")[0])
        assert seen[:4] == ["third", "second", "first", "first"]
        assert seen[-1] == "draft"
        assert "third" in seen[4:]


async def test_up_moves_within_several_lines_first() -> None:
    history = PromptHistory(None)
    history.add("before")
    app = PromptApp(history)
    async with app.run_test() as pilot:
        await pilot.press("a", "ctrl+j", "b", "up")
        assert app.prompt.text == "a\nb"
        await pilot.press("up")
        assert app.prompt.text == "before"
        await pilot.press("down")
        assert app.prompt.text == "a\nb"


async def test_a_paste_keeps_newlines_and_loses_control_characters() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        app.prompt.post_message(events.Paste("one\r\ntwo\r\x1b[31mthree\x00\u202e\ttab\x9b"))
        await pilot.pause()
        assert app.prompt.text == "one\ntwo\n[31mthree\ttab"
        assert app.sent == []


async def test_what_was_sent_before_comes_without_control_characters() -> None:
    history = PromptHistory(None)
    history.add("\x1b[31mbefore\u202e")
    history.add("after")
    app = PromptApp(history)
    async with app.run_test() as pilot:
        await pilot.press("up", "up")
        assert app.prompt.text == "[31mbefore"


async def test_keys_of_the_app_reach_the_app() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press(*"word", "f6", "f7", "ctrl+z", "ctrl+y", "ctrl+s", "escape", "ctrl+g")
        assert app.noted == ["f6", "f7", "ctrl+z", "ctrl+y", "ctrl+s", "escape", "ctrl+g"]
        assert app.prompt.text == "word"
        assert app.prompt.selected_text == ""


async def test_editing_keys_stay() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press(*"one two", "ctrl+w")
        assert app.prompt.text == "one "
        await pilot.press("ctrl+a", "ctrl+d")
        assert app.prompt.text == "ne "
        await pilot.press("ctrl+f", "ctrl+k")
        assert app.prompt.text == "n"
        await pilot.press("ctrl+e", "x", "ctrl+u")
        assert app.prompt.text == ""


async def test_pages_are_left_to_the_transcript() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press("pageup", "pagedown")
        await pilot.pause()
        assert app.pages == [-1, 1]


async def test_editing_a_message_gives_the_draft_back() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press(*"draft")
        app.prompt.begin_edit(3, "what I said\x1b")
        assert (app.prompt.editing, app.prompt.text) == (True, "what I said")
        assert app.prompt.border_title == "editing message 3"
        app.prompt.leave_edit()
        assert (app.prompt.editing, app.prompt.text) == (False, "draft")


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 5), (5, 3)])
async def test_it_draws_at_any_size(size: tuple[int, int]) -> None:
    async with PromptApp().run_test(size=size) as pilot:
        await pilot.press("a", "ctrl+j", "b")
        await pilot.pause()


def test_the_history_is_kept_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history.json"
    history = PromptHistory(path)
    assert history.add("one") is None
    history.add("one")
    history.add("  ")
    history.add("two\nlines")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PromptHistory(path).entries == ["one", "two\nlines"]
    assert [file.name for file in path.parent.iterdir()] == ["history.json"]


def test_two_runs_do_not_lose_one_anothers_texts(tmp_path: Path) -> None:
    first, second = PromptHistory(tmp_path / "h"), PromptHistory(tmp_path / "h")
    first.add("of the first")
    second.add("of the second")
    assert PromptHistory(tmp_path / "h").entries == ["of the first", "of the second"]


def test_a_send_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "h"
    history = PromptHistory(path)
    for n in range(50):
        before, inode = path.stat().st_size if n else 0, path.stat().st_ino if n else 0
        assert history.add(f"text {n}") is None
        assert path.stat().st_size - before == len(f'"text {n}"\n')
        assert path.stat().st_ino == inode or not n, "added to, not written anew"


def test_the_history_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "h"
    path.write_text("".join(f'"{n}"\n' for n in range(2 * MOST_ENTRIES)))
    history = PromptHistory(path)
    assert history.entries == [str(n) for n in range(MOST_ENTRIES, 2 * MOST_ENTRIES)]
    history.add("last")
    history.add("x" * (LONGEST_ENTRY + 1))
    assert len(history.entries) == MOST_ENTRIES
    kept = PromptHistory(path)
    assert (len(kept.entries), kept.entries[-1], kept.problem) == (MOST_ENTRIES, "last", None)
    assert path.read_bytes().count(b"\n") == MOST_ENTRIES, "written anew when it was read"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_list_as_it_was_kept_before_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "h"
    path.write_text('["one","two\\nlines"]')
    history = PromptHistory(path)
    assert (history.entries, history.problem) == (["one", "two\nlines"], None)
    history.add("three")
    assert PromptHistory(path).entries == ["one", "two\nlines", "three"]


def test_a_line_that_was_torn_costs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "h"
    path.write_text('"one"\n"tw')
    history = PromptHistory(path)
    assert (history.entries, history.problem) == (["one"], None)
    history.add("three")
    assert PromptHistory(path).entries == ["one", "three"]


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    history = PromptHistory(None)
    history.add("secret")
    assert history.earlier("") == "secret"
    assert list(tmp_path.iterdir()) == []


def test_a_send_after_a_torn_line_begins_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "h"
    history = PromptHistory(path)
    history.add("one")
    with path.open("ab") as file:
        file.write(b'"of another mlxtop that was killed')
    history.add("two")
    assert PromptHistory(path).entries == ["one", "two"]


def test_a_pipe_in_the_place_of_the_history_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "h")
    history = PromptHistory(tmp_path / "h")
    assert (history.entries, "it is not a regular file" in str(history.problem)) == ([], True)
    assert "it is not a regular file" in str(history.add("text"))


@pytest.mark.parametrize(
    "content", [b"{}", b"[1]", b"\xff\xfe", b'["a"', b'"\\ud800"', b"1", b"[" * 100_000]
)
def test_a_broken_line_is_said_and_the_rest_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "h"
    path.write_bytes(b'"old"\n' + content + b"\n")
    history = PromptHistory(path)
    assert history.problem is not None
    assert str(path) in history.problem
    assert history.add("new") is None
    again = PromptHistory(path)
    assert (again.entries, again.problem) == (["old", "new"], None)


def test_a_history_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problem = PromptHistory(tmp_path / "file" / "h").add("text")
    assert problem is not None
    assert "cannot be written" in problem
