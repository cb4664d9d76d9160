"""A file begun at any moment shows what the whole run would have shown from there on."""

from collections.abc import Iterator
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.context import Context
from mlxtop.timeline import Timeline

STEPS = [
    "conversation", "resume", "system", "user", "edit", "turn", "half a turn", "load",
    "half a load", "failed load", "unload", "memory", "engine", "anchor", "sample",
]  # fmt: skip


def happen(steps: list[str]) -> Iterator[AnyEvent]:
    """Yield a run in which these things happen, one second after the other.

    The engine does one thing at a time: what is open ends before the next begins.
    """
    clock = count(1)
    length, conversation, lengths = 0, -1, dict[int, int]()
    running: int | None = None
    loading = False
    for number, step in enumerate(steps):
        if "turn" in step or "load" in step or step in ("user", "resume"):
            if running is not None:
                yield events.TurnEnd(t=float(next(clock)), turn=running, finish_reason="cancelled")
            if loading:
                yield events.LoadEnd(t=float(next(clock)), model="m")
            running, loading = None, False
        t = float(next(clock))
        match step:
            case "conversation":
                lengths[conversation] = length
                length, conversation = 0, number
                yield events.Conversation(t=t, id=number)
            case "resume" if known := [one for one in lengths if one >= 0]:
                lengths[conversation] = length
                length, conversation = lengths[known[0]], known[0]
                yield events.Conversation(t=t, id=known[0], resumed=True)
            case "system":
                yield events.Message(t=t, index=-1, role="system", text=f"be {number}")
            case "user" | "edit":
                length = length // 2 if step == "edit" else length
                yield events.Message(t=t, index=length, role="user", text=f"what {number}")
                length += 1
            case "turn" | "half a turn":
                yield events.TurnStart(t=t, turn=number, index=length)
                for channel, piece in (("thinking", "hm"), ("reply", "that"), ("reply", " it is")):
                    t = float(next(clock))
                    yield events.Tokens(
                        t=t,
                        turn=number,
                        times=[t],
                        text=[piece],
                        channel="thinking" if channel == "thinking" else "reply",
                    )
                length += 1
                running = number
                if step == "turn":
                    running = None
                    t = float(next(clock))
                    yield events.TurnEnd(t=t, turn=number, finish_reason="stop", tail_text="!")
            case "load" | "half a load" | "failed load":
                yield events.LoadStart(t=t, model=f"m{number}")
                loading = step == "half a load"
                if step != "half a load":
                    error = "broken" if step == "failed load" else ""
                    yield events.LoadEnd(t=float(next(clock)), model=f"m{number}", error=error)
            case "unload":
                yield events.Unload(t=t)
            case "memory":
                yield events.MlxMemory(t=t, active_bytes=number, cache_bytes=1, peak_bytes=2)
            case "engine":
                yield events.EngineReady(t=t, pid=number, mlx="", mlx_lm="")
            case "anchor":
                yield events.Anchor(t=t, wall=t + 5)
            case "sample":
                yield events.Sample(t=t, values={"a": 1.0})


def shown(given_events: list[AnyEvent]) -> dict[str, object]:
    timeline = Timeline()
    for event in given_events:
        timeline.add(event)
    t = 1e6
    entries = timeline.transcript.at(t)
    return {
        "transcript": [(entry.index, entry.role, entry.text, entry.open) for entry in entries],
        "model": timeline.model.at(t),
        "wall": timeline.wall(t),
        "phase": timeline.phases.at(t),
        "engine": timeline.engine.at(t),
    }


@given(st.lists(st.sampled_from(STEPS), max_size=25))
def test_the_context_shows_what_the_whole_run_shows(steps: list[str]) -> None:
    run = list(happen(steps))
    context = Context()
    for event in run:
        context.add(event)
    opening = context.opening()
    assert [event.t for event in opening] == sorted(event.t for event in opening)
    assert all(event.opens_file or isinstance(event, events.Trial) for event in opening)
    assert shown(opening) == shown(run)


def test_memory_of_mlx_still_holds_until_another_engine_runs() -> None:
    context = Context()
    memory = events.MlxMemory(t=1, active_bytes=1, cache_bytes=1, peak_bytes=1)
    context.add(memory)
    assert context.opening() == [memory]
    ready = events.EngineReady(t=2, pid=1, mlx="", mlx_lm="")
    context.add(ready)
    assert context.opening() == [ready]


def test_thinking_is_no_part_of_a_reply_said_before() -> None:
    context = Context()
    for event in happen(["user", "turn"]):
        context.add(event)
    reply = context.opening()[-1]
    assert isinstance(reply, events.Message)
    assert (reply.index, reply.text) == (1, "that it is!")


def test_a_reply_that_ends_while_its_conversation_rests_is_in_it_again() -> None:
    context = Context()
    run = list(happen(["conversation", "user", "half a turn", "conversation", "resume"]))
    for event in run:
        context.add(event)
    assert shown(context.opening()) == shown(run)
    reply = context.opening()[-1]
    assert isinstance(reply, events.Message)
    assert (reply.index, reply.text) == (1, "that it is")


def test_a_turn_that_goes_on_keeps_its_times_when_its_conversation_is_resumed() -> None:
    context = Context()
    run = list(happen(["conversation", "user", "half a turn", "conversation"]))
    resumed = events.Conversation(t=run[-1].t + 1, id=0, resumed=True)
    for event in (*run, resumed):
        context.add(event)
    start = next(event for event in run if isinstance(event, events.TurnStart))
    assert start in context.opening()
