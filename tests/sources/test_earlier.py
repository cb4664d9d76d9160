"""The conversation that a recording had at a moment, to resume it in another run."""

from pathlib import Path

import pytest

from mlxtop import events, paths
from mlxtop.engine.protocol import Chat, ChatMessage, Load
from mlxtop.events import AnyEvent, Sampling
from mlxtop.recording.library import inspect
from mlxtop.recording.privacy import without_text
from mlxtop.recording.reader import read
from mlxtop.recording.totals import Totals
from mlxtop.recording.validate import validate
from mlxtop.sources.earlier import (
    CannotResume,
    earlier_conversation,
    find_model,
    read_conversation,
)
from mlxtop.sources.live import Live
from mlxtop.sources.options import EarlierConversation, LiveOptions, ModelSpec
from mlxtop.sources.parts import live_parts
from mlxtop.timeline import Timeline
from tests.app import scenes
from tests.kit.engine import REPLY, FakeEngine
from tests.tui.timelines import START

SYSTEM = events.Message(t=START + 0.1, index=-1, role="system", text="Be brief.")
EXAMPLES = [
    events.Message(t=START + 0.1, index=0, role="user", text="2+2?", example=True),
    events.Message(t=START + 0.1, index=1, role="assistant", text="4", example=True),
]


def taken(said: list[AnyEvent], t: float = scenes.END) -> EarlierConversation:
    timeline = Timeline()
    for event in said:
        timeline.add(event)
    return earlier_conversation(timeline, t, "scene.jsonl")


def texts(earlier: EarlierConversation) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in earlier.messages]


def test_it_has_the_messages_up_to_the_moment() -> None:
    whole = taken(scenes.scene())
    assert texts(whole) == [
        ("user", scenes.QUESTION),
        ("assistant", scenes.ANSWER),
        ("user", scenes.SECOND),
        ("assistant", scenes.CODE),
    ]
    assert (whole.model, whole.seconds) == (scenes.MODEL, scenes.END - START)
    assert texts(taken(scenes.scene(), scenes.MARK)) == texts(whole)[:2]
    assert texts(taken(scenes.scene(), scenes.FIRST + 0.1)) == texts(whole)[:1]


def test_a_reply_in_the_middle_counts_as_far_as_it_is_written() -> None:
    *before, (role, text) = texts(taken(scenes.scene(), scenes.DECODE_MOMENT))
    assert len(before) == 3
    assert role == "assistant"
    assert scenes.CODE.startswith(text)
    assert 0 < len(text) < len(scenes.CODE)


def test_system_prompt_examples_and_settings_come_along() -> None:
    chosen = Sampling(temperature=0.5, seed=3)
    said: list[AnyEvent] = [SYSTEM, *EXAMPLES]
    said += [
        events.Message(t=scenes.FIRST, index=2, role="user", text="3+3?"),
        events.TurnStart(t=scenes.FIRST, turn=1, index=3, sampling=chosen),
    ]
    found = taken(said)
    assert (found.system, found.examples, found.sampling) == ("Be brief.", 2, chosen)
    assert texts(found)[-1] == ("user", "3+3?"), "a reply that never began is not a message"
    said[-1] = events.TurnStart(t=scenes.FIRST, turn=1, index=3, sampling=Sampling(temperature=99))
    assert taken(said).sampling is None, "settings of another version may not be valid here"


def test_nothing_to_resume_is_said_in_a_sentence() -> None:
    with pytest.raises(CannotResume, match="no messages to resume in scene"):
        taken(scenes.scene(), scenes.LOAD)
    with pytest.raises(CannotResume, match="no messages"):
        taken([*EXAMPLES])
    with pytest.raises(CannotResume, match="without text"):
        taken([without_text(event) for event in scenes.scene()])
    with pytest.raises(CannotResume, match="without text"):
        taken([without_text(SYSTEM), *scenes.scene()])


def test_the_model_is_found_with_its_parts_or_its_name_is_said(tmp_path: Path) -> None:
    found = taken(scenes.scene())
    missing = find_model(found)
    assert missing.spec is None
    assert missing.remark == f"{scenes.MODEL} is not on this machine: open another model."
    loads: list[AnyEvent] = [
        events.LoadStart(t=scenes.LOAD, model="demo", adapter=str(tmp_path / "gone")),
        events.LoadEnd(t=scenes.LOAD, model="demo", path="/elsewhere/demo", adapter="gone"),
    ]
    moved = taken([*loads, events.Message(t=scenes.FIRST, index=0, role="user", text="hi")])
    told = find_model(moved)
    assert told.spec == ModelSpec(model=str(paths.demo_model_dir()))
    assert told.remark == f"It was loaded without its adapter {tmp_path / 'gone'}, not found here."
    (tmp_path / "gone").mkdir()
    assert find_model(moved).spec == ModelSpec(
        model=str(paths.demo_model_dir()), adapter=str(tmp_path / "gone")
    )


