"""Who writes is not taken for somebody who presses keys, and keys that do nothing say why."""

from pathlib import Path

import pytest
from textual import events

from mlxtop.tui.chat.facts import DEMO_SUGGESTIONS, SUGGESTIONS
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.question import ConfirmDialog
from mlxtop.tui.widgets.footer import KeyFooter
from tests.app.desk import Desk, is_a, living
from tests.app.test_toasts import hidden, toast


def type_at_once(desk: Desk, text: str) -> None:
    """Send letters before the first of them has acted."""
    for letter in text:
        key = {" ": "space", "?": "question_mark"}.get(letter, letter)
        desk.app.post_message(events.Key(key, letter))


async def test_after_a_click_in_the_chat_or_on_a_suggestion_letters_are_text(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as desk:
        theme = desk.app.theme
        await desk.until(lambda: desk.live.model is not None, "a model")
        await desk.until(lambda: "›" in desk.region_text(desk.run.query_one(Transcript)), "words")
        rows = desk.region_text(desk.run.query_one(Transcript)).split("\n")
        empty = len(rows) - 1
        await desk.pilot.click(Transcript, offset=(5, empty))
        await desk.press(*"ta")
        assert (desk.prompt.text, desk.app.theme) == ("ta", theme)
        desk.prompt.clear()
        # Taking one while letters are keys goes back to the prompt too.
        await desk.press("escape")
        assert not desk.prompt.has_focus
        row = next(n for n, words in enumerate(rows) if "›" in words)
        await desk.pilot.click(Transcript, offset=(5, row))
        await desk.until(lambda: len(desk.texts()) == 2, "its answer")
        assert desk.texts()[0] in (*SUGGESTIONS, *DEMO_SUGGESTIONS)
        await desk.press(*"tq")
        assert (desk.prompt.text, desk.app.theme) == ("tq", theme)


async def test_letters_that_are_no_keys_go_to_the_prompt_and_so_does_what_comes_at_once(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as desk:
        theme = desk.app.theme
        await desk.press("escape")
        assert "Press i to type" in desk.region_text(desk.prompt)
        assert "letters are keys" in desk.region_text(desk.prompt)
        type_at_once(desk, "what is that?")
        await desk.until(lambda: desk.prompt.text == "what is that?", "the words")
        assert (desk.prompt.has_focus, desk.app.theme) == (True, theme)
        assert "letters are keys" not in desk.region_text(desk.prompt)
        desk.prompt.clear()
        await desk.press("escape")
        desk.app.post_message(events.Paste("the quick brown fox\nquits"))
        await desk.until(lambda: desk.prompt.text == "the quick brown fox\nquits", "the paste")
        # A letter that is a key stays one.
        await desk.press("escape", "t")
        assert desk.app.theme != theme


async def test_q_and_a_click_on_quit_ask_while_an_answer_is_under_way(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        desk.engine.waits = True
        await desk.say("hello")
        desk.run.set_focus(None)
        await desk.press("q")
        assert is_a(desk, ConfirmDialog)
        await desk.press("n")
        for focused in (None, desk.prompt):
            desk.run.set_focus(focused)
            await desk.settle()
            footer = desk.run.query_one(KeyFooter)
            labels = [shown.label for shown in footer.shown]
            assert labels.count("quit") == 1
            at = sum(shown.width for shown in footer.shown[: labels.index("quit")]) + 2
            await desk.pilot.click(KeyFooter, offset=(at, 0))
            assert is_a(desk, ConfirmDialog)
            await desk.press("n")
        assert desk.app.is_running
        desk.run.set_focus(None)
        await desk.press("q", "y")
        await desk.until(lambda: not desk.app.is_running, "the end")


async def test_escape_just_after_the_end_of_an_answer_does_not_leave_the_prompt(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as desk:
        desk.engine.waits = True
        await desk.say("hello")
        await desk.until(lambda: "stop" in desk.app.lines()[-1], "a way to stop it")
        footer = desk.app.lines()[-1]
        stands = desk.live.now()
        desk.live.now = lambda: stands
        desk.engine.finish("stop")
        await desk.until(lambda: not desk.live.answering, "its end")
        await desk.press("escape")
        assert desk.prompt.has_focus
        await desk.until(lambda: "had just ended" in "".join(desk.app.lines()), "why")
        await desk.until(lambda: "leave prompt" in desk.app.lines()[-1], "what Esc does next")
        places = [row.index("quit") for row in (footer, desk.app.lines()[-1])]
        assert places[0] == places[1], "what was under the mouse is there still"
        await desk.press("escape")
        assert not desk.prompt.has_focus


async def test_down_in_an_empty_prompt_takes_suggestions_one_after_the_other(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as desk:
        await desk.until(lambda: desk.prompt.offers, "suggestions")
        offers = desk.prompt.offers
        seen = []
        for key in ("down", "down", "down", "down", "down", "up", "up", "up", "up", "down"):
            await desk.press(key)
            seen.append(desk.prompt.text)
        assert seen[: len(offers)] == list(offers)
        assert seen[-2:] == ["", offers[0]]
        # In fast input too: Enter comes before the arrow has passed through the app.
        await desk.press("up")
        for key in ("down", "enter"):
            desk.app.post_message(events.Key(key, None))
        await desk.until(lambda: desk.texts()[:1] == [offers[0]], "the suggestion")
        await desk.press("down")
        assert (desk.prompt.text, desk.prompt.offers) == ("", ())


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("f10",), "The engine is running; its log is available once it has stopped."),
        (("ctrl+b",), "The engine is running; there is nothing to restart."),
        (("ctrl+r",), "There are no messages yet."),
        (("shift+f6",), "There is no interrupted run to open."),
        (("escape", "e"), "There are no messages yet."),
        (("escape", "N"), "No search yet; Ctrl+F searches."),
    ],
)
async def test_a_key_that_does_nothing_says_why(
    tmp_path: Path, keys: tuple[str, ...], words: str
) -> None:
    async with living(tmp_path) as desk:
        await desk.press(*keys)
        await desk.until(lambda: words in desk.app.lines()[-5], words)


async def test_ctrl_c_says_how_to_quit_in_our_words(tmp_path: Path) -> None:
    async with living(tmp_path, notices=True) as desk:
        await desk.press("escape", "ctrl+c")
        shown = await toast(desk)
        assert "Ctrl+Q quits. Ctrl+C copies" in desk.region_text(shown)


async def test_a_toast_stands_above_a_prompt_of_many_lines(tmp_path: Path) -> None:
    async with living(tmp_path, notices=True) as desk:
        desk.run.query_one(Prompt).text = "\n".join(f"line {n}" for n in range(8))
        await desk.settle()
        desk.app.notify("word " * 30, markup=False)
        assert hidden(desk, await toast(desk)) == set()


async def test_a_message_that_is_sent_is_in_sight_wherever_the_view_was(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        desk.engine.reply = "line\n\n" * 60
        await desk.say("a long one")
        transcript = desk.run.query_one(Transcript)
        await desk.until(lambda: transcript.max_scroll_y > 0, "more than a page")
        transcript.page(-1)
        assert transcript.scroll_y < transcript.max_scroll_y
        await desk.say("another one")
        desk.run.frame()
        assert transcript.scroll_y == transcript.max_scroll_y
