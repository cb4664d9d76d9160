"""Prompt configs: what they say, what is left out, what is wrong."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Message, begins_recording
from mlxtop.launch.request import RunRequest, with_preset
from mlxtop.presets import Example, PresetError, filled, read_preset
from mlxtop.sources.conversation import Conversation
from mlxtop.timeline import Timeline

WHOLE = {
    "system": "Answer in one word.",
    "examples": [
        {"role": "user", "content": "Sky?"},
        {"role": "assistant", "content": "Blue."},
    ],
    "sampling": {"temperature": 0.5, "kv_bits": None},
}


def written(folder: Path, value: object) -> Path:
    path = folder / "config.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def test_all_that_a_config_may_say(tmp_path: Path) -> None:
    preset = read_preset(written(tmp_path, WHOLE))
    assert preset.system == "Answer in one word."
    assert preset.examples == (
        Example(role="user", text="Sky?"),
        Example(role="assistant", text="Blue."),
    )
    assert preset.sampling == {"temperature": 0.5, "kv_bits": None}
    assert preset.warnings == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"sistem": "x"}, "sistem (did you mean system?) is unknown and ignored."),
        ({"sampling": {"topp": 1}}, "sampling.topp (did you mean top_p?) is unknown and ignored"),
        ({"a1": 1, "b2": 2, "c3": 3}, "a1, b2 and c3 are unknown and ignored."),
        ({"mlock": True, "lazy": False}, "mlock and lazy have no effect in mlxtop."),
        (
            {"examples": [{"role": "user", "content": "a", "name": "b"}]},
            "examples[0].name is unknown and ignored",
        ),
        ({"\x1b[2Jodd": 1}, "␛[2Jodd is unknown"),
    ],
)
def test_an_unknown_key_is_named_and_left_out(tmp_path: Path, value: object, words: str) -> None:
    (said,) = read_preset(written(tmp_path, value)).warnings
    assert words in said
    assert "config.json: " in said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"system": 5}, "config.json: system must be a text, not a number."),
        ({"examples": {}}, "examples must be a list of messages, not an object."),
        ({"examples": ["x"]}, "examples[0] must be an object with role and content, not a text."),
        ({"examples": [{"role": "tool"}]}, "examples[0].role must be user or assistant."),
        (
            {"examples": [{"role": "system", "content": "x"}]},
            "examples[0].role must be user or assistant: the system prompt has a key of its own.",
        ),
        ({"examples": [{"role": "user"}]}, "examples[0].content must be a text, not null."),
        ({"sampling": []}, "sampling must be an object of settings, not a list."),
        ({"sampling": {"top_p": 2}}, "sampling.top_p: Top-p must be above 0 and at most 1, not 2."),
        ('{"sampling": {"temperature": NaN}}', "Temperature must be between 0 and 10, not nan."),
        ([1], "must be an object with system, examples and sampling, not a list."),
        ('{\n"system": }', "config.json:2 is not JSON: Expecting value (column 11)."),
        ("[" * 100_000, "nested too deeply"),
        (
            f'{{\n"system": {"7" * 5000}}}',
            "config.json:2 contains a whole number of more than 4,300",
        ),
        ({"example_dialogues": [{}]}, "example_dialogues[0] must be a list of messages, not an"),
        ({"assistant_greeting": 5}, "assistant_greeting must be a text, not a number."),
        ({"placeholders": {"a": []}}, "placeholders.a must be a text, not a list."),
        ({"top_k": -1}, "config.json: top_k: Top-k must be a whole number of at least 0, not -1."),
    ],
)
def test_a_wrong_type_is_an_error_with_its_place(tmp_path: Path, value: object, words: str) -> None:
    with pytest.raises(PresetError) as caught:
        read_preset(written(tmp_path, value))
    assert words in str(caught.value)


NOON = datetime(2026, 1, 31, 12, 0, 5, tzinfo=timezone(timedelta(hours=2)))
HARMONY = {
    "system_model_identity": "You are {assistant} (<|Assistant|>) on <|DATE|>, {x} <|im_end|>.",
    "reasoning_effort": "Medium",
    "conversation_start_date": "<|DATE|>",
    "knowledge_cutoff": "2025-01",
    "developer_instructions": "Address the user as {user}.",
    "assistant_greeting": "Hello {user}.",
    "example_dialogues": [
        [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "{assistant}."}],
        [{"role": "user", "content": "Time?"}, {"role": "assistant", "content": "<|TIMEU|>"}],
    ],
    "placeholders": {"assistant": "Dave", "user": "{assistant}"},
    "max_tokens": 100,
    "temperature": 0.8,
    "top_p": 0.0,
    "top_k": None,
    "repetition_penalty": 1.0,
    "repetition_context_size": 30,
    "seed": -1,
    "sampling": {"temperature": 0.5},
}


def test_a_config_of_mlx_harmony_is_taken(tmp_path: Path) -> None:
    preset = read_preset(written(tmp_path, HARMONY), NOON)
    assert preset.system == (
        "You are Dave (Dave) on 2026-01-31, {x} <|im_end|>.\n"
        "Knowledge cutoff: 2025-01\nCurrent date: 2026-01-31\n\n"
        "Address the user as {assistant}."
    )
    assert [(one.role, one.text) for one in preset.examples] == [
        ("user", "Who?"),
        ("assistant", "Dave."),
        ("user", "Time?"),
        ("assistant", "10:00:05 UTC\n\nHello {assistant}."),
    ]
    assert preset.sampling == {"max_tokens": 100, "temperature": 0.5, "repetition_context": 30}
    (said,) = preset.warnings
    assert said.endswith("config.json: reasoning_effort has no effect in mlxtop.")


def test_every_placeholder_of_time() -> None:
    text = "<|DATE|> <|datetime|> <|TIME|> <|TIMEZ|> <|TIMEA|> <|TIMEU|> <|OTHER|> {DATE}"
    assert filled(text, {}, NOON) == (
        "2026-01-31 2026-01-31T12:00:05 12:00:05 12:00:05 12:00:05 PM 10:00:05 UTC <|OTHER|> {DATE}"
    )


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="none cannot be read: No such file"):
        read_preset(tmp_path / "none")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match="is not UTF-8 text"):
        read_preset(tmp_path / "binary")


def test_the_command_line_comes_before_the_config(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    found, _ = with_preset(RunRequest(prompt_config=path))
    assert (found.system, len(found.examples)) == ("Answer in one word.", 2)
    own = RunRequest(prompt_config=path, system="", sampling={"temperature": 0.0, "seed": 1})
    found, _ = with_preset(own)
    assert found.system == ""
    assert found.sampling == {"temperature": 0.0, "kv_bits": None, "seed": 1}


def test_examples_stand_at_the_beginning_and_are_not_the_users() -> None:
    shown = [
        ChatMessage(role="user", text="Sky?"),
        ChatMessage(role="assistant", text="Blue."),
    ]
    conversation = Conversation("Be brief.", shown)
    assert conversation.last_user_index() is None, "there is nothing to answer again"
    conversation.put(2, ChatMessage(role="user", text="Grass?"))
    assert [message.text for message in conversation.prompt()] == [
        *("Be brief.", "Sky?", "Blue.", "Grass?")
    ]
    assert conversation.last_user_index() == 2


def test_a_transcript_knows_what_is_an_example() -> None:
    timeline = Timeline()
    timeline.add(Message(t=1.0, index=0, role="user", text="Sky?", example=True))
    timeline.add(Message(t=1.0, index=1, role="assistant", text="Blue.", example=True))
    timeline.add(Message(t=2.0, index=2, role="user", text="Grass?"))
    assert [entry.example for entry in timeline.transcript.at(3.0)] == [True, True, False]


def test_examples_begin_no_recording_and_are_no_first_prompt() -> None:
    example = Message(t=1.0, index=0, role="user", text="Sky?", example=True)
    assert not begins_recording(example)
    assert begins_recording(Message(t=1.0, index=2, role="user", text="Grass?"))
