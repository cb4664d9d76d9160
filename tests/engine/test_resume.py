"""A conversation that is resumed from its recording goes on as it would have."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.engine import protocol
from mlxtop.events import AnyEvent
from mlxtop.sources.conversation import continued
from mlxtop.sources.earlier import find_model, read_conversation
from tests.engine.driver import Driver, Reply, assistant, user
from tests.recording.desk import HEADER

SYSTEM = "Answer in one sentence."
FIRST, SECOND = "What is wired memory? " * 4, "And what is the KV cache?"


def recorded(engine: Driver, start: int, reply: Reply, path: Path) -> Path:
    """Write a run with that reply, as the recorder would."""
    t = engine.events[start].t
    said: list[AnyEvent] = [
        msgspec.structs.replace(HEADER, t=t),
        events.Conversation(t=t, id=1),
        events.Message(t=t, index=-1, role="system", text=SYSTEM),
        *(event for event in engine.events[start:] if event.t < reply.events[0].t),
        events.Message(t=reply.events[0].t, index=0, role="user", text=FIRST),
        *reply.events,
    ]
    path.write_bytes(b"".join(map(events.encode, said)))
    return path


def test_the_greedy_continuation_is_that_of_the_unbroken_conversation(
    engine: Driver, model: Callable[[str], Path], tmp_path: Path
) -> None:
    start = len(engine.events)
    engine.load(model("qwen3"))
    system = protocol.ChatMessage(role="system", text=SYSTEM)
    turn = engine.next_turn()
    asked = [system, user(FIRST)]
    chosen = events.Sampling(max_tokens=40)
    assert engine.process.send(protocol.Chat(turn=turn, index=1, messages=asked, sampling=chosen))
    first = engine.reply(turn)
    unbroken = engine.chat([*asked, assistant(first.text()), user(SECOND)], max_tokens=60)
    assert unbroken.end.cached_tokens > 0

    earlier = read_conversation(recorded(engine, start, first, tmp_path / "run.jsonl"))
    assert earlier.sampling == chosen
    spec = find_model(earlier).spec
    assert spec is not None
    engine.load(spec.model)
    prompt = [*continued(earlier, earlier.system).prompt(), user(SECOND)]
    resumed = engine.chat(prompt, max_tokens=60)
    assert resumed.end.cached_tokens == 0, "the model was loaded again"
    assert resumed.end.prompt_tokens == unbroken.end.prompt_tokens
    assert resumed.text() == unbroken.text() != ""
