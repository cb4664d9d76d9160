"""Entries of a dataset as what is asked of a model: a text, or a conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlxtop.bench.skipped import CONVERSATIONS, FIELDS
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Role
from mlxtop.text import scrub

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "model": "assistant",
}
"""Who speaks, as chat datasets and ShareGPT call them."""


def asked(entry: Any) -> tuple[ChatMessage, ...]:
    """Return the messages that an entry asks with, the last one the user's; none for no prompt.

    Of a conversation (`messages` with role and content, `conversations` with from and value) they
    go up to the user's last turn, the turns before it included: the answer to it is the model's.
    """
    if (turns := _turns(entry)) is not None:
        return _up_to_the_user(turns)
    said = scrub(_said(entry))
    return (ChatMessage(role="user", text=said),) if said else ()


def is_empty(entry: Any) -> bool:
    """Return whether an entry that asks nothing has a field for it."""
    if isinstance(entry, dict):
        return any(isinstance(entry.get(name), str) for name in FIELDS)
    return isinstance(entry, str)


def _turns(entry: Any) -> Sequence[Any] | None:
    if not isinstance(entry, dict):
        return None
    return next((entry[name] for name in CONVERSATIONS if isinstance(entry.get(name), list)), None)


def _up_to_the_user(turns: Sequence[Any]) -> tuple[ChatMessage, ...]:
    found: list[ChatMessage] = []
    for turn in turns:
        if not isinstance(turn, dict):
            break
        role = _ROLES.get(str(turn.get("role", turn.get("from"))).lower())
        text = _content(turn.get("content", turn.get("value")))
        if role is None or text is None:
            break  # a tool's: asked without tools, what follows would make no sense
        if text.strip():
            found.append(ChatMessage(role=role, text=scrub(text)))
    while found and found[-1].role != "user":
        found.pop()
    return tuple(found)


def _content(content: Any) -> str | None:
    """Return the text of a message, also where it is given in parts; None where it is not text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") for part in content if isinstance(part, Mapping)]
    texts = [part for part in parts if isinstance(part, str)]
    return "\n".join(texts) if len(texts) == len(content) else None


def _said(entry: Any) -> str:
    """Return the prompt of an entry; empty where it has none."""
    if isinstance(entry, str):
        return entry.strip()
    if not isinstance(entry, dict):
        return ""
    said = next((entry[name] for name in FIELDS if isinstance(entry.get(name), str)), "")
    more = entry.get("input")
    parts = (said.strip(), more.strip() if isinstance(more, str) else "")
    return "\n\n".join(part for part in parts if part)
