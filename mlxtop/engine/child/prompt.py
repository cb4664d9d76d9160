"""Messages into the tokens of a prompt, by the model's chat template or a plain fallback."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mlxtop import clock
from mlxtop.engine.child.cache import common_prefix
from mlxtop.engine.child.markup import NO_MARKUP, Markup
from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.child.template import NO_TEMPLATE, Template, apply
from mlxtop.engine.protocol import ChatMessage


@dataclass(frozen=True)
class Prompt:
    """A prompt's tokens, and what making them took."""

    tokens: list[int]
    cue: str = ""
    """What it ends in behind the conversation, as `Markup.cue` writes it."""
    template_seconds: float | None = None
    tokenize_seconds: float | None = None


def render(
    tokenizer: Any,
    messages: Sequence[ChatMessage],
    template: Template = NO_TEMPLATE,
    markup: Markup = NO_MARKUP,
) -> Prompt:
    """Return the prompt that asks for the next reply; raise Refused where there is none.

    If the template's text gives the same tokens, text and tokens are made one after the other,
    each timed.
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
    """Return so many prompts of so many random tokens; the same for the same seed."""
    if tokens < 1:
        raise Refused("A trial needs a prompt of at least one token.")
    draw = random.Random(seed)
    return [[draw.randrange(vocabulary) for _ in range(tokens)] for _ in range(count)]


@contextmanager
def endless(tokenizer: Any) -> Iterator[None]:
    """Let no token end a reply, as `mlx_lm.benchmark` does."""
    kept = tokenizer.eos_token_ids
    tokenizer.eos_token_ids = ()
    try:
        yield
    finally:
        tokenizer.eos_token_ids = kept


def plain(messages: Sequence[ChatMessage]) -> str:
    """Return the messages as lines of "role: text", ending in the assistant's cue."""
    lines = [f"{message.role}: {message.text}" for message in messages]
    return "\n".join([*lines, "assistant:"])


def _tokens(tokens: Sequence[Any]) -> list[int]:
    return [int(token) for token in tokens]


def _checked(prompt: Prompt) -> Prompt:
    if not prompt.tokens:
        raise Refused("The prompt has zero tokens: there is nothing to feed to the model.")
    return prompt
