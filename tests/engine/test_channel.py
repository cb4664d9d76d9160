import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from mlxtop.engine.child.channel import Channels
from mlxtop.engine.child.markup import AROUND_REPLIES, TAGS, Pair, markup_of
from tests.engine.driver import Driver
from tests.engine.models import END, TEMPLATE, said, write_script

Script = list[str | int]

SINGLE = ("<think>", "</think>")
SEVERAL = ("<|channel>", "thought", "<channel|>")


class Vocabulary:
    """A tokenizer as far as markup is concerned."""

    think_start = think_end = None
    has_thinking = False

    def __init__(self, *special: str, template: str = "") -> None:
        self.special = {text: 1000 + place for place, text in enumerate(special)}
        self.chat_template = template

    def get_added_vocab(self) -> dict[str, int]:
        return self.special

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(map(chr, tokens))


def told(
    vocabulary: Vocabulary, *tokens: str, cue: str = "", chosen: Sequence[Pair] = ()
) -> list[tuple[str, str]]:
    """Return what is shown of tokens, those that are not special each a text of its own."""
    markup = markup_of(vocabulary, chosen)
    channels = Channels(markup, cue)
    pieces = [channels.feed(vocabulary.special.get(text, 1), text) for text in tokens]
    shown: list[tuple[str, str]] = []
    for channel, text in [*pieces, *channels.rest()]:
        if text and shown and shown[-1][0] == channel:
            shown[-1] = (channel, shown[-1][1] + text)
        elif text:
            shown.append((channel, text))
    return shown


def pieces_of(*tokens: str) -> list[str]:
    """Return the text that is shown at each token, of a vocabulary without special tokens."""
    channels = Channels(markup_of(Vocabulary()))
    return [channels.feed(1, text)[1] for text in tokens]


@pytest.mark.parametrize(("start", "end"), TAGS)
@pytest.mark.parametrize("special", [True, False], ids=["tokens", "spelled out"])
def test_every_pair_of_the_table_is_told_apart(start: str, end: str, special: bool) -> None:
    vocabulary = Vocabulary(start, end) if special else Vocabulary()
    # Where they are no tokens they come in pieces, the second with what follows.
    opening = [start] if special else [start[:3], start[3:] + "A gr"]
    closing = [end] if special else [end[:2], end[2:] + "\n\nHel"]
    tokens = [
        *opening,
        "A gr" if special else "",
        "eeting.",
        *closing,
        "\n\nHel" if special else "",
    ]
    assert told(vocabulary, *tokens, "lo!") == [("thinking", "A greeting."), ("reply", "Hello!")]


def test_no_text_waits_longer_than_it_may_begin_a_tag() -> None:
    assert pieces_of("Hello", " <think", "> world") == ["Hello", " <think", "> world"]
    assert pieces_of("<", "b>", "bold") == ["", "<b>", "bold"]
    assert pieces_of("\n", " ", "x", "<think>") == ["", "", "\n x", "<think>"]
    assert pieces_of("<think>a", " <", " b</", "think", "> c") == ["a", " ", "< b", "", " c"]


def test_a_tag_within_a_reply_is_quoted() -> None:
    for vocabulary in (Vocabulary("<think>", "</think>"), Vocabulary()):
        assert told(vocabulary, "Write ", "<think>", "x", "</think>", "!") == [
            ("reply", "Write <think>x</think>!")
        ]
        assert told(vocabulary, "<think>", "hm", "</think>", "Use ", "<think>", ".") == [
            ("thinking", "hm"),
            ("reply", "Use <think>."),
        ]


def test_a_tag_that_is_spelled_out_is_not_the_token() -> None:
    vocabulary = Vocabulary("<think>", "</think>")
    assert told(vocabulary, "<think>", "say ", "</", "think", ">", "</think>", "Yes") == [
        ("thinking", "say </think>"),
        ("reply", "Yes"),
    ]
    assert told(vocabulary, "<thi", "nk>", "no") == [("reply", "<think>no")]


def test_thinking_that_is_empty_or_opened_twice() -> None:
    vocabulary = Vocabulary("<think>", "</think>")
    assert told(vocabulary, "<think>", "\n\n", "</think>", "\n\n", "Hi") == [("reply", "Hi")]
    assert told(vocabulary, "</think>", "\n\n", "Hi") == [("reply", "Hi")]
    cue = markup_of(vocabulary).cue([vocabulary.special["<think>"], 10], vocabulary.decode)
    assert told(vocabulary, "<think>", "\n", "hm", "</think>", "Hi", cue=cue) == [
        ("thinking", "\nhm"),
        ("reply", "Hi"),
    ]


