from pathlib import Path

import pytest

from mlxtop.engine.child.channel import Channels
from tests.engine.driver import Driver
from tests.engine.models import END, TEMPLATE, said, write_script

Script = list[str | int]

SINGLE = ("<think>", "</think>")
SEVERAL = ("<|channel>", "thought", "<channel|>")


def _split(channels: Channels, tokens: list[tuple[int, str]]) -> list[tuple[str, str]]:
    told = [channels.feed(token, text) for token, text in tokens]
    return [(channel, text) for channel, text in told if text]


def test_text_before_a_tag_belongs_to_the_channel_before() -> None:
    channels = Channels(([7], "<t>"), ([8], "</t>"))
    tokens = [(1, "a"), (7, " b<t>"), (2, "c"), (8, "d</t>"), (3, "e")]
    assert _split(channels, tokens) == [
        ("reply", "a"),
        ("reply", " b"),
        ("thinking", "c"),
        ("thinking", "d"),
        ("reply", "e"),
    ]


def test_half_a_tag_is_text_after_all() -> None:
    channels = Channels(([7, 8], "<t x>"), ([9], "</t>"))
    tokens = [(7, "<t"), (7, "<t"), (1, " y"), (7, "<t"), (8, " x>"), (2, "z")]
    assert _split(channels, tokens) == [("reply", "<t"), ("reply", "<t y"), ("thinking", "z")]
    assert channels.rest() == ""


def test_half_a_tag_at_the_end_is_not_lost() -> None:
    channels = Channels(([7, 8], "<t x>"), ([9], "</t>"))
    assert _split(channels, [(1, "a"), (7, "<t")]) == [("reply", "a")]
    assert channels.rest() == "<t"


def test_a_model_without_tags_only_replies() -> None:
    assert _split(Channels(None, None), [(1, "<think>")]) == [("reply", "<think>")]


def test_thinking_is_told_apart(engine: Driver, tmp_path: Path) -> None:
    chain: Script = ["<think>", *said("\nhm"), "</think>", *said("Yes!"), END]
    end = engine.load(write_script(tmp_path / "think", chain, extra=SINGLE))
    assert end.thinking
    reply = engine.chat("hello")
    assert (reply.text("thinking"), reply.text("reply")) == ("\nhm", "Yes!")
    assert len(reply.times) == reply.end.generation_tokens == len(chain)
    assert reply.end.finish_reason == "stop"


def test_a_prompt_that_opens_the_tag(engine: Driver, tmp_path: Path) -> None:
    template = TEMPLATE.replace("<|assistant|>{% endif", "<|assistant|><think>{% endif")
    chain: Script = [*said("hm"), "</think>", *said("Yes!"), END]
    engine.load(
        write_script(tmp_path / "t", chain, after="<think>", extra=SINGLE, template=template)
    )
    # A tag in the user's text opens nothing.
    for text in ("hello", "a </think> b <think> c"):
        reply = engine.chat(text)
        assert (reply.text("thinking"), reply.text("reply")) == ("hm", "Yes!")


def test_a_tag_in_the_question_opens_nothing(engine: Driver, tmp_path: Path) -> None:
    engine.load(write_script(tmp_path / "t", [*said("Yes!"), END], extra=SINGLE))
    reply = engine.chat("what does <think> mean?")
    assert (reply.text("thinking"), reply.text("reply")) == ("", "Yes!")


@pytest.mark.parametrize(
    ("chain", "thinking", "text"),
    [
        (["<|channel>", "thought", *said("hm"), "<channel|>", *said("Yes!"), END], "hm", "Yes!"),
        (["<|channel>", *said("abc"), END], "", "<|channel>abc"),
        ([*said("abc"), "<|channel>", END], "", "abc<|channel>"),
    ],
)
def test_tags_of_several_tokens(
    engine: Driver, tmp_path: Path, chain: list[str | int], thinking: str, text: str
) -> None:
    engine.load(write_script(tmp_path / "t", chain, extra=SEVERAL))
    reply = engine.chat("hello")
    assert (reply.text("thinking"), reply.text("reply")) == (thinking, text)
    assert len(reply.times) == len(chain)


def test_thinking_that_is_cut_short_stays_thinking(engine: Driver, tmp_path: Path) -> None:
    chain: Script = ["<think>", *said("abcdefgh"), END]
    engine.load(write_script(tmp_path / "t", chain, extra=SINGLE))
    reply = engine.chat("hello", max_tokens=5)
    assert (reply.text("thinking"), reply.text("reply")) == ("abcd", "")
    assert reply.end.tail_channel == "thinking"
