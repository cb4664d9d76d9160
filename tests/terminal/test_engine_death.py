"""The engine is killed in the middle of an answer; the app and the conversation stay."""

import re
import signal

from mlxtop import events
from tests.terminal.desk import TOUR, Desk, ask, engine, read, replies, wait_until_gone


def test_a_killed_engine_is_told_of_and_started_again_with_the_conversation(desk: Desk) -> None:
    terminal = desk.chat()
    terminal.type(f"{TOUR}\r")
    terminal.wait_until(
        lambda: bool(re.search(r"generated +[1-9]\d+ tok", terminal.text)), "the first tokens"
    )
    child = engine(terminal.pid)
    child.send_signal(signal.SIGKILL)
    terminal.wait_for("killed by signal 9 (SIGKILL)", "Ctrl+B starts the engine again")
    kept = terminal.left
    terminal.type("a draft\r")
    terminal.wait_for("The engine is not running", "Your text is kept")
    assert terminal.sees("a draft")
    terminal.type("\x15")

    terminal.press("ctrl+b")
    terminal.wait_until(lambda: "starts the engine again" not in terminal.text, "the engine again")
    assert engine(terminal.pid).pid != child.pid
    terminal.wait_until(lambda: terminal.lines[0].startswith(" mlxtop  demo  1."), "the model")
    ask(terminal, "What is swap?")
    second = engine(terminal.pid)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    wait_until_gone([second])

    (recording,) = desk.recordings()
    recorded = read(recording)
    ends = [event for event in recorded if isinstance(event, events.TurnEnd)]
    assert [end.finish_reason for end in ends] == ["engine died", "stop"]
    assert any(isinstance(e, events.Error) and "SIGKILL" in e.text for e in recorded)
    # The question and what there was of the answer stand in the second prompt.
    assert ends[1].prompt_tokens > ends[0].generation_tokens + ends[0].prompt_tokens > 0
    # What came before its death stayed on the screen.
    last_words = re.sub(r"[*#`-]", " ", replies(recorded)[0]).split()[-3:]
    assert len(last_words) == 3
    assert " ".join(last_words) in kept
