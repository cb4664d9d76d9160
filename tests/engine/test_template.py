"""Chat templates of the structure that real models have: what they take, and what is said."""

import json
from pathlib import Path

import pytest

from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import LoadEnd, Notice
from tests.engine.driver import Driver, messages, user
from tests.engine.models import END, TEMPLATE, said, write_script, write_talk

HARMONY = (
    "{{- '<|start|>system<|message|>Valid channels: analysis, commentary, final.<|end|>' }}"
    "{%- for message in messages %}{%- if message.role == 'assistant' %}"
    "{%- if '<|channel|>analysis<|message|>' in message.content"
    " or '<|channel|>final<|message|>' in message.content %}"
    "{{- raise_exception('You have passed a message containing <|channel|> tags in the content"
    " field.') }}{%- endif %}"
    "{{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|end|>' }}"
    "{%- else %}{{- '<|start|>' + message.role + '<|message|>' + message.content + '<|end|>' }}"
    "{%- endif %}{%- endfor %}{%- if add_generation_prompt %}<|start|>assistant{%- endif %}"
)
"""gpt-oss: messages with channels, which it refuses in the content of an earlier reply."""
QWEN3 = (
    "{%- for m in messages %}{%- set content = m.content %}"
    "{%- if m.role == 'assistant' and '</think>' in content %}"
    "{%- set content = content.split('</think>')[-1].lstrip('\\n') %}{%- endif %}"
    "{{- '<|' + m.role + '|>\\n' + content + '<|end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}"
)
R1 = (
    "{%- for m in messages %}{%- set content = m.content %}"
    "{%- if m.role == 'assistant' and '</think>' in content %}"
    "{%- set content = content.split('</think>')[-1] %}{%- endif %}"
    "{{- '<|' + m.role + '|>' + content + '<|end|>' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|assistant|><think>\\n' }}{%- endif %}"
)
ALTERNATING = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/...') }}{% endif %}"
    "{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}<|assistant|>"
)
IN_PARTS = (
    "{% for m in messages %}<|{{ m.role }}|>{% for part in m.content %}{{ part.text }}{% endfor %}"
    "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
HEADERS = ("<|start|>", "<|message|>", "<|channel|>", "<|call|>")
ANALYSIS = ("<|channel|>", "analysis", "<|message|>", "They", " ask.", "<|end|>")
FINAL = ("<|start|>", *"assistant", "<|channel|>", "final", "<|message|>", "Hi", " you!")


@pytest.fixture(scope="module")
def harmony(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that answers as gpt-oss does."""
    return write_talk(
        tmp_path_factory.mktemp("harmony") / "gpt-oss",
        (*ANALYSIS, *FINAL),
        cue=("<|start|>", *"assistant"),
        user="<|call|>",  # never said: every turn has the same reply
        end="<|return|>",
        extra=HEADERS,
        template=HARMONY,
    )


def test_channels_are_told_apart_and_a_second_turn_works(engine: Driver, harmony: Path) -> None:
    assert engine.load(harmony, trust_remote_code=True).thinking
    first = engine.chat("Hello")
    assert (first.text("thinking"), first.text()) == ("They ask.", "Hi you!")
    assert len(first.times) == first.end.generation_tokens == len(ANALYSIS) + len(FINAL) + 1
    second = engine.chat(messages("Hello", first.text(), "And now?"))
    assert (second.end.error, second.text()) == ("", "Hi you!")
    # What the model wrote is not what is sent back: the thinking is left out of the cache.
    assert second.end.cached_tokens == first.end.prompt_tokens + 1
    again = engine.chat(messages("Hello", first.text(), "And now?"))
    assert (again.text("thinking"), again.text()) == ("They ask.", "Hi you!")


@pytest.mark.parametrize("tokens", [1, 2, 3, 5, 7, 12, 19, 20, 21])
def test_a_reply_cut_short_in_its_channels_shows_no_mark_and_breaks_no_turn(
    engine: Driver, harmony: Path, tokens: int
) -> None:
    if engine.loaded != harmony.name:
        engine.load(harmony, trust_remote_code=True)
    cut = engine.chat("Hello", max_tokens=tokens)
    assert cut.end.finish_reason == "length"
    assert cut.end.generation_tokens == len(cut.times) == tokens
    assert "They ask.".startswith(cut.text("thinking"))
    assert "Hi you!".startswith(cut.text())
    whole = engine.chat(messages("Hello", cut.text(), "And now?"))
    assert (whole.end.error, whole.text()) == ("", "Hi you!")


@pytest.mark.parametrize(
    ("template", "sent"),
    [(QWEN3, "Yes!"), (R1, "\n\nYes!"), (TEMPLATE, "Yes!")],
    ids=["taken off", "left standing", "not known"],
)
def test_line_breaks_behind_thinking_are_sent_back_as_the_template_would(
    engine: Driver, tmp_path: Path, template: str, sent: str
) -> None:
    opened = ["<think>"] if template is not R1 else []
    chain = [*opened, "hm", "</think>", "\n\n", "Yes", "!"]
    cue = {R1: ("<|assistant|>", "<think>", "\n"), QWEN3: ("<|assistant|>", "\n")}
    path = write_talk(
        tmp_path / "m",
        chain,
        cue=cue.get(template, ("<|assistant|>",)),
        extra=("<think>", "</think>"),
        template=template,
    )
    engine.load(path, trust_remote_code=True)
    reply = engine.chat("Hello")
    assert (reply.text("thinking"), reply.text()) == ("hm", sent)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ tools | length }}" + TEMPLATE, "object of type 'NoneType' has no len()."),
        ("{% for tool in tools %}{{ tool }}{% endfor %}", "'NoneType' object is not iterable."),
        ("{{ 1 + 'a' }}" + TEMPLATE, "unsupported operand type(s) for +: 'int' and 'str'."),
        ("{% if %}", "Expected an expression, got 'end of statement block'."),
        ("{{ raise_exception('Not today.') }}", "Not today."),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "maximum recursion depth exceeded"),
    ],
)
def test_whatever_a_template_raises_is_a_sentence(
    engine: Driver, tmp_path: Path, template: str, words: str
) -> None:
    engine.load(write_script(tmp_path / "m", [*said("Yes"), END], template=template))
    error = engine.chat("Hello").end.error
    assert error.startswith("The model's chat template does not accept this conversation: ")
    assert words in error
    assert not error.endswith("..")


def test_a_system_prompt_that_is_in_the_way_is_named(engine: Driver, tmp_path: Path) -> None:
    path = write_script(tmp_path / "m", [*said("Yes"), END], template=ALTERNATING)
    engine.load(path)
    asked = [ChatMessage(role="system", text="Be brief."), user("Hello")]
    assert engine.chat(asked).end.error == (
        "The model's chat template does not support a system prompt: leave it out "
        "(Conversation roles must alternate user/assistant/…)."
    )
    assert engine.chat("Hello").text() == "Yes"
    twice = engine.chat([user("Hello"), user("Hello")]).end.error
    assert "does not accept this conversation: Conversation roles" in twice


def test_a_template_that_takes_text_in_parts_is_given_parts(engine: Driver, tmp_path: Path) -> None:
    engine.load(write_script(tmp_path / "m", [*said("Yes"), END], template=IN_PARTS))
    engine.load(write_script(tmp_path / "n", [*said("Yes"), END]))
    whole = engine.chat("Hello").end.prompt_tokens
    engine.load(tmp_path / "m")
    reply = engine.chat("Hello")
    assert (reply.end.prompt_tokens, reply.text()) == (whole, "Yes")
    assert engine.chat(messages("Hello", "Yes", "Why?")).end.prompt_tokens > whole


def test_a_template_that_leaves_the_question_out_is_told_of(engine: Driver, tmp_path: Path) -> None:
    template = "{% for m in messages %}<|user|><|end|>{% endfor %}<|assistant|>"
    start = len(engine.events)
    engine.load(write_script(tmp_path / "m", [*said("Yes"), END], template=template))
    assert engine.chat("Hello").text() == "Yes"
    notices = [event.text for event in engine.events[start:] if isinstance(event, Notice)]
    (notice,) = notices
    assert "chat template of m drops the user's messages" in notice


def test_a_template_in_a_file_of_vision_models_is_used(engine: Driver, tmp_path: Path) -> None:
    path = write_script(tmp_path / "m", [*said("Yes"), END], template=None)
    start = len(engine.events)
    assert not engine.load(path).chat_template
    assert "has no chat template" in engine.wait_for(Notice, start).text
    (path / "chat_template.json").write_text(json.dumps({"chat_template": TEMPLATE}), "utf-8")
    start = len(engine.events)
    assert engine.load(path).chat_template
    assert engine.chat("Hello").text() == "Yes"
    assert not [event for event in engine.events[start:] if isinstance(event, Notice)]
    for broken in ("{", "[]", '{"chat_template": 7}', "[" * 100_000):
        (path / "chat_template.json").write_text(broken, "utf-8")
        end: LoadEnd = engine.load(path)
        assert (end.error, end.chat_template) == ("", False)


def test_tags_that_the_user_names_are_told_apart(engine: Driver, tmp_path: Path) -> None:
    reply = ("<rea", "son>", "hm", "</reason>", "Yes")
    path = write_talk(tmp_path / "m", reply)
    engine.load(path, trust_remote_code=True)
    assert engine.chat("Hello").text() == "<reason>hm</reason>Yes"
    engine.load(path, trust_remote_code=True, thinking_tags=(("<reason>", "</reason>"),))
    told = engine.chat("Hello")
    assert (told.text("thinking"), told.text()) == ("hm", "Yes")
