"""What every engine does, the real one and the one that stands in for it in other tests."""

import fcntl
import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlxtop.engine import protocol
from mlxtop.engine.process import EngineProcess
from mlxtop.events import (
    AnyEvent,
    Breakdown,
    EngineReady,
    Error,
    LoadEnd,
    LoadStart,
    Prefill,
    Purpose,
    Sampling,
    Tokens,
    TurnEnd,
    TurnStart,
    Unload,
)
from tests.engine.driver import Driver, user
from tests.kit.engine import FakeEngine

Models = Callable[[str], Path]
KINDS = (Breakdown, EngineReady, Error, LoadEnd, LoadStart, Prefill, Tokens, TurnEnd, TurnStart)
SETTINGS = Sampling(max_tokens=4, seed=3)


class Subject:
    """An engine with what it takes to hold it up, let it go on and kill it."""

    def __init__(self, driver: Driver, demo: str, slow: str, fake: FakeEngine | None) -> None:
        self.driver = driver
        self.engine = driver.engine
        self.fake = fake
        self.demo, self.slow = demo, slow

    def said(self, start: int) -> list[AnyEvent]:
        """Return the events since place `start` that every engine tells, each run of them once."""
        told: list[AnyEvent] = []
        for event in self.driver.events[start:]:
            if isinstance(event, (*KINDS, Unload)):
                repeated = isinstance(event, Prefill | Tokens) and told
                if not (repeated and type(told[-1]) is type(event)):
                    told.append(event)
        return told

    def order(self, start: int) -> list[str]:
        return [type(event).__name__ for event in self.said(start)]

    @property
    def now(self) -> int:
        """The place of the next event."""
        return len(self.driver.events)

    def load(self, model: str) -> LoadEnd:
        return self.driver.load(model, trust_remote_code=model == self.slow)

    def chat(self, **options: Any) -> int:
        """Ask for a reply; return the turn's number."""
        turn = self.driver.next_turn()
        asked: dict[str, Any] = {"messages": [user("hello")], "index": 1, "sampling": SETTINGS}
        assert self.engine.send(protocol.Chat(turn=turn, **{**asked, **options}))
        return turn

    def chat_held(self) -> int:
        """Ask for a reply that does not end by itself, and wait for its first token."""
        if self.fake is not None:
            self.fake.waits = True
        start = self.now
        turn = self.chat(sampling=Sampling(max_tokens=4000))
        self.driver.wait(lambda e: isinstance(e, Tokens) and e.turn == turn, start)
        return turn

    def let_go(self) -> None:
        """Let what is asked from now on end by itself."""
        if self.fake is not None:
            self.fake.waits = False

    def end(self, turn: int) -> TurnEnd:
        return self.driver.reply(turn).end

    def begin_load(self) -> None:
        """Ask for a load that the engine is kept from finishing."""
        if self.fake is not None:
            self.fake.waits = True
        else:
            self._signal(signal.SIGSTOP)
        assert self.engine.send(protocol.Load(model=self.demo))

    def go_on(self) -> None:
        """Let a held engine go on, once it has everything that was asked in its pipe."""
        if self.fake is None:
            asked = len(protocol.encode(protocol.Load(model=self.demo)))
            asked += len(protocol.encode(protocol.Cancel()))
            # A while at most: it may have read a part before it was held.
            deadline = time.monotonic() + 2
            while self._unread_bytes() < asked and time.monotonic() < deadline:
                time.sleep(0.005)
            self._signal(signal.SIGCONT)

    def _unread_bytes(self) -> int:
        assert isinstance(self.engine, EngineProcess)
        run = self.engine._run
        assert run is not None
        assert run._process.stdin is not None
        unread = bytearray(4)
        fcntl.ioctl(run._process.stdin.fileno(), termios.FIONREAD, unread)
        return int.from_bytes(unread, sys.byteorder)

    def kill(self) -> None:
        if self.fake is not None:
            self.fake.die()
        else:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        assert self.engine.pid is not None
        os.kill(self.engine.pid, number)


def faked() -> Subject:
    driver = Driver(make=FakeEngine)
    engine = driver.engine
    assert isinstance(engine, FakeEngine)
    engine.missing = {"/none/at-all"}
    engine.start()
    return Subject(driver, "made/up", "made/slow", engine)


@pytest.fixture(params=["fake", "real"])
def subject(request: pytest.FixtureRequest, model: Models, demo: Path) -> Iterator[Subject]:
    """An engine with nothing loaded: the fake one, or the session's real one."""
    if request.param == "fake":
        yield faked()
        return
    driver: Driver = request.getfixturevalue("engine")
    driver.process.start()
    start = len(driver.events)
    driver.process.send(protocol.Unload())
    turn = driver.ask("hello")  # an error, after which what came before is over
    driver.wait(lambda e: isinstance(e, TurnEnd) and e.turn == turn, start)
    yield Subject(driver, str(demo), str(model("slow")), None)


@pytest.fixture(params=["fake", "real"])
def mortal(request: pytest.FixtureRequest, model: Models, demo: Path) -> Iterator[Subject]:
    """An engine that the test may end."""
    if request.param == "fake":
        yield faked()
        return
    driver: Driver = request.getfixturevalue("own_engine")
    yield Subject(driver, str(demo), str(model("slow")), None)


