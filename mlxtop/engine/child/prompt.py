"""Messages into the tokens of a prompt: by the model's chat template, or by a plain fallback."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mlxtop import clock
from mlxtop.engine.child.cache import common_prefix
from mlxtop.engine.child.markup import NO_MARKUP, Markup
from mlxtop.engine.child.refusal import Refused, ended
from mlxtop.engine.protocol import ChatMessage
from mlxtop.text import one_line

NO_CHAT_TEMPLATE = (
    "{model} has no chat template: it receives messages as plain lines of "
    '"role: text", so it may continue writing for both sides.'
)
DROPS_MESSAGES = (
    "The chat template of {model} drops the user's messages: it is not made for chat, "
    "and the model does not see your messages."
)
_QUESTION, _ANSWER, _THOUGHT = "Hello there", "Fine", "Hmm"


@dataclass(frozen=True)
class Template:
    """The properties of a model's chat template, tested when it is loaded."""

    two_steps: bool = False
    """Whether tokenizing its text gives the same tokens as the template: some tokenizers do not
    recognize the special tokens of their template in text."""
    in_parts: bool = False
    """Whether it needs a message's text as a list of parts, as in vision models."""
    leaves_out: bool = False
    """Whether its text does not contain the user's messages."""


NO_TEMPLATE = Template()


def look_at(tokenizer: Any) -> Template:
    """Return how a template handles a first message; a failure is reported in a turn."""
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
    """Return the text of a conversation; empty if the template does not accept it."""
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
    except Exception:  # noqa: BLE001 - an error is reported when the tokenizer is used
        return False


def keeps_breaks(tokenizer: Any, markup: Markup, template: Template) -> bool:
    """Return whether the template keeps the line breaks between thinking and reply.

    A reply is sent back without its thinking, as templates that know thinking do; Qwen3's
    also removes the line breaks, DeepSeek R1's does not.
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
    """Return the tokens of a conversation, or its text if `tokenize` is False.

    Raise Refused with the template's error, or a sentence about the system prompt if that is the
    cause.
    """
    try:
        return _applied(tokenizer, messages, in_parts, how)
    except MemoryError:
        raise
    except Exception as error:  # a template is a program that may raise anything
        reason = ended(one_line(str(error), 300)) or type(error).__name__
        if len(messages) > 1 and messages[0].role == "system":
            try:
                _applied(tokenizer, messages[1:], in_parts, how)
            except Exception:  # noqa: BLE001 - the system prompt is not the only cause
                pass
            else:
                raise Refused(
                    f"The model's chat template does not support a system prompt: leave it out "
                    f"({reason})."
                ) from error
        raise Refused(
            f"The model's chat template does not accept this conversation: {reason}."
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


@dataclass(frozen=True)
class Prompt:
    """A prompt's tokens, and the time to make them."""

    tokens: list[int]
    cue: str = ""
    """Its end after the conversation, from `Markup.cue`."""
    template_seconds: float | None = None
    tokenize_seconds: float | None = None


def render(
    tokenizer: Any,
    messages: Sequence[ChatMessage],
    template: Template = NO_TEMPLATE,
    markup: Markup = NO_MARKUP,
) -> Prompt:
    """Return the prompt that asks for the next reply; raise Refused if there is none.

    If the template's text gives the same tokens, text and tokens are made in two steps, each
    timed.
    """
    if not messages:
        raise Refused("There is no message to answer.")
    if not tokenizer.has_chat_template:
        text, began = plain(messages), clock.now()
        tokens = _tokens(tokenizer.encode(text))
        return _checked(Prompt(tokens, tokenize_seconds=clock.now() - began))
    prompt = _templated(tokenizer, messages, template)
    if not markup.declared:
        return _checked(prompt)
    parts = template.in_parts
    before = _tokens(apply(tokenizer, messages, in_parts=parts, add_generation_prompt=False))
    end = prompt.tokens[common_prefix(before, prompt.tokens) :]
    return _checked(replace(prompt, cue=markup.cue(end, tokenizer.decode)))


def _templated(tokenizer: Any, messages: Sequence[ChatMessage], template: Template) -> Prompt:
    parts = template.in_parts
    if not template.two_steps:
        return Prompt(_tokens(apply(tokenizer, messages, in_parts=parts)))
    began = clock.now()
    text = apply(tokenizer, messages, in_parts=parts, tokenize=False)
    rendered = clock.now()
    tokens = _tokens(tokenizer.encode(text, add_special_tokens=False))
    return Prompt(tokens, "", rendered - began, clock.now() - rendered)


def random_prompts(
    tokens: int, vocabulary: int, seed: int | None, count: int = 1
) -> list[list[int]]:
    """Return `count` prompts of random tokens; the same for the same seed."""
    if tokens < 1:
        raise Refused("A trial needs a prompt of at least one token.")
    draw = random.Random(seed)
    return [[draw.randrange(vocabulary) for _ in range(tokens)] for _ in range(count)]


@contextmanager
def endless(tokenizer: Any) -> Iterator[None]:
    """Let no token end a reply, as in `mlx_lm.benchmark`."""
    kept = tokenizer.eos_token_ids
    tokenizer.eos_token_ids = ()
    try:
        yield
    finally:
        tokenizer.eos_token_ids = kept


def plain(messages: Sequence[ChatMessage]) -> str:
    """Return the messages as lines of "role: text", followed by the assistant's role."""
    lines = [f"{message.role}: {message.text}" for message in messages]
    return "\n".join([*lines, "assistant:"])


def _tokens(tokens: Sequence[Any]) -> list[int]:
    return [int(token) for token in tokens]


def _checked(prompt: Prompt) -> Prompt:
    if not prompt.tokens:
        raise Refused("The prompt has zero tokens: there is nothing to feed to the model.")
    return prompt
