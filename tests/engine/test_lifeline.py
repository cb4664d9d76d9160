"""What becomes of the engine when the app is killed, whatever the engine is at."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from mlxtop.child_process import environment

APP = """
import os, signal, sys, threading, time
from mlxtop.engine.process import EngineProcess
from mlxtop.events import EngineReady

ready = threading.Event()
engine = EngineProcess(lambda event: ready.set() if isinstance(event, EngineReady) else None)
# As a worker of the screen might: the thread that asks for it ends.
asking = threading.Thread(target=engine.start)
asking.start()
asking.join()
ready.wait(60)
print(engine.pid, flush=True)
time.sleep(600)
"""

PARENT = """
import subprocess, sys, time
from mlxtop.lifeline import Lifeline

line = Lifeline()
child = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1], *line.arguments], pass_fds=line.descriptors
)
line.handed_over()
time.sleep(600)
"""
CHILD = """
import os, signal, sys
from mlxtop import lifeline

lifeline._killed_with = lambda parent: False  # as where the kernel cannot do it
lifeline.hold(sys.argv[1:])
print(os.getpid(), flush=True)
signal.pause()
"""


class Parent:
    """A parent in a process of its own, and the child it told of."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", *arguments],
            stdout=subprocess.PIPE,
            env=environment(),
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.child = psutil.Process(int(self.process.stdout.readline()))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def app() -> Iterator[Parent]:
    parent = Parent(APP)
    yield parent
    _end(parent)


@pytest.fixture
def watched() -> Iterator[Parent]:
    parent = Parent(PARENT, CHILD)
    yield parent
    _end(parent)


def _end(parent: Parent) -> None:
    parent.kill()
    for process in (parent.child,):
        if process.is_running():
            process.kill()


def gone(process: psutil.Process) -> bool:
    """Whether a process ends, or has ended and waits for somebody to ask how."""
    try:
        process.wait(20)
    except psutil.TimeoutExpired:
        return process.status() == psutil.STATUS_ZOMBIE
    return True


def test_an_engine_that_runs_no_python_is_gone_with_a_killed_app(app: Parent) -> None:
    assert app.child.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    os.kill(app.child.pid, signal.SIGSTOP)  # no thread of its own sees the end of its pipe
    app.kill()
    assert gone(app.child)


def test_a_watching_process_ends_a_child_with_its_parent(watched: Parent) -> None:
    (watcher,) = watched.child.children()
    os.kill(watched.child.pid, signal.SIGSTOP)
    watched.kill()
    assert gone(watched.child)
    assert gone(watcher)


def test_a_watching_process_leaves_with_the_child(watched: Parent) -> None:
    (watcher,) = watched.child.children()
    watched.child.kill()
    assert gone(watcher)
    assert watched.process.poll() is None


def test_a_watching_process_holds_no_pipe_of_the_child_open(watched: Parent) -> None:
    assert watched.process.stdout is not None
    watched.child.kill()
    watched.kill()
    assert watched.process.stdout.read() == b""