def test_ready_comes_first_and_names_the_process(mortal: Subject) -> None:
    ready = mortal.driver.wait_for(EngineReady)
    assert mortal.order(0) == ["EngineReady"]
    assert mortal.engine.alive
    assert mortal.engine.pid == ready.pid
    assert mortal.engine.start(), "one runs"
    assert mortal.engine.send(protocol.Unload())
    assert mortal.end(mortal.chat()).finish_reason == "error"
    assert mortal.order(0).count("EngineReady") == 1


def test_a_load_begins_and_ends(subject: Subject) -> None:
    start = subject.now
    end = subject.load(subject.demo)
    assert subject.order(start) == ["LoadStart", "LoadEnd"]
    begin = subject.said(start)[0]
    assert isinstance(begin, LoadStart)
    assert begin.model == end.model == Path(subject.demo).name
    assert begin.weights_bytes
    assert (end.path, end.error) == (subject.demo, "")


def test_another_load_lets_go_of_the_first_model_also_where_it_fails(subject: Subject) -> None:
    name = subject.load(subject.demo).model
    start = subject.now
    end = subject.load("/none/at-all")
    assert subject.order(start) == ["Unload", "LoadStart", "LoadEnd"]
    gone = subject.said(start)[0]
    assert isinstance(gone, Unload)
    assert gone.model == name
    assert end.error
    assert "No model is loaded" in subject.end(subject.chat()).error


def test_an_unload_is_told_where_there_was_a_model(subject: Subject) -> None:
    name = subject.load(subject.demo).model
    start = subject.now
    for _ in range(2):
        assert subject.engine.send(protocol.Unload())
    end = subject.end(subject.chat())
    gone, *_ = subject.said(start)
    assert isinstance(gone, Unload)
    assert gone.model == name
    assert subject.order(start) == ["Unload", "TurnStart", "TurnEnd"]
    assert (end.finish_reason, end.generation_tokens, end.prompt_tokens) == ("error", 0, 0)


def tokens(subject: Subject, turn: int) -> int:
    return len(subject.driver.reply(turn).times)


def test_a_turn_begins_prefills_writes_and_ends(subject: Subject) -> None:
    subject.load(subject.demo)
    start = subject.now
    purpose = Purpose(benchmark=1, what="trial", point=0, number=1)
    turn = subject.chat(index=5, purpose=purpose, sampling=Sampling(max_tokens=4000))
    end = subject.end(turn)
    assert subject.order(start) == ["TurnStart", "Prefill", "Tokens", "TurnEnd"]
    begin = subject.said(start)[0]
    assert isinstance(begin, TurnStart)
    assert (begin.turn, begin.index, begin.purpose) == (turn, 5, purpose)
    assert begin.sampling == Sampling(max_tokens=4000)
    steps = subject.driver.reply(turn).of(Prefill)
    done = [step.done_tokens for step in steps]
    assert (done, done[-1]) == (sorted(done), end.prompt_tokens)
    assert {step.total_tokens for step in steps} == {end.prompt_tokens}
    assert (end.finish_reason, end.error, end.cancel_seconds) == ("stop", "", None)
    assert end.generation_tokens == tokens(subject, turn) > 1
    assert subject.driver.reply(turn).text()


def test_a_reply_ends_at_its_length(subject: Subject) -> None:
    subject.load(subject.demo)
    turn = subject.chat(sampling=Sampling(max_tokens=3))
    assert subject.end(turn).finish_reason == "length"
    assert subject.end(turn).generation_tokens == tokens(subject, turn) == 3


def test_turns_follow_each_other(subject: Subject) -> None:
    subject.load(subject.demo)
    start = subject.now
    turns = [subject.chat() for _ in range(2)]
    subject.end(turns[-1])
    each = ["TurnStart", "Prefill", "Tokens", "TurnEnd"]
    assert subject.order(start) == [*each, *each]


@pytest.mark.parametrize("batch", [1, 3])
def test_a_trial_of_random_tokens_is_whole(subject: Subject, batch: int) -> None:
    subject.load(subject.demo)
    turn = subject.chat(messages=[], random_tokens=20, batch=batch)
    end = subject.end(turn)
    begin = subject.driver.reply(turn).of(TurnStart)[0]
    assert (begin.batch, begin.breakdown) == (batch, False)
    assert end.finish_reason == "length"
    assert end.prompt_tokens == 20 * batch
    assert end.generation_tokens == tokens(subject, turn) == 4 * batch
    batches = subject.driver.reply(turn).of(Tokens)
    assert all((told.text is None) == (batch > 1) for told in batches)


def test_a_breakdown_comes_before_the_end(subject: Subject) -> None:
    subject.load(subject.demo)
    start = subject.now
    turn = subject.chat(messages=[], random_tokens=20, breakdown=True)
    subject.end(turn)
    assert subject.order(start) == ["TurnStart", "Prefill", "Tokens", "Breakdown", "TurnEnd"]
    begin, *_, parts, _ = subject.said(start)
    assert isinstance(begin, TurnStart)
    assert begin.breakdown
    assert isinstance(parts, Breakdown)
    assert parts.steps == 4
    assert {"prefill", "overhead"} <= parts.parts.keys()


