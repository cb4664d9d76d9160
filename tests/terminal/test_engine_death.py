"""The engine is killed in the middle of an answer; the app and the conversation stay."""

import re
import signal
from pathlib import Path

from mlxtop import events
from tests.terminal.desk import TOUR, Desk, ask, engine, read, replies, slowed, wait_until_gone


def test_a_killed_engine_is_told_of_and_started_again_with_the_conversation(desk: Desk) -> None:
    terminal = desk.chat()
    child = engine(terminal.pid)
    with slowed(child) as hold:
        terminal.type(f"{TOUR}\r")
        terminal.wait_until(
            lambda: bool(re.search(r"generated +[1-9]\d+ tok", terminal.text)), "the first tokens"
        )
        hold()
        child.send_signal(signal.SIGKILL)
    terminal.wait_for("killed by signal 9 (SIGKILL)", "Ctrl+B restarts the engine")
    # What came before its death stays on the screen.
    (recording,) = desk.recordings()
    terminal.wait_until(lambda: bool(_last_words(recording)), "the end of the turn in the file")
    last_words = _last_words(recording)
    terminal.wait_until(lambda: last_words in _words(terminal.left), repr(last_words))
    terminal.type("a draft\r")
    terminal.wait_for("The engine is not running", "Your text is kept")
    assert terminal.sees("a draft")
    terminal.type("\x15")

    terminal.press("ctrl+b")
    terminal.wait_until(lambda: "restarts the engine" not in terminal.text, "the engine again")
    assert engine(terminal.pid).pid != child.pid
    terminal.wait_until(lambda: terminal.lines[0].startswith(" mlxtop  demo  1."), "the model")
    ask(terminal, "What is swap?")
    second = engine(terminal.pid)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    wait_until_gone([second])

    recorded = read(recording)
    ends = [event for event in recorded if isinstance(event, events.TurnEnd)]
    assert [end.finish_reason for end in ends] == ["engine died", "stop"]
    assert any(isinstance(e, events.Error) and "SIGKILL" in e.text for e in recorded)
    # The question and what there was of the answer stand in the second prompt.
    assert ends[1].prompt_tokens > ends[0].generation_tokens + ends[0].prompt_tokens > 0


def _last_words(recording: Path) -> str:
    """Return how the reply ends, as the screen shows it; empty before the turn's end is written."""
    recorded = read(recording)
    if not any(isinstance(event, events.TurnEnd) for event in recorded):
        return ""
    words = _words(replies(recorded)[0]).split()
    assert len(words) > 2
    return " ".join(words[-3:])


def _words(said: str) -> str:
    """Return a text without markup: what is not closed stands on the screen as it was said."""
    return " ".join(re.sub(r"[*#`-]", " ", said).split())
