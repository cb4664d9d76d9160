"""A stop that the engine does not answer: said, and ended by another one."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mlxtop import clock, events
from mlxtop.sources import pending_stop
from mlxtop.sources.live import Live, open_live
from mlxtop.sources.options import LiveOptions, ModelSpec
from tests.engine.models import END, TEMPLATE, said, write_script

PATIENCE_SECONDS = 60.0
_LOOPS = "".join("{% for a in range(99999) %}" for _ in range(4)) + "{% endfor %}" * 4
ALWAYS = _LOOPS + TEMPLATE
HOLDS = (
    "{% if messages[-1].content | length > 20 %}"
    "{{ 7 ** (7 ** (messages | length + 8)) % 3 }}{% endif %}" + TEMPLATE
)
"""Busy in C code for what is longer, which lets no other thread run."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A run whose engine each test goes on with, in whatever state the one before left it."""
    live = open_live(LiveOptions(recordings=tmp_path_factory.mktemp("run"), record=False))
    live.start()
    yield live
    live.close()


@pytest.fixture
def live(run: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """That run with a conversation and words of its own, and little patience."""
    monkeypatch.setattr(pending_stop, "STOP_SECONDS", 0.2)
    wait(run, lambda: not (run.loading or run.answering))
    run.new_conversation()
    run.news.clear()
    return run


def model(path: Path, template: str = TEMPLATE) -> ModelSpec:
    return ModelSpec(str(write_script(path, [*said("Yes"), END], template=template)))


def wait(live: Live, until: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not until():
        live.poll()
        assert time.monotonic() < deadline, live.news
        time.sleep(0.01)


def wait_unresponsive(live: Live) -> None:
    """Wait until the stop is unanswered, and told."""
    wait(live, lambda: live.unresponsive and live.news)


def begin_load(live: Live, wanted: ModelSpec) -> float:
    """Begin to load a model, and wait until the engine is at it; return when that was asked."""
    asked = clock.now()
    live.load(wanted)
    wait(live, lambda: any(isinstance(e, events.LoadProgress) for e in since(live, asked)))
    return asked


def since(live: Live, t: float) -> list[events.AnyEvent]:
    """Return what was told of loading, and by notices, since time t."""
    logs = live.timeline.loading, live.timeline.notices
    return [event for log in logs for _, event in log.between(t, math.inf)]


def loaded(live: Live, wanted: ModelSpec) -> None:
    live.load(wanted)
    wait(live, lambda: not live.loading)
    assert live.model is not None, live.news


def reply(live: Live) -> str:
    wait(live, lambda: not live.answering)
    turn = live.timeline.turns[live.turn]
    assert turn.end is not None
    assert turn.end.finish_reason == "stop", turn.end
    return turn.text(math.inf).reply or ""


def test_a_turn_that_does_not_stop_is_ended_by_another_stop(live: Live, tmp_path: Path) -> None:
    loaded(live, model(tmp_path / "m", HOLDS))
    live.send("Hello")
    assert reply(live) == "Yes"
    first = live.engine.pid
    live.send("and now something longer")
    assert first is not None
    engine = psutil.Process(first)
    spent = engine.cpu_times().user
    # Where C code holds the interpreter, not even the turn's beginning is told.
    wait(live, lambda: engine.cpu_times().user - spent > 0.1)
    asked = clock.now()
    live.stop()
    wait_unresponsive(live)
    (news,) = live.news
    assert news.text.startswith("The engine has not responded to the stop for ")
    assert not news.failed
    live.stop()
    assert not live.answering
    end = live.timeline.turns[live.turn].end
    assert end is not None
    assert end.finish_reason == "cancelled"
    wait(live, lambda: live.model is not None and not live.loading)
    assert live.engine.pid not in (None, first)
    told = [event.text for event in since(live, asked) if isinstance(event, events.Notice)]
    assert any("It restarts and reloads its model" in text for text in told)
    assert [said.text for said in live.conversation.messages] == [
        "Hello",
        "Yes",
        "and now something longer",
    ]
    live.conversation.cut(2)
    live.send("Shorter")
    assert reply(live) == "Yes"
    assert not live.unresponsive


def test_a_load_that_does_not_stop_is_ended_and_not_tried_again(live: Live, tmp_path: Path) -> None:
    asked = begin_load(live, model(tmp_path / "loops", ALWAYS))
    live.stop()
    wait_unresponsive(live)
    live.stop()
    assert not live.loading
    assert live.wanted is None
    ends = [e for e in since(live, asked) if isinstance(e, events.LoadEnd)]
    assert [end.error for end in ends] == ["The engine was ended while loading the model."]
    loaded(live, model(tmp_path / "m"))
    live.send("Hello")
    assert reply(live) == "Yes"


def test_what_was_asked_next_does_not_wait_for_ever(live: Live, tmp_path: Path) -> None:
    begin_load(live, model(tmp_path / "loops", ALWAYS))
    live.stop()
    live.load(model(tmp_path / "m"))
    wait(live, lambda: live.model is not None)
    assert live.model is not None
    assert live.model.model == "m"
    live.send("Hello")
    assert reply(live) == "Yes"


def test_a_stop_that_is_answered_is_none_that_waits(live: Live, tmp_path: Path) -> None:
    loaded(live, model(tmp_path / "m"))
    pid = live.engine.pid
    for _ in range(3):
        live.send("Hello")
        live.stop()
        wait(live, lambda: not live.answering)
    deadline = time.monotonic() + 2 * pending_stop.STOP_SECONDS
    wait(live, lambda: time.monotonic() > deadline)
    live.send("Hello")
    live.poll()
    assert not live.unresponsive
    assert reply(live) == "Yes"
    assert (live.engine.pid, live.news) == (pid, [])