def test_a_cancel_ends_what_goes_on_and_what_waits(subject: Subject) -> None:
    subject.load(subject.slow)
    running = subject.chat_held()
    waiting = subject.chat()
    start = subject.now
    assert subject.engine.send(protocol.Cancel())
    subject.let_go()
    later = subject.chat()
    assert subject.end(later).finish_reason == "length"
    for turn in (running, waiting):
        assert subject.end(turn).finish_reason == "cancelled"
        assert subject.end(turn).cancel_seconds is not None or turn == waiting
        assert subject.end(turn).generation_tokens == tokens(subject, turn)
    assert tokens(subject, running) > 0
    assert tokens(subject, waiting) == 0
    ends = [e.turn for e in subject.said(start) if isinstance(e, TurnEnd)]
    assert ends == [running, waiting, later]


def test_a_cancel_with_nothing_to_end_does_nothing(subject: Subject) -> None:
    subject.load(subject.demo)
    start = subject.now
    assert subject.engine.send(protocol.Cancel())
    assert subject.end(subject.chat()).finish_reason == "length"
    assert subject.order(start) == ["TurnStart", "Prefill", "Tokens", "TurnEnd"]


def test_a_load_is_cancelled(subject: Subject) -> None:
    start = subject.now
    subject.begin_load()
    assert subject.engine.send(protocol.Cancel())
    subject.go_on()
    subject.let_go()
    end = subject.driver.wait_for(LoadEnd, start)
    assert subject.order(start) == ["LoadStart", "LoadEnd"]
    assert end.error == f"Loading {Path(subject.demo).name} was cancelled."
    assert "No model is loaded" in subject.end(subject.chat()).error


def test_a_death_ends_the_open_turns_and_is_told_once(mortal: Subject) -> None:
    mortal.load(mortal.slow)
    running = mortal.chat_held()
    waiting = mortal.chat()
    start = mortal.now
    mortal.kill()
    died = mortal.driver.wait_for(Error, start)
    assert (died.origin, died.engine_stopped) == ("engine", True)
    assert "killed by signal 9" in died.text
    assert not mortal.engine.alive
    assert mortal.engine.pid is None
    assert not mortal.engine.send(protocol.Cancel())
    order = [name for name in mortal.order(start) if name != "Tokens"]
    assert order == ["TurnEnd", "TurnStart", "TurnEnd", "Error"]
    for turn in (running, waiting):
        assert mortal.end(turn).finish_reason == "engine died"
        assert mortal.end(turn).generation_tokens == tokens(mortal, turn)


def test_a_death_ends_the_load(mortal: Subject) -> None:
    mortal.driver.wait_for(EngineReady)
    start = mortal.now
    mortal.begin_load()
    mortal.kill()
    mortal.driver.wait_for(Error, start)
    assert mortal.order(start) == ["LoadStart", "LoadEnd", "Error"]
    assert mortal.driver.wait_for(LoadEnd, start).error == (
        "The engine stopped while loading the model."
    )


def test_a_restart_ends_what_is_open_and_has_no_model(mortal: Subject) -> None:
    mortal.load(mortal.slow)
    turn = mortal.chat_held()
    start = mortal.now
    assert mortal.engine.restart(grace_seconds=0.0)
    mortal.let_go()
    mortal.driver.wait_for(EngineReady, start)
    order = [name for name in mortal.order(start) if name != "Tokens"]
    assert order == ["TurnEnd", "EngineReady"]
    assert mortal.end(turn).finish_reason == "cancelled"
    assert mortal.engine.alive
    assert "No model is loaded" in mortal.end(mortal.chat()).error


def test_a_restart_after_a_death_is_a_start(mortal: Subject) -> None:
    mortal.driver.wait_for(EngineReady)
    start = mortal.now
    mortal.kill()
    mortal.driver.wait_for(Error, start)
    assert mortal.engine.restart()
    mortal.driver.wait_for(EngineReady, start)
    assert mortal.order(start) == ["Error", "EngineReady"]
    assert mortal.engine.alive


def test_a_close_ends_what_is_open_and_is_no_death(mortal: Subject) -> None:
    mortal.load(mortal.slow)
    turn = mortal.chat_held()
    start = mortal.now
    mortal.engine.close()
    assert mortal.end(turn).finish_reason == "cancelled"
    assert not mortal.engine.alive
    assert not mortal.engine.send(protocol.Unload())
    mortal.engine.close()
    assert [name for name in mortal.order(start) if name != "Tokens"] == ["TurnEnd"]


def test_a_close_ends_the_load(mortal: Subject) -> None:
    mortal.driver.wait_for(EngineReady)
    start = mortal.now
    mortal.begin_load()
    mortal.engine.close(grace_seconds=0.0)
    assert mortal.driver.wait_for(LoadEnd, start).error == (
        "The engine was ended while loading the model."
    )
    assert mortal.order(start) == ["LoadStart", "LoadEnd"]
