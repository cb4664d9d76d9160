"""However mlxtop ends: the terminal is as it was, and no engine stays behind."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from mlxtop import events
from tests.terminal.desk import (
    TOUR,
    Desk,
    ask,
    engine,
    engines,
    read,
    runs,
    slowed,
    wait_until_gone,
)
from tests.terminal.terminal import Terminal


@contextmanager
def answering(desk: Desk) -> Iterator[tuple[Terminal, psutil.Process]]:
    """Give a terminal in which a long answer has begun, and the engine that gives it."""
    terminal = desk.chat()
    child = engine(terminal.pid)
    with slowed(child):
        terminal.type(f"{TOUR}\r")
        terminal.wait_until(
            lambda: bool(re.search(r"generated +[1-9]\d+ tok", terminal.text)), "the first tokens"
        )
        yield terminal, child


def ends_of(desk: Desk) -> list[str]:
    """Return how the turns of the one recording ended; it was closed properly."""
    (recording,) = desk.recordings()
    recorded = read(recording)
    assert isinstance(recorded[-1], events.End)
    return [event.finish_reason for event in recorded if isinstance(event, events.TurnEnd)]


def test_quitting_in_the_middle_of_an_answer_ends_everything(desk: Desk) -> None:
    with answering(desk) as (terminal, child):
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []
    wait_until_gone([child])
    assert ends_of(desk) == ["cancelled"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_ends_it_gives_the_terminal_back(desk: Desk, number: signal.Signals) -> None:
    terminal = desk.open("demo")
    terminal.wait_for("Enter sends")
    terminal.wait_until(lambda: bool(engines(terminal.pid)), "an engine")
    child = engine(terminal.pid)
    os.kill(terminal.pid, number)
    assert terminal.wait_for_exit() == 128 + number
    assert terminal.left_on() == []
    wait_until_gone([child])


def test_a_terminal_that_is_gone_ends_it(desk: Desk) -> None:
    with answering(desk) as (terminal, child):
        app = psutil.Process(terminal.pid)
        terminal.hang_up()
        wait_until_gone([app, child])
    assert ends_of(desk) == ["cancelled"]


def assert_killed_leaves_nothing(terminal: Terminal, child: psutil.Process) -> None:
    assert runs(child)
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.wait_for_exit() == -signal.SIGKILL
    wait_until_gone([child])


def test_a_program_that_ends_between_two_looks_has_ended(desk: Desk) -> None:
    terminal = desk.open_command(["cat"])
    looks: list[bool] = []

    def condition() -> bool:
        looks.append(terminal.status is not None)
        if len(looks) == 1:
            os.kill(terminal.pid, signal.SIGKILL)
            os.waitid(os.P_PID, terminal.pid, os.WEXITED | os.WNOWAIT)
        return looks[-1]

    terminal.wait_until(condition, "its end")
    assert looks == [False, True]


def test_an_app_that_is_killed_leaves_no_engine(desk: Desk) -> None:
    terminal = desk.chat()
    assert_killed_leaves_nothing(terminal, engine(terminal.pid))


def test_an_app_that_is_killed_in_an_answer_leaves_no_engine(desk: Desk) -> None:
    with answering(desk) as (terminal, child):
        assert_killed_leaves_nothing(terminal, child)


def after_the_screen(terminal: Terminal) -> str:
    """Return what is written when the screen is gone, on one line."""
    left = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", left).split())


def test_after_a_run_it_is_said_where_it_was_recorded(desk: Desk) -> None:
    terminal = desk.chat()
    ask(terminal, "What is swap?")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    (recording,) = desk.recordings()
    said = "mlxtop: the run was recorded. Replay it: mlxtop replay "
    assert after_the_screen(terminal) == f"{said}{recording}"


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "--no-record")])
def test_where_nothing_was_recorded_nothing_is_said(desk: Desk, arguments: tuple[str, ...]) -> None:
    terminal = desk.open(*arguments)
    terminal.wait_for("What does TTFT mean?")
    if "--no-record" in arguments:
        ask(terminal, "What is swap?")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert after_the_screen(terminal) == ""


BROKEN = """
import sys
from {module} import {name}

def broken(*_):
    private = "a word nobody is to see"
    raise RuntimeError("broken on purpose")

{name}.{method} = broken
sys.argv = ["mlxtop", "demo"]
from mlxtop.cli import main
main()
"""


@pytest.mark.parametrize(
    ("module", "name", "method", "key"),
    [
        ("mlxtop.tui.run.screen", "RunScreen", "action_freeze", "f2"),
        ("mlxtop.tui.run.header", "RunHeader", "render_line", ""),
        ("mlxtop.tui.run.live", "LiveScreen", "compose_main", ""),
    ],
    ids=["a key", "drawing", "the start"],
)
def test_a_fault_in_the_app_gives_the_terminal_back_and_says_so(
    desk: Desk, module: str, name: str, method: str, key: str
) -> None:
    code = BROKEN.format(module=module, name=name, method=method)
    terminal = desk.open_command([sys.executable, "-c", code])
    if key:
        terminal.wait_for("What does TTFT mean?")
        ask(terminal, "What is swap?")
        terminal.press(key)
    assert terminal.wait_for_exit() == 1
    assert terminal.left_on() == []
    left = after_the_screen(terminal)
    assert "broken on purpose" in left
    assert "locals" not in left
    assert "a word nobody is to see" not in left
    if key:
        (recording,) = desk.recordings()
        assert left.endswith(
            "mlxtop: this is a bug in mlxtop; the recording is kept. "
            f"Replay it: mlxtop replay {recording}"
        )


@pytest.mark.parametrize("stays", [True, False])
def test_a_run_without_a_screen_outlives_its_terminal_where_it_was_asked_to(
    desk: Desk, stays: bool
) -> None:
    # Long enough to hang up in the middle of it.
    how = ["--headless", "--max-tokens", "400"] if stays else []
    terminal = desk.open("demo", "--prompt", TOUR, *how)
    terminal.wait_until(lambda: len(engines(terminal.pid)) == 1, "the engine")
    program = psutil.Process(terminal.pid)
    with slowed(engine(terminal.pid)):
        # What came first may have left the screen by now.
        terminal.wait_until(lambda: b"The tour of mlxtop" in terminal.raw, "the beginning")
        terminal.hang_up()
    wait_until_gone([program])
    assert ends_of(desk) == (["length"] if stays else ["cancelled"])


EARLY = """
import os, signal
from mlxtop.tui.app import MlxtopApp

original = MlxtopApp.{method}

def early(self, *given, **named):
    made = original(self, *given, **named)
    os.kill(os.getpid(), signal.{number})
    return made

MlxtopApp.{method} = early
import sys
sys.argv = ["mlxtop", "demo"]
from mlxtop.cli import main
main()
"""


@pytest.mark.parametrize(
    ("method", "number"),
    [("_build_driver", signal.SIGHUP), ("_show_live", signal.SIGTERM), ("notify", signal.SIGTERM)],
    ids=["before the screen", "while it is made", "later"],
)
def test_a_signal_at_the_start_ends_it_in_silence(
    desk: Desk, method: str, number: signal.Signals
) -> None:
    (desk.config / "config.toml").write_text("unknown = 1", "utf-8")
    code = EARLY.format(method=method, number=number.name)
    terminal = desk.open_command([sys.executable, "-c", code])
    assert terminal.wait_for_exit() == 128 + number
    assert terminal.left_on() == []
    assert after_the_screen(terminal) == ""
