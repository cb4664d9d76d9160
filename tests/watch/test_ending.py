"""A process is ended if it is still the one that was listed; never mlxtop itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from mlxtop.watch.ending import end, refusal
from mlxtop.watch.processes import ProcessInfo

# It says when it is ready: before that a signal would find Python still starting.
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
)


@pytest.fixture
def program() -> Iterator["subprocess.Popen[str]"]:
    made = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert made.stdout is not None
    made.stdout.readline()
    yield made
    made.kill()
    made.communicate()


def info(pid: int, started: float | None = None) -> ProcessInfo:
    began = psutil.Process(pid).create_time() if started is None else started
    return ProcessInfo(pid, "server", started=began, user="ada")


def test_sigterm_is_first_and_sigkill_ends_what_ignores_it(
    program: "subprocess.Popen[str]",
) -> None:
    process = info(program.pid)
    assert end(process, kill=False) == f"SIGTERM sent to PID {program.pid} server."
    assert program.poll() is None
    assert end(process, kill=True) == f"SIGKILL sent to PID {program.pid} server."
    assert program.wait(60) == -signal.SIGKILL
    assert end(process, kill=True) == f"PID {program.pid} server has ended already."


def test_another_process_that_got_the_number_is_left_alone(
    program: "subprocess.Popen[str]",
) -> None:
    assert "has ended already" in end(info(program.pid, started=1.0), kill=True)
    assert program.poll() is None


def test_mlxtop_and_the_first_process_are_refused() -> None:
    assert "mlxtop itself" in refusal(info(os.getpid())) == end(info(os.getpid()), kill=True)
    assert "belongs to the system" in end(ProcessInfo(1, "init"), kill=True)


@pytest.mark.parametrize("error", [psutil.AccessDenied(7), PermissionError(1, "no")])
def test_a_process_of_somebody_else_is_a_sentence(
    error: Exception, program: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: psutil.Process) -> None:
        raise error

    monkeypatch.setattr(psutil.Process, "terminate", refuse)
    sentence = end(info(program.pid), kill=False)
    assert sentence == f"You may not end PID {program.pid} server. It belongs to ada."
