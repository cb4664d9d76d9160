"""How models mark thinking and replies: a table, and the part of it that a model uses."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlxtop.events import Channel

Pair = tuple[str, str]

TAGS: tuple[Pair, ...] = (
    ("<think>", "</think>"),  # DeepSeek R1, Qwen3, GLM, MiniMax, Nemotron, SmolLM3…
    ("<seed:think>", "</seed:think>"),  # Seed-OSS
    ("[THINK]", "[/THINK]"),  # Magistral
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # Command A
    ("◁think▷", "◁/think▷"),  # Kimi-VL
    ("<longcat_think>", "</longcat_think>"),
    ("<|think:start|>", "<|think:end|>"),
    ("<thought>", "</thought>"),  # EXAONE Deep
    ("<|channel>thought", "<channel|>"),  # Gemma 4
)
"""Tags that open and close thinking at the beginning of a reply."""

AROUND_REPLIES: tuple[str, ...] = ("<|START_RESPONSE|>", "<|END_RESPONSE|>")  # Command A
"""Special tokens around a reply that are not part of it."""


@dataclass(frozen=True)
class Headers:
    """A reply of several messages, each after a header that names its channel."""

    tokens: tuple[str, ...]
    """Special tokens that identify a vocabulary with such headers."""
    opens: tuple[str, ...]
    """Marks that begin a header, also in the middle of a message."""
    closes: str
    """The mark that ends a header; the message's text follows."""
    ends: tuple[str, ...]
    """Marks that end a message."""
    name: re.Pattern[str]
    """Finds the name in a header: its group 1."""
    channels: Mapping[str, Channel]
    """Names of channels that are not thinking, including ""."""
    between: re.Pattern[str] | None = None
    """Matches a header that ends a message and begins no other."""
    first: bool = False
    """Whether a reply always begins in a header."""


HARMONY = Headers(  # gpt-oss
    tokens=("<|channel|>", "<|message|>", "<|end|>"),
    opens=("<|start|>", "<|channel|>"),
    closes="<|message|>",
    ends=("<|end|>",),
    name=re.compile(r"<\|channel\|>\s*(\w+)"),
    channels={"final": "reply", "": "reply"},
)
XTML = Headers(  # Kimi K3
    tokens=("<|open|>", "<|close|>", "<|sep|>", "<|end_of_msg|>"),
    opens=("<|open|>", "<|close|>"),
    closes="<|sep|>",
    ends=(),
    name=re.compile(r"<\|open\|>\s*(\w+)"),
    channels={"response": "reply", "message": "reply", "": "reply"},
    between=re.compile(r"<\|close\|>"),
)
ADDRESSED = Headers(  # Muse Spark
    tokens=("<|message|>", "<|eom|>", "<|eot|>"),
    opens=("<|start|>",),
    closes="<|message|>",
    ends=("<|eom|>",),
    name=re.compile(r"to=(\w+)"),
    channels={"user": "reply", "commentary": "reply", "": "reply"},
    first=True,
)
HEADERS = (HARMONY, XTML, ADDRESSED)

_FIRST_MARK = 0xDC00
"""Special tokens are lone surrogates in the text, which no other text contains: so a tag that is
spelled out is not confused with the token."""


@dataclass(frozen=True)
class Markup:
    """The part of the table that a model's tokenizer and chat template use."""

    marks: Mapping[int, str]
    """The character of each special token."""
    shown: Mapping[str, str]
    """The text of each character's token."""
    tags: tuple[Pair, ...] = ()
    dropped: tuple[str, ...] = ()
    headers: Headers | None = None
    declared: bool = False
    """Whether the model is known to think."""
    keeps_breaks: bool = False
    """Whether line breaks after thinking are part of the reply, for the chat template."""

    def marked(self, token: int, text: str) -> str:
        """Return the text of a token, with the token's own text replaced by its character."""
        mark = self.marks.get(token)
        if mark is None:
            return text
        tag = self.shown[mark]
        for candidate in (tag, tag.strip()):  # detokenizers may set spaces around it
            place = text.rfind(candidate)
            if place >= 0:
                return text[:place] + mark + text[place + len(candidate) :]
        return text + mark

    def plain(self, text: str) -> str:
        """Return a text with characters replaced by the text of their tokens."""
        if text.isascii():
            return text
        return "".join(self.shown.get(character, character) for character in text)

    def without(self, text: str) -> str:
        """Return a text without the characters of tokens."""
        return "".join(character for character in text if character not in self.shown)

    def cue(self, tokens: Sequence[int], decode: Callable[[Sequence[int]], str]) -> str:
        """Return the text of tokens at the end of a prompt, special tokens as characters."""
        text, run = "", list[int]()
        for token in tokens:
            if token in self.marks:
                text += (decode(run) if run else "") + self.marks[token]
                run.clear()
            else:
                run.append(token)
        return text + (decode(run) if run else "")


NO_MARKUP = Markup({}, {})


def markup_of(tokenizer: Any, chosen: Iterable[Pair] = ()) -> Markup:
    """Return the markup of a model; `chosen` are pairs from the user."""
    added: dict[str, int] = dict(tokenizer.get_added_vocab())
    template = template_text(tokenizer)
    headers = _headers(tokenizer, added, template)
    pairs = [*chosen, *TAGS]
    own = (tokenizer.think_start, tokenizer.think_end)
    if None not in own and own not in pairs:
        pairs.append(own)
    if headers is not None:
        texts = [*headers.opens, headers.closes, *headers.ends]
    else:
        texts = [*(tag for pair in pairs for tag in pair), *AROUND_REPLIES]
    known = sorted((text for text in added if any(text in tag for tag in texts)), key=len)
    # Long tokens first, because they may contain shorter ones; a single character is not a tag.
    known = [text for text in reversed(known) if len(text) > 1]
    shown = {chr(_FIRST_MARK + place): text for place, text in enumerate(known)}
    marks = {added[text]: mark for mark, text in shown.items()}

    def written(tag: str) -> str:
        for mark, text in shown.items():
            tag = tag.replace(text, mark)
        return tag

    if headers is not None:
        return Markup(marks, shown, headers=_written(headers, written), declared=True)
    return Markup(
        marks,
        shown,
        tags=tuple((written(start), written(end)) for start, end in pairs),
        dropped=tuple(written(tag) for tag in AROUND_REPLIES if tag in added),
        declared=bool(tokenizer.has_thinking)
        or any(end in added or end in template for _, end in pairs),
    )


def template_text(tokenizer: Any) -> str:
    """Return the text of a tokenizer's chat templates; empty if they are not text."""
    template = tokenizer.chat_template
    texts = template.values() if isinstance(template, dict) else [template]
    return "\n".join(text for text in texts if isinstance(text, str))


def _headers(tokenizer: Any, added: Mapping[str, int], template: str) -> Headers | None:
    for headers in HEADERS:
        if all(token in added for token in headers.tokens):
            return headers
    if HARMONY.opens[-1] in template:
        return HARMONY  # spelled out, in a vocabulary without its tokens
    return None


def _written(headers: Headers, written: Callable[[str], str]) -> Headers:
    # The mark that closes a header stays text: nothing is quoted in a header.
    return replace(
        headers,
        opens=tuple(map(written, headers.opens)),
        ends=tuple(map(written, headers.ends)),
    )
