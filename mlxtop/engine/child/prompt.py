"""Messages into the tokens of a prompt, by the model's chat template or a plain fallback."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import TemplateError

from mlxtop import clock
from mlxtop.engine.child.cache import common_prefix
from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.protocol import ChatMessage
from mlxtop.text import one_line

NO_TEMPLATE = (
    "{model} has no chat template: messages are given to it as plain lines of "
    '"role: text", so it may go on writing for both sides.'
)


@dataclass(frozen=True)
class Prompt:
    """A prompt's tokens, and what making them took."""

    tokens: list[int]
    thinking: bool = False
    """Whether it ends inside an opened thinking tag."""
    template_seconds: float | None = None
    tokenize_seconds: float | None = None


def render(tokenizer: Any, messages: Sequence[ChatMessage], two_steps: bool = False) -> Prompt:
    """Return the prompt that asks for the next reply; raise Refused where there is none.

    In `two_steps`, text first, each step is timed.
    """
    if not messages:
        raise Refused("There is no message to answer.")
    if not tokenizer.has_chat_template:
        text, began = plain(messages), clock.now()
        tokens = _tokens(tokenizer.encode(text))
        return _checked(Prompt(tokens, tokenize_seconds=clock.now() - began))
    turns = [{"role": message.role, "content": message.text} for message in messages]
    prompt = _templated(tokenizer, turns, two_steps)
    if not tokenizer.has_thinking:
        return _checked(prompt)
    before = _tokens(_apply(tokenizer, turns, add_generation_prompt=False))
    cue = prompt.tokens[common_prefix(before, prompt.tokens) :]
    opened = tokenizer.rfind_think_start(cue) if cue else -1
    closed = tokenizer.rfind_think_end(cue) if cue else -1
    return _checked(replace(prompt, thinking=opened > closed))


def _templated(tokenizer: Any, turns: list[dict[str, str]], two_steps: bool) -> Prompt:
    if not two_steps:
        return Prompt(_tokens(_apply(tokenizer, turns)))
    began = clock.now()
    text = _apply(tokenizer, turns, tokenize=False)
    rendered = clock.now()
    tokens = _tokens(tokenizer.encode(text, add_special_tokens=False))
    return Prompt(tokens, False, rendered - began, clock.now() - rendered)


def has_two_steps(tokenizer: Any) -> bool:
    """Return whether a template's text comes to the tokens that the template itself comes to.

    Some tokenizers know the special tokens of their template in no text.
    """
    if not tokenizer.has_chat_template:
        return False
    turns = [{"role": "user", "content": "Hello"}]
    try:
        whole = _templated(tokenizer, turns, two_steps=False)
        return _templated(tokenizer, turns, two_steps=True).tokens == whole.tokens
    except Exception:  # noqa: BLE001 - whatever a template does is told when it is used
        return False


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


def _apply(tokenizer: Any, turns: list[dict[str, str]], **how: bool) -> Any:
    """Return the tokens of a conversation, or its text where `tokenize` is False."""
    try:
        return tokenizer.apply_chat_template(turns, **{"add_generation_prompt": True, **how})
    except TemplateError as error:
        raise Refused(
            f"The model's chat template does not take this conversation: {one_line(str(error))}."
        ) from error


def _tokens(tokens: Sequence[Any]) -> list[int]:
    return [int(token) for token in tokens]


def _checked(prompt: Prompt) -> Prompt:
    if not prompt.tokens:
        raise Refused("The prompt comes to zero tokens: there is nothing to feed to the model.")
    return prompt
