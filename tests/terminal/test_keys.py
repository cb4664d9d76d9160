"""Every key of a live run does what the help says, in one running terminal."""

import base64
import re
import time
from collections.abc import Callable

import pytest

from mlxtop import events
from mlxtop.actions import BY_ID
from mlxtop.tui.run.chat import JUST_SECONDS
from tests.terminal.desk import TOUR, Desk, ask, engine, figures, read, replies, slowed
from tests.terminal.terminal import Terminal

QUESTION = "What is wired memory?"


@pytest.fixture(scope="module")
def running(shared_desk: Desk) -> Terminal:
    """A terminal in which the demo model was loaded."""
    return shared_desk.chat()


@pytest.fixture
def terminal(running: Terminal) -> Terminal:
    """The running terminal with a new conversation, its prompt in focus and empty."""
    running.press("ctrl+n")
    running.wait_for("No messages yet")
    if "i prompt" in running.text:
        return_to_prompt(running)
    running.wait_for("Enter sends", "esc leave prompt")
    return running


def recorded(desk: Desk) -> list[events.AnyEvent]:
    """Return what stands in the newest recording so far."""
    return read(desk.recordings()[-1])


def wait_for_event(
    terminal: Terminal, desk: Desk, wanted: Callable[[events.AnyEvent], bool], what: str
) -> None:
    """Read until an event is in the newest recording."""
    terminal.wait_until(lambda: any(map(wanted, recorded(desk))), f"{what} in the recording")


def leave_prompt(terminal: Terminal) -> None:
    """Leave the prompt, so that plain keys act; just after an answer Esc stays there."""
    pressed = 0.0

    def has_left() -> bool:
        nonlocal pressed
        if not terminal.sees("i prompt") and time.monotonic() > pressed + 2 * JUST_SECONDS:
            terminal.press("escape")
            pressed = time.monotonic()
        return terminal.sees("i prompt")

    terminal.wait_until(has_left, "letters that are keys")


def return_to_prompt(terminal: Terminal) -> None:
    """Go back to the prompt."""
    terminal.press("i")
    terminal.wait_for("esc leave prompt")


def frozen_at(terminal: Terminal) -> int:
    """Return the second at which the view is frozen; −1 where it is not."""
    found = re.search(r"frozen at (\d+):(\d\d)", terminal.text)
    return int(found[1]) * 60 + int(found[2]) if found else -1


def test_escape_stops_an_answer_then_leaves_the_prompt_and_i_returns(terminal: Terminal) -> None:
    with slowed(engine(terminal.pid)) as hold:
        terminal.type(f"{TOUR}\r")
        terminal.wait_for("esc stop")
        hold()
        terminal.press("escape")
    terminal.wait_for("stopped by you")  # before the first token, or after it
    terminal.wait_for("esc leave prompt")
    leave_prompt(terminal)
    return_to_prompt(terminal)


def test_f2_freezes_brackets_step_and_end_returns(terminal: Terminal) -> None:
    ask(terminal, QUESTION)
    leave_prompt(terminal)
    terminal.press("f2")
    terminal.wait_for("❄ frozen at", "run continues", "end now")
    place = frozen_at(terminal)
    terminal.type("[" * 10)
    terminal.wait_until(lambda: 0 <= frozen_at(terminal) < place, "an earlier moment")
    earlier = frozen_at(terminal)
    terminal.type("]" * 10)
    terminal.wait_until(lambda: frozen_at(terminal) > earlier, "a later moment")
    terminal.press("home")
    terminal.wait_for("❄ frozen at 0:00")
    terminal.wait_until_gone(f"you {QUESTION}")
    terminal.press("end")
    terminal.wait_for("● live", f"you {QUESTION}")
    terminal.type(" ")
    terminal.wait_for("❄ frozen at")
    terminal.press("ctrl+g")
    terminal.wait_for("go to a time")
    terminal.type("0:01\r")
    terminal.wait_for("❄ frozen at 0:01")
    terminal.type(" ")
    terminal.wait_for("● live")
    return_to_prompt(terminal)