def test_a_pair_of_the_users_own_is_told_apart_too() -> None:
    chosen = (("<reason>", "</reason>"),)
    tokens = ("<rea", "son>hm", "</reason>", "Hi")
    assert told(Vocabulary(), *tokens) == [("reply", "<reason>hm</reason>Hi")]
    assert told(Vocabulary(), *tokens, chosen=chosen) == [("thinking", "hm"), ("reply", "Hi")]


def test_marks_around_a_reply_are_no_part_of_it() -> None:
    vocabulary = Vocabulary(*TAGS[3], *AROUND_REPLIES)
    tokens = (TAGS[3][0], "hm", TAGS[3][1], AROUND_REPLIES[0], "Hello", AROUND_REPLIES[1])
    assert told(vocabulary, *tokens) == [("thinking", "hm"), ("reply", "Hello")]


HARMONY = Vocabulary("<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|constrain|>")


def headed(*messages: str) -> list[str]:
    """Return messages as tokens: what stands between special ones is one."""
    return [part for part in re.split(r"(<\|\w+\|>)", "".join(messages)) if part]


@pytest.mark.parametrize("vocabulary", [HARMONY, Vocabulary(template="'<|channel|>final'")])
def test_channels_of_messages_with_headers(vocabulary: Vocabulary) -> None:
    cue = markup_of(vocabulary).cue(
        [vocabulary.special.get("<|start|>", ord("|")), *map(ord, "assistant")], vocabulary.decode
    )
    tokens = headed(
        "<|channel|>analysis<|message|>Hm.<|end|>",
        "<|start|>assistant<|channel|>commentary<|message|>Let me see.<|end|>",
        "<|start|>assistant<|channel|>final<|message|>Hello!",
    )
    shown = [("thinking", "Hm.Let me see."), ("reply", "Hello!")]
    assert told(vocabulary, *tokens, cue=cue) == shown
    letters = [t for token in tokens for t in ([token] if token in vocabulary.special else token)]
    assert told(vocabulary, *letters, cue=cue) == shown


def test_a_call_of_a_tool_is_no_reply() -> None:
    tokens = headed("<|channel|>commentary to=functions.look <|constrain|>json<|message|>{}")
    assert told(HARMONY, *tokens) == [("thinking", "{}")]


def test_a_header_that_is_quoted_or_cut_short() -> None:
    said = [*headed("<|channel|>final<|message|>"), "It is ", "<|", "channel", "|>", "."]
    assert told(HARMONY, *said) == [("reply", "It is <|channel|>.")]
    for place in range(1, 6):
        cut = headed("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>fin")
        shown = told(HARMONY, *cut[:place])
        assert "".join(text for _, text in shown) in ("", "Hm.")


def test_a_header_that_never_ends_was_none() -> None:
    text = "I do not know these marks. " * 20
    shown = told(HARMONY, "<|channel|>", *re.findall(r"\S+\s", text))
    assert shown == [("reply", f"<|channel|>{text}")]


def test_structure_of_other_families() -> None:
    marks = ("<|open|>", "<|close|>", "<|sep|>", "<|end_of_msg|>")
    tokens = headed(
        "<|open|>think<|sep|>Hm.<|close|>think<|sep|>",
        "<|open|>response<|sep|>Hello!<|close|>response<|sep|><|close|>message<|sep|>",
    )
    shown = [("thinking", "Hm."), ("reply", "Hello!")]
    assert told(Vocabulary(*marks), *tokens) == shown
    cue = markup_of(Vocabulary(*marks)).cue([1000], Vocabulary().decode)
    assert told(Vocabulary(*marks), *tokens[1:], cue=cue) == shown
    addressed = Vocabulary("<|start|>", "<|message|>", "<|eom|>", "<|eot|>")
    tokens = headed("to=self<|message|>Hm.<|eom|>", "<|start|>assistant to=user<|message|>Hello!")
    assert told(addressed, *tokens) == shown


def test_text_before_a_tag_belongs_to_the_channel_before() -> None:
    markup = markup_of(Vocabulary("<think>", "</think>"))
    channels = Channels(markup)
    told = [
        channels.feed(token, text)
        for token, text in [(1000, "<think>"), (1, "c"), (1001, "d</think>"), (1, "e")]
    ]
    assert told == [("reply", ""), ("thinking", "c"), ("thinking", "d"), ("reply", "e")]


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
