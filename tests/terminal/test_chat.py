"""A first chat with the built-in model, from the shell and back to it."""

import stat

from mlxtop import events
from tests.terminal.desk import Desk, ask, engine, figures, read, replies, wait_until_gone


def test_a_chat_answers_is_recorded_and_leaves_the_terminal_as_it_was(new_desk: Desk) -> None:
    terminal = new_desk.chat()
    assert {"alternate screen", "mouse", "bracketed paste", "line settings"} <= set(
        terminal.left_on()
    )

    terminal.type("What is wired memory?")
    terminal.wait_for("What is wired memory?")
    terminal.press("enter")
    # The first run ever says where prompts are kept, for some seconds.
    terminal.wait_for("Prompts and replies are recorded, readable only by you")
    terminal.wait_until(lambda: "tok/s" in figures(terminal, "wired"), "a reply with its figures")
    terminal.wait_for("you What is wired memory?", "● REC", "cached 0 tok")
    first_screen = terminal.left

    ask(terminal, "What does TTFT mean?")
    terminal.wait_until(
        lambda: terminal.sees("cached") and not terminal.sees("cached 0 tok"),
        "tokens that the second turn found in the cache",
    )

    child = engine(terminal.pid)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []
    wait_until_gone([child])

    (recording,) = new_desk.recordings()
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    recorded = read(recording)
    assert isinstance(recorded[-1], events.End)
    assert [e.cached_tokens > 0 for e in recorded if isinstance(e, events.TurnEnd)] == [False, True]
    assert " ".join(replies(recorded)[0].split()) in first_screen

    again = new_desk.chat()
    ask(again, "What is wired memory?")
    assert again.sees("● REC")
    again.press("ctrl+q")
    assert again.wait_for_exit() == 0
    assert b"readable only by" not in again.raw, "where prompts are kept is said once"