def test_f3_sets_a_mark_with_a_note(terminal: Terminal, shared_desk: Desk) -> None:
    ask(terminal, QUESTION)
    terminal.press("f3")
    terminal.wait_for("mark this moment")
    terminal.type("a peak\r")
    terminal.wait_until_gone("mark this moment")
    wait_for_event(
        terminal, shared_desk, lambda e: isinstance(e, events.Mark) and e.note == "a peak", "a mark"
    )
    terminal.press("f3")
    terminal.wait_for("mark this moment")
    terminal.press("escape")
    terminal.wait_until_gone("mark this moment")


def test_f4_turns_the_recording_off_and_on(terminal: Terminal, shared_desk: Desk) -> None:
    ask(terminal, QUESTION)
    terminal.wait_for("● REC")
    before = shared_desk.recordings()
    terminal.press("f4")
    terminal.wait_for("○ not recorded")
    terminal.wait_until(lambda: isinstance(recorded(shared_desk)[-1], events.End), "the file's end")
    ask(terminal, "What is swap?")
    assert shared_desk.recordings() == before
    terminal.press("f4")
    terminal.wait_for("● REC")
    terminal.wait_until(lambda: len(shared_desk.recordings()) == len(before) + 1, "a new file")
    messages = [e.text for e in read(before[-1]) if isinstance(e, events.Message)]
    assert QUESTION in messages
    assert "What is swap?" not in messages


def test_f7_changes_the_settings_in_place_and_escape_leaves_them(
    terminal: Terminal, shared_desk: Desk
) -> None:
    terminal.press("f7")
    terminal.wait_for("temperature", "system prompt", "Apply")
    terminal.press("escape")
    terminal.wait_until_gone("temperature")
    terminal.press("f7")
    terminal.wait_for("temperature", "Apply")
    terminal.type("0.5")
    terminal.wait_for("temperature 0.5")
    terminal.press("ctrl+s")
    terminal.wait_until_gone("temperature")
    ask(terminal, QUESTION)
    wait_for_event(
        terminal,
        shared_desk,
        lambda e: isinstance(e, events.TurnStart) and e.sampling.temperature == 0.5,
        "a turn at temperature 0.5",
    )
    terminal.press("f7")
    terminal.wait_for("temperature 0.5")
    terminal.press("ctrl+d")
    terminal.wait_for("mlx-lm's defaults")
    terminal.press("ctrl+s")
    terminal.wait_until_gone("temperature")


def test_f1_shows_help(terminal: Terminal) -> None:
    terminal.press("f1")
    terminal.wait_for("help: in a live run", "Look back")
    terminal.type("whole run")
    terminal.wait_for("What you see", "timeline")
    terminal.press("f1")
    terminal.wait_until_gone("What you see")


def test_control_r_answers_again(terminal: Terminal, shared_desk: Desk) -> None:
    ask(terminal, QUESTION)
    turns = len(replies(recorded(shared_desk)))
    terminal.press("ctrl+r")
    terminal.wait_until(lambda: len(replies(recorded(shared_desk))) > turns, "another turn")
    terminal.wait_until(lambda: figures(terminal, QUESTION) != "", "another reply")
    assert terminal.left.count(f"you {QUESTION}") == 1
    starts = [e for e in recorded(shared_desk) if isinstance(e, events.TurnStart)]
    assert starts[-1].index == starts[-2].index == 1


def test_control_o_edits_an_earlier_message_and_sends_it_again(terminal: Terminal) -> None:
    ask(terminal, QUESTION)
    ask(terminal, "What is swap?")
    terminal.type("a draft")
    terminal.press("ctrl+o")
    terminal.wait_for("edit a message and send it again")
    terminal.press("down")
    terminal.press("enter")
    terminal.wait_for("editing message 1", "esc cancel edit")
    terminal.type(" Really?\r")
    edited = f"{QUESTION} Really?"
    terminal.wait_until(lambda: figures(terminal, edited) != "", "the reply to the edited message")
    assert "you What is swap?" not in terminal.left
    # What stood in the prompt before comes back.
    terminal.wait_for("a draft")
    terminal.type("\x15")
    terminal.wait_until_gone("a draft")


