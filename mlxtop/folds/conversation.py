"""The messages of a conversation, and what cuts them off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from mlxtop.events import Conversation, Message, Role, TurnStart

SYSTEM_INDEX = -1

R = TypeVar("R")
"""The data kept for a reply."""


@dataclass(frozen=True, slots=True)
class Place(Generic[R]):
    """A message or a reply, and the one it follows: the last holds a whole conversation."""

    index: int
    role: Role
    start: float
    """When it was sent, or when the reply was requested."""
    message: Message | None = None
    """None for the reply of a turn."""
    reply: R | None = None
    before: "Place[R] | None" = None


@dataclass(frozen=True, slots=True)
class Messages(Generic[R]):
    """The messages of a conversation at one moment."""

    last: Place[R] | None = None
    """The last message or reply."""
    system: Place[R] | None = None
    """The system prompt, before all places."""

    def with_message(self, event: Message) -> "Messages[R]":
        """Return the messages once one was placed: what was there or later is cut off.

        A system prompt cuts nothing off.
        """
        if event.role == "system":
            return Messages(self.last, Place(SYSTEM_INDEX, "system", event.t, event))
        before = self._cut(event.index)
        place = Place(event.index, event.role, event.t, event, before=before)
        return Messages(place, self.system)

    def with_reply(self, event: TurnStart, reply: R) -> "Messages[R] | None":
        """Return the messages once a reply was begun; None if it has no place among them.

        A reply to a message that was cut off (asked before a new conversation, begun after)
        has none.
        """
        before = self._cut(event.index)
        asked = before is not None and before.index == event.index - 1 and before.role == "user"
        if event.index > 0 and not asked:
            return None
        place = Place(event.index, "assistant", event.t, reply=reply, before=before)
        return Messages(place, self.system)

    def _cut(self, index: int) -> Place[R] | None:
        """Return the last message or reply before place `index`."""
        last = self.last
        while last is not None and last.index >= index:
            last = last.before
        return last


def backwards(last: Place[R] | None) -> Iterator[Place[R]]:
    """Yield the messages and replies of a conversation, the last one first."""
    while last is not None:
        yield last
        last = last.before


class Conversations(Generic[R]):
    """Earlier conversations by id: each may continue as it was."""

    def __init__(self) -> None:
        self._id: int | None = None
        """Messages of the current conversation."""
        self._left: dict[int | None, Messages[R]] = {}

    def begin(self, event: Conversation, now: Messages[R]) -> Messages[R]:
        """Leave the current conversation; return the one that begins or continues."""
        self._left[self._id] = now
        self._id = event.id
        again = self._left.get(event.id) if event.resumed else None
        return again or Messages()