def run(folder: Path, earlier: EarlierConversation | None = None) -> tuple[Live, FakeEngine]:
    options = LiveOptions(recordings=folder, earlier=earlier)
    if earlier is not None:
        options = LiveOptions(recordings=folder, earlier=earlier, system=earlier.system)
    live = Live(options, live_parts(options, sensors=[], engine=FakeEngine))
    live.start()
    live.load(ModelSpec(model="made/up"))
    live.poll()
    assert isinstance(live.engine, FakeEngine)
    return live, live.engine


def say(live: Live, text: str) -> None:
    live.send(text)
    live.poll()


def close(live: Live) -> list[Path]:
    live.close()
    return list(live.recorder.status.files)


def test_a_run_resumes_a_recording_and_is_resumed_itself(tmp_path: Path) -> None:
    live, _ = run(tmp_path)
    live.set_system("Be brief.")
    say(live, "first")
    (first,) = close(live)

    earlier = read_conversation(first)
    live, engine = run(tmp_path, earlier)
    say(live, "second")
    (chat,) = engine.chats()
    assert [(one.role, one.text) for one in chat.messages] == [
        ("system", "Be brief."),
        ("user", "first"),
        ("assistant", REPLY),
        ("user", "second"),
    ]
    assert chat.index == 3
    (second,) = close(live)
    assert validate(second).sound
    (begun,) = (event for event in read(second) if isinstance(event, events.Conversation))
    assert (begun.continues, begun.continues_seconds) == (first.name, earlier.seconds)
    again = read_conversation(second)
    assert [one.text for one in again.messages] == ["first", REPLY, "second", REPLY]

    # The first prompt of the file is the one that was written in this run.
    info = inspect(second)
    assert info is not None
    assert info.prompt == "second"
    all_events = list(read(second))
    assert isinstance(all_events[0], events.Header)
    totals = Totals(all_events[0])
    for event in all_events:
        totals.add(event)
    assert (totals.figures().prompt, totals.figures().turns) == ("second", 1)


def test_a_conversation_that_is_only_resumed_is_not_recorded(tmp_path: Path) -> None:
    live, _ = run(tmp_path, taken(scenes.scene()))
    assert close(live) == []


def test_what_is_resumed_in_a_run_is_recorded_in_a_file_of_its_own(tmp_path: Path) -> None:
    live, engine = run(tmp_path)
    say(live, "before")
    live.resume(taken(scenes.scene(), scenes.MARK))
    say(live, "after")
    sent = engine.chats()[-1].messages
    assert [one.text for one in sent] == [scenes.QUESTION, scenes.ANSWER, "after"]
    first, second = close(live)
    assert [inspect(path).prompt for path in (first, second)] == ["before", "after"]  # type: ignore[union-attr]
    assert validate(second).sound
    told = [event.text for event in read(second) if isinstance(event, events.Message)]
    assert told == [scenes.QUESTION, scenes.ANSWER, "after"], "nothing of the one before"
    ends = [event for event in read(first) if isinstance(event, events.End)]
    assert ends[0].reason == "another conversation was continued"


def test_a_reply_that_is_written_stops_and_stays_in_its_file(tmp_path: Path) -> None:
    live, engine = run(tmp_path)
    engine.waits = True
    live.send("before")
    live.poll()
    live.resume(taken(scenes.scene(), scenes.MARK))
    live.poll()
    assert not live.answering
    assert live.conversation.messages == list(taken(scenes.scene(), scenes.MARK).messages)
    engine.waits = False
    say(live, "after")
    assert len(close(live)) == 1


def test_a_recording_without_text_keeps_none_of_what_it_resumes(tmp_path: Path) -> None:
    earlier = taken(scenes.scene())
    options = LiveOptions(recordings=tmp_path, earlier=earlier, text=False)
    live = Live(options, live_parts(options, sensors=[], engine=FakeEngine))
    live.start()
    live.load(ModelSpec(model="made/up"))
    say(live, "mine")
    (path,) = close(live)
    assert scenes.QUESTION not in path.read_text("utf-8")
    with pytest.raises(CannotResume):
        read_conversation(path)


def test_the_model_that_is_asked_for_is_loaded_first(tmp_path: Path) -> None:
    live, engine = run(tmp_path, taken(scenes.scene()))
    say(live, "go on")
    assert [type(asked) for asked in engine.asked] == [Load, Chat]
    assert live.conversation.messages[-1] == ChatMessage(role="assistant", text=REPLY)
    close(live)
