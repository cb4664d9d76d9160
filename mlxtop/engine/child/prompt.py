"""Messages into the tokens of a prompt, by the model's chat template or a plain fallback."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

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
    """A prompt's tokens, and whether it ends inside an opened thinking tag."""

    tokens: list[int]
    thinking: bool = False


def render(tokenizer: Any, messages: Sequence[ChatMessage]) -> Prompt:
    """Return the prompt that asks for the next reply; raise Refused where there is none."""
    if not messages:
        raise Refused("There is no message to answer.")
    if not tokenizer.has_chat_template:
        tokens = [int(token) for token in tokenizer.encode(plain(messages))]
        return _checked(Prompt(tokens))
    turns = [{"role": message.role, "content": message.text} for message in messages]
    tokens = _apply(tokenizer, turns, True)
    if not tokenizer.has_thinking:
        return _checked(Prompt(tokens))
    before = _apply(tokenizer, turns, False)
    cue = tokens[common_prefix(before, tokens) :]
    opened = tokenizer.rfind_think_start(cue) if cue else -1
    closed = tokenizer.rfind_think_end(cue) if cue else -1
    return _checked(Prompt(tokens, thinking=opened > closed))


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


def _apply(tokenizer: Any, turns: list[dict[str, str]], cue: bool) -> list[int]:
    try:
        tokens = tokenizer.apply_chat_template(turns, add_generation_prompt=cue, tokenize=True)
    except TemplateError as error:
        raise Refused(
            f"The model's chat template does not take this conversation: {one_line(str(error))}."
        ) from error
    return [int(token) for token in tokens]


def _checked(prompt: Prompt) -> Prompt:
    if not prompt.tokens:
        raise Refused("The prompt comes to zero tokens: there is nothing to feed to the model.")
    return prompt
