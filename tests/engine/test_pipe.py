"""The child by itself, spoken to over bare pipes."""

import contextlib
import fcntl
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mlxtop import clock, events
from mlxtop.child_process import environment
from mlxtop.engine import protocol
from mlxtop.engine.child.pipes import Writer
from mlxtop.engine.run import command
from mlxtop.events import (
    AnyEvent,
    EngineReady,
    Error,
    LoadEnd,
    LoadStart,
    Notice,
    Prefill,
    Sampling,
    Tokens,
    TurnEnd,
    TurnStart,
)
from tests.engine.driver import PATIENCE_SECONDS, Driver, user
from tests.engine.models import END, said, write_script

Models = Callable[[str], Path]


SET_PIPE_SIZE: int = getattr(fcntl, "F_SETPIPE_SZ", 0)
"""Linux only."""


class Child:
    """A child process whose output is read only when a test says so."""

    def __init__(self, pipe_bytes: int | None = None) -> None:
        self.process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        assert self.process.stdin
        assert self.process.stdout
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        if pipe_bytes is not None:
            fcntl.fcntl(self.stdout, SET_PIPE_SIZE, pipe_bytes)

    def write(self, *lines: protocol.Request | bytes) -> None:
        for line in lines:
            self.stdin.write(line if isinstance(line, bytes) else protocol.encode(line))
        self.stdin.flush()

    def until(self, *kinds: type) -> list[AnyEvent]:
        """Read up to the first event of one of these kinds, or to the end."""
        told: list[AnyEvent] = []
        for line in self.stdout:
            told.append(events.decode(line))
            if isinstance(told[-1], kinds):
                break
        return told


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.process.kill()
    made.process.wait()


def _chat(text: str, turn: int = 1, **sampling: object) -> protocol.Chat:
    settings = Sampling(**sampling)  # type: ignore[arg-type]
    return protocol.Chat(turn=turn, index=1, messages=[user(text)], sampling=settings)


def test_garbage_on_stdin_is_answered_and_survived(child: Child, model: Models) -> None:
    garbage = [b"no json\n", b"\xff\xfe\x00\n", b'{"request":"dance"}\n', b"[]\n", b"\x1b[31m\n"]
    child.write(*garbage, b"\n", protocol.Load(model=str(model("qwen3"))))
    told = child.until(LoadEnd)
    errors = [event for event in told if isinstance(event, Error)]
    assert len(errors) == len(garbage)
    assert all(error.origin == "engine" and "\x1b" not in error.text for error in errors)
    end = told[-1]
    assert isinstance(end, LoadEnd)
    assert not end.error


def test_a_turn_that_cannot_be_read_is_ended(child: Child) -> None:
    nobody = b'{"request":"chat","turn":"x","index":1}\n'
    child.write(nobody, _chat("hi", turn=7, temperature=math.nan), _chat("hi", turn=8))
    told = [event for event in child.until(TurnEnd) if not isinstance(event, EngineReady)]
    assert [type(event) for event in told] == [Error, TurnStart, TurnEnd]
    end = told[-1]
    assert isinstance(end, TurnEnd)
    assert (end.turn, end.finish_reason) == (7, "error")
    assert "temperature" in end.error
    assert "No model" in str(child.until(TurnEnd)[-1])  # in order, and the next is answered


def test_a_load_that_cannot_be_read_is_ended(child: Child) -> None:
    child.write(b'{"request":"load","model":"some/model","trust_remote_code":"yes"}\n')
    end = child.until(LoadEnd)[-1]
    assert isinstance(end, LoadEnd)
    assert end.model == "some/model"
    assert "trust_remote_code" in end.error
    child.write(b'{"request":"load"}\n')
    assert "model" in str(child.until(LoadEnd)[-1])


def test_a_library_that_prints_does_not_reach_the_pipe(child: Child, copy_of: Models) -> None:
    path = copy_of("slow")
    loud = "import os, subprocess\n"
    loud += "print('loud'); os.write(1, b'louder\\n')\n"
    loud += "subprocess.run(['echo', 'x'])\n"
    (path / "slow.py").write_text(loud + (path / "slow.py").read_text("utf-8"), "utf-8")
    child.write(protocol.Load(model=str(path), trust_remote_code=True), _chat("hi", max_tokens=2))
    end = child.until(TurnEnd)[-1]  # every line was an event
    assert isinstance(end, TurnEnd)
    assert end.finish_reason == "length"


def test_stdin_closed_in_mid_prefill_ends_the_child_at_once(child: Child, model: Models) -> None:
    child.write(
        protocol.Load(model=str(model("slow")), trust_remote_code=True),
        _chat("x" * 1500, prefill_step=1),
    )
    child.until(Prefill)
    child.stdin.close()
    assert child.process.wait(30) == 0
    assert not [event for event in child.until() if isinstance(event, TurnEnd | Tokens)]


def test_stdin_closed_while_importing_ends_the_child(child: Child) -> None:
    child.stdin.close()
    assert child.process.wait(30) == 0
    assert not [event for event in child.until() if not isinstance(event, EngineReady)]


def test_quit_waits_for_what_was_said(child: Child, model: Models) -> None:
    child.write(
        protocol.Load(model=str(model("qwen3"))), _chat("hi", max_tokens=3), protocol.Quit()
    )
    told = child.until()
    assert isinstance(told[-1], TurnEnd)
    assert child.process.wait(30) == 0


@pytest.mark.skipif(not SET_PIPE_SIZE, reason="pipes here have a size of their own")
def test_an_app_that_does_not_read_delays_no_token(copy_of: Models, tmp_path: Path) -> None:
    """The pipe is full after a few dozen tokens; hundreds are made and stamped all the same."""
    path, counter = copy_of("slow"), tmp_path / "count"
    code = (path / "slow.py").read_text("utf-8")
    counting = f"open({str(counter)!r}, 'a').write('x')"
    (path / "slow.py").write_text(code.replace("time.sleep(0.02)", counting), "utf-8")
    child = Child(pipe_bytes=4096)
    with contextlib.closing(child.stdout), contextlib.closing(child.stdin):
        child.write(protocol.Load(model=str(path), trust_remote_code=True))
        child.until(LoadEnd)
        counter.write_text("")
        child.write(_chat("hello", max_tokens=500))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while counter.stat().st_size < 480:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        began_to_read = clock.now()
        told = child.until(TurnEnd)
        child.process.kill()
        child.process.wait()
    batches = [event for event in told if isinstance(event, Tokens)]
    times = [t for batch in batches for t in batch.times]
    early = [batch for batch in batches if batch.t < began_to_read]
    assert len(times) == 500
    assert times == sorted(times)
    assert sum(t < began_to_read for t in times) >= 470
    assert sum(len(events.encode(batch)) for batch in early) > 2 * 4096


def test_an_app_that_is_killed_leaves_no_engine_behind(model: Models) -> None:
    script = (
        "import sys, threading\n"
        "from mlxtop.engine import protocol\n"
        "from mlxtop.engine.process import EngineProcess\n"
        "from mlxtop.events import Prefill\n"
        "seen = threading.Event()\n"
        "engine = EngineProcess(lambda e: seen.set() if isinstance(e, Prefill) else None)\n"
        "engine.start()\n"
        "engine.send(protocol.Load(model=sys.argv[1], trust_remote_code=True))\n"
        "message = protocol.ChatMessage(role='user', text='x' * 1500)\n"
        "sampling = protocol.Sampling(prefill_step=1)\n"
        "engine.send(protocol.Chat(turn=1, index=1, messages=[message], sampling=sampling))\n"
        "seen.wait()\n"
        "print(engine.pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    app = subprocess.Popen(
        [sys.executable, "-c", script, str(model("slow"))],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert app.stdout
    engine = psutil.Process(int(app.stdout.readline()))
    assert engine.is_running()
    app.send_signal(signal.SIGKILL)
    app.wait()
    app.stdout.close()
    with contextlib.suppress(psutil.TimeoutExpired):
        engine.wait(30)
    assert not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE


def test_bytes_that_are_no_text_come_out_as_replacements(engine: Driver, tmp_path: Path) -> None:
    """ED A0 80 is how a lone surrogate would be written."""
    engine.load(write_script(tmp_path / "s", [0xED, 0xA0, 0x80, *said("ok"), END]))
    text = engine.chat("hello").text()
    assert text.endswith("ok")
    assert set(text[:-2]) == {"\ufffd"}


def test_what_a_model_says_is_told_as_it_is(engine: Driver, tmp_path: Path) -> None:
    engine.load(write_script(tmp_path / "s", [*said("\x1b[31m\u202e"), END]))
    assert engine.chat("hello").text() == "\x1b[31m\u202e"


@pytest.fixture
def written() -> Iterator[tuple[Writer, Callable[[], list[AnyEvent]]]]:
    """A writer, and a function that ends it and returns what it wrote."""
    reading, writing = os.pipe()
    writer = Writer(writing)

    def finish() -> list[AnyEvent]:
        writer.close()
        os.close(writing)
        with os.fdopen(reading, "rb", closefd=False) as lines:
            return [events.decode(line) for line in lines]

    yield writer, finish
    os.close(reading)


Written = tuple[Writer, Callable[[], list[AnyEvent]]]


def test_lone_surrogates_do_not_break_the_pipe(written: Written) -> None:
    writer, finish = written
    writer.token(1, 1.0, "a\ud800", "reply")
    (batch,) = finish()
    assert isinstance(batch, Tokens)
    assert batch.text == ["a\ufffd"]


def test_a_lone_surrogate_in_any_event_does_not_mute_the_engine(written: Written) -> None:
    writer, finish = written
    writer.emit(LoadStart(t=1.0, model="m", path="/mod\udce9l"))
    writer.emit(Notice(t=2.0, text="still here"))
    start, notice = finish()
    assert isinstance(start, LoadStart)
    assert start.path == "/mod\ufffdl"
    assert isinstance(notice, Notice)


def test_the_writer_keeps_the_order_and_the_channels(written: Written) -> None:
    writer, finish = written
    writer.token(1, 1.0, "a", "thinking")
    writer.token(1, 2.0, "b", "thinking")
    writer.token(1, 3.0, "c", "reply")
    writer.emit(Notice(t=3.5, text="between"))
    writer.token(1, 4.0, "d", "reply")
    writer.token(2, 5.0, "e", "reply", draft=True)
    writer.token(2, 6.0, "f", "reply", draft=False)
    told = finish()
    assert [event.t for event in told] == [2.0, 3.0, 3.5, 4.0, 6.0]
    last = told[-1]
    assert isinstance(last, Tokens)
    assert (last.text, last.draft, last.channel) == (["e", "f"], [True, False], "reply")
