"""Ctrl+Z to the shell, and fg back."""

import os
import shlex
import signal
import termios
import time

import psutil

from mlxtop import clock, events
from tests.terminal.desk import (
    MLXTOP,
    TOUR,
    Desk,
    ask,
    engine,
    is_busy,
    read,
    slowed,
    wait_until_gone,
)
from tests.terminal.terminal import PATIENCE_SECONDS, Terminal

COMMAND = shlex.join([*MLXTOP, "demo"])


def shell(desk: Desk) -> Terminal:
    """Return an interactive shell at its prompt."""
    terminal = desk.open_command(["sh", "-i"], variables={"PS1": "ready> ", "ENV": ""})
    terminal.wait_for("ready>")
    return terminal


def wait_until_idle(process: psutil.Process) -> None:
    """Wait until a process has nothing to compute any more.

    Time that it was given says nothing of that on a machine that is busy with others.
    """
    deadline, idle = time.monotonic() + PATIENCE_SECONDS, 0
    while idle < 30:
        assert time.monotonic() < deadline, "the engine does not come to rest"
        idle = 0 if is_busy(process) else idle + 1
        time.sleep(0.01)


def suspend(terminal: Terminal) -> None:
    """Go to the shell, and do something there."""
    terminal.press("ctrl+z")
    terminal.wait_until(lambda: terminal.modes().get(1049) is False, "the shell's screen")
    terminal.wait_for("Stopped")
    assert set(terminal.left_on()) <= {"bracketed paste"}, "the shell's own is let pass"
    terminal.type("echo in the $((20 + 22)) shell\r")
    terminal.wait_for("in the 42 shell")


def come_back(terminal: Terminal) -> None:
    """Go on with the app, which draws everything again."""
    terminal.type("fg\r")
    terminal.wait_until(lambda: terminal.modes().get(1049) is True, "the app's screen")
    terminal.wait_for("mlxtop", "f1 help", "speed", "memory", "CPU")


def leave(terminal: Terminal) -> None:
    """Quit the app and then the shell."""
    terminal.press("ctrl+q")
    terminal.wait_until(lambda: terminal.modes().get(1049) is False, "the shell's screen")
    terminal.type("echo $? again\r")
    terminal.wait_for("0 again")
    terminal.type("exit\r")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []


def test_suspended_in_an_answer_it_comes_back_with_every_token(desk: Desk) -> None:
    terminal = shell(desk)
    terminal.type(f"{COMMAND}\r")
    terminal.wait_for("What does TTFT mean?")
    child = engine(terminal.pid)
    with slowed(child) as hold:
        terminal.type(f"{TOUR}\r")
        terminal.wait_for("● REC", "esc stop")
        hold()
        suspend(terminal)
    # The engine answers on, as nothing stands in its way.
    wait_until_idle(child)
    back = clock.now()
    come_back(terminal)
    terminal.wait_for("esc leave prompt")
    ask(terminal, "What is swap?")
    leave(terminal)
    wait_until_gone([child])

    (recording,) = desk.recordings()
    recorded = read(recording)
    end = next(event for event in recorded if isinstance(event, events.TurnEnd))
    times = [t for e in recorded if isinstance(e, events.Tokens) and e.turn == 1 for t in e.times]
    assert end.finish_reason == "stop"
    assert len(times) == end.generation_tokens
    assert max(times) < back, "the stopped app delayed a token"


def test_suspended_below_make_it_comes_back(desk: Desk) -> None:
    (desk.work / "Makefile").write_text(f"run:\n\t@{COMMAND}; true\n", "utf-8")
    terminal = shell(desk)
    terminal.type("make run\r")
    terminal.wait_for("Enter sends", "f1 help")
    for word in ("alpha", "beta"):
        suspend(terminal)
        come_back(terminal)
        terminal.type(word)
        terminal.wait_for(word)
    leave(terminal)


def taken(terminal: Terminal) -> int:
    """Return how often the app has taken the terminal for itself."""
    return terminal.raw.count(b"\x1b[?1049h")


def test_without_a_shell_it_goes_on_whatever_stops_it(desk: Desk) -> None:
    terminal = desk.open("demo")
    terminal.wait_for("Enter sends")
    # Nobody could bring it back: there is no shell to type `fg` into.
    terminal.press("ctrl+z")
    terminal.wait_for("There is no shell to return to.")
    terminal.type("alpha")
    terminal.wait_for("alpha")
    assert taken(terminal) == 1

    app = psutil.Process(terminal.pid)
    os.kill(terminal.pid, signal.SIGSTOP)
    terminal.wait_until(lambda: app.status() == psutil.STATUS_STOPPED, "the stop")
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.wait_until(lambda: taken(terminal) == 2, "the app's screen again")
    terminal.type(" beta")
    terminal.wait_for("alpha beta")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []


def test_keys_after_many_stops_are_not_lost(desk: Desk) -> None:
    terminal = desk.open("demo")
    terminal.wait_for("Enter sends")
    for number in (signal.SIGTSTP, signal.SIGCONT) * 4:
        os.kill(terminal.pid, number)
        for _ in range(15):
            terminal.pump(0.01)
            # Else it is Ctrl+Q that is lost: a line that is not raw takes it for its own.
            assert not terminal.settings()[0] & termios.IXON, "the line stays the app's"
    for _ in range(20):
        os.kill(terminal.pid, signal.SIGCONT)
    for letter in "abcdef":
        # Typed while the terminal is taken again and again.
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.type(letter)
        terminal.pump(0.05)
    terminal.wait_for("abcdef")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []
