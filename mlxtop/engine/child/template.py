"""A model's chat template: what it does with messages, and what it raises, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlxtop.engine.child.markup import Markup
from mlxtop.engine.child.refusal import Refused, ended
from mlxtop.engine.protocol import ChatMessage
from mlxtop.text import one_line

HAS_NONE = (
    "{model} has no chat template: messages are given to it as plain lines of "
    '"role: text", so it may go on writing for both sides.'
)
LEFT_OUT = (
    "The chat template of {model} drops the user's messages: it was not made for chat, "
    "and the model does not see what it is asked."
)
_QUESTION, _ANSWER, _THOUGHT = "Hello there", "Fine", "Hmm"


@dataclass(frozen=True)
class Template:
    """What was found out about a model's chat template when it was loaded."""

    two_steps: bool = False
    """Whether tokenizing its text gives the tokens that it makes itself: some tokenizers do not
    recognize the special tokens of their template in text."""
    in_parts: bool = False
    """Whether it takes a message's text as a list of parts, as those of vision models do."""
    leaves_out: bool = False
    """Whether what the user says is not in its text at all."""


NO_TEMPLATE = Template()


def look_at(tokenizer: Any) -> Template:
    """Return what a template does with a first message; one that fails is reported in a turn."""
    if not tokenizer.has_chat_template:
        return NO_TEMPLATE
    asked = [ChatMessage(role="user", text=_QUESTION)]
    text, in_parts = _text(tokenizer, asked, in_parts=False), False
    if _QUESTION not in text:
        parted = _text(tokenizer, asked, in_parts=True)
        if _QUESTION in parted:
            text, in_parts = parted, True
    return Template(
        two_steps=bool(text) and _same_tokens(tokenizer, asked, in_parts, text),
        in_parts=in_parts,
        leaves_out=bool(text) and _QUESTION not in text,
    )


def _text(tokenizer: Any, messages: Sequence[ChatMessage], in_parts: bool) -> str:
    """Return the text of a conversation; empty where the template does not take it."""
    try:
        return str(apply(tokenizer, messages, in_parts=in_parts, tokenize=False))
    except Refused:
        return ""


def _same_tokens(
    tokenizer: Any, messages: Sequence[ChatMessage], in_parts: bool, text: str
) -> bool:
    try:
        encoded = tokenizer.encode(text, add_special_tokens=False)
        return list(encoded) == list(apply(tokenizer, messages, in_parts=in_parts))
    except Exception:  # noqa: BLE001 - whatever a tokenizer does is told when it is used
        return False


def keeps_breaks(tokenizer: Any, markup: Markup, template: Template) -> bool:
    """Return whether the template leaves the line breaks between thinking and reply standing.

    A reply is sent back without its thinking, as every template does that knows of it; Qwen3's
    takes the line breaks off too, DeepSeek R1's does not.
    """
    if not tokenizer.has_chat_template:
        return False
    for start, end in markup.tags:
        start, end = markup.plain(start), markup.plain(end)
        whole = _replied(tokenizer, template, f"{start}{_THOUGHT}{end}\n\n{_ANSWER}")
        if whole and _THOUGHT not in whole:
            bare = _replied(tokenizer, template, _ANSWER)
            return _breaks_before_answer(whole) > _breaks_before_answer(bare)
    return False


def _replied(tokenizer: Any, template: Template, reply: str) -> str:
    texts = ((_QUESTION, "user"), (reply, "assistant"), (_QUESTION, "user"))
    messages = [ChatMessage(role=role, text=text) for text, role in texts]  # type: ignore[arg-type]
    return _text(tokenizer, messages, template.in_parts)


def _breaks_before_answer(text: str) -> int:
    before = text.partition(_ANSWER)[0]
    return len(before) - len(before.rstrip("\n"))


def apply(
    tokenizer: Any, messages: Sequence[ChatMessage], *, in_parts: bool = False, **how: bool
) -> Any:
    """Return the tokens of a conversation, or its text where `tokenize` is False.

    Raise Refused in the template's own words, and name the system prompt where that is in its way.
    """
    try:
        return _applied(tokenizer, messages, in_parts, how)
    except MemoryError:
        raise
    except Exception as error:  # a template is a program: it may raise anything
        said = ended(one_line(str(error), 300)) or type(error).__name__
        if len(messages) > 1 and messages[0].role == "system":
            try:
                _applied(tokenizer, messages[1:], in_parts, how)
            except Exception:  # noqa: BLE001 - then it is not the system prompt, or not it alone
                pass
            else:
                raise Refused(
                    f"The model's chat template does not take a system prompt: leave it out "
                    f"({said})."
                ) from error
        raise Refused(
            f"The model's chat template does not take this conversation: {said}."
        ) from error


def _applied(
    tokenizer: Any, messages: Sequence[ChatMessage], in_parts: bool, how: dict[str, bool]
) -> Any:
    turns = [
        {
            "role": message.role,
            "content": [{"type": "text", "text": message.text}] if in_parts else message.text,
        }
        for message in messages
    ]
    return tokenizer.apply_chat_template(turns, **{"add_generation_prompt": True, **how})