def test_control_y_copies_through_the_terminal(terminal: Terminal, shared_desk: Desk) -> None:
    ask(terminal, QUESTION)
    terminal.press("ctrl+y")
    terminal.wait_for("type to filter", "you 1")
    begin = len(terminal.raw)
    terminal.press("enter")
    terminal.wait_for("to the clipboard through the terminal")
    copied = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)[\x07\x1b]", terminal.raw[begin:])
    assert copied, "no OSC 52 was sent"
    assert base64.b64decode(copied[1]).decode() == replies(recorded(shared_desk))[-1].strip()


def test_control_s_exports_into_the_current_directory(
    terminal: Terminal, shared_desk: Desk
) -> None:
    ask(terminal, QUESTION)
    terminal.press("ctrl+s")
    terminal.wait_for("Wrote the conversation to")
    (exported,) = shared_desk.work.glob("mlxtop-*.md")
    text = exported.read_text("utf-8")
    assert QUESTION in text
    assert replies(recorded(shared_desk))[-1].strip() in text


def test_control_l_unloads_and_f6_opens_again(terminal: Terminal) -> None:
    terminal.press("ctrl+l")
    terminal.wait_for("no model", "No model is loaded; F6 opens one.")
    terminal.type(f"{QUESTION}\r")
    terminal.wait_for("No model is loaded; F6 opens one. Your text is kept.")
    terminal.press("f6")
    terminal.wait_for("Filter, or type a model's id", "chat with a local model")
    terminal.wait_for("demo")
    terminal.type("demo\r")
    terminal.wait_for("parameters", QUESTION)
    terminal.wait_until(lambda: terminal.lines[0].startswith(" mlxtop  demo  1."), "the model")
    terminal.press("enter")
    terminal.wait_until(lambda: figures(terminal, QUESTION) != "", "the reply to what was kept")


def test_the_palette_finds_an_action(terminal: Terminal) -> None:
    terminal.press("ctrl+p")
    terminal.wait_for("commands", "type to filter")
    terminal.type(BY_ID["help"].help[:20])
    terminal.wait_for(BY_ID["help"].help)
    terminal.press("enter")
    terminal.wait_for("help: in a live run")
    terminal.press("escape")
    terminal.wait_until_gone("help: in a live run")


def test_a_pane_is_enlarged_and_escape_restores_it(terminal: Terminal) -> None:
    terminal.press("f8")
    terminal.wait_for("tokens per second", "esc restore")
    terminal.wait_until_gone("Enter sends")
    terminal.press("escape")
    # Who wrote, writes on.
    terminal.wait_for("swap ", "esc leave prompt")
    leave_prompt(terminal)
    terminal.type("ppz")
    terminal.wait_for("esc restore", "wired", "range Esc back")
    terminal.wait_until_gone("swap ", "tokens per second")
    terminal.press("escape")
    terminal.wait_for("swap ", "i prompt")
    return_to_prompt(terminal)


def test_f9_goes_through_the_panes_where_there_is_room_for_one(terminal: Terminal) -> None:
    terminal.resize(80, 24)
    terminal.wait_until(lambda: "swap " not in terminal.text, "the narrow screen")
    for words in ("between tokens", "compressed", "PSI", "GPU", "load"):
        terminal.press("f9")
        terminal.wait_for(words)
        terminal.wait_until_gone("Enter sends")
    terminal.press("f9")
    terminal.wait_for("Enter sends")
    terminal.resize(120, 40)
    terminal.wait_for("swap ", "between tokens", "esc leave prompt")


def background(terminal: Terminal) -> str:
    """Return the colour behind the middle of the screen."""
    return str(terminal.screen.buffer[10][5].bg)


def test_control_t_changes_the_theme_for_the_next_start_too(desk: Desk) -> None:
    terminal = desk.open(variables={"COLORTERM": "truecolor"})
    terminal.wait_for("Filter, or type a model's id")
    before = background(terminal)
    terminal.press("ctrl+t")
    terminal.wait_for("Theme:")
    terminal.wait_until(lambda: background(terminal) != before, "another background")
    after = background(terminal)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    again = desk.open(variables={"COLORTERM": "truecolor"})
    again.wait_for("Filter, or type a model's id")
    assert background(again) == after
    again.press("ctrl+q")
    assert again.wait_for_exit() == 0
