"""Where messages and replies stand in a conversation, and what cuts them off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from mlxtop.events import Conversation, Message, Role, TurnStart

SYSTEM_INDEX = -1

R = TypeVar("R")
"""What is held of a reply."""


@dataclass(frozen=True, slots=True)
class Place(Generic[R]):
    """A message or a reply, and the one it follows: the last holds a whole conversation."""

    index: int
    role: Role
    start: float
    """When it was sent, or when the reply was asked for."""
    message: Message | None = None
    """None for a reply that a turn gives."""
    reply: R | None = None
    before: "Place[R] | None" = None


@dataclass(frozen=True, slots=True)
class Standing(Generic[R]):
    """A conversation at one moment."""

    last: Place[R] | None = None
    """The last message or reply that stands."""
    system: Place[R] | None = None
    """The system prompt, which stands before all places."""

    def with_message(self, event: Message) -> "Standing[R]":
        """Return the conversation once a message was placed: what stood there or later is cut off.

        A system prompt cuts nothing off.
        """
        if event.role == "system":
            return Standing(self.last, Place(SYSTEM_INDEX, "system", event.t, event))
        before = self._cut(event.index)
        place = Place(event.index, event.role, event.t, event, before=before)
        return Standing(place, self.system)

    def with_reply(self, event: TurnStart, reply: R) -> "Standing[R] | None":
        """Return the conversation once a reply was begun; None where the reply has no place in it.

        A reply to a message that no longer stands (asked before a new conversation, begun after)
        has none.
        """
        before = self._cut(event.index)
        asked = before is not None and before.index == event.index - 1 and before.role == "user"
        if event.index > 0 and not asked:
            return None
        place = Place(event.index, "assistant", event.t, reply=reply, before=before)
        return Standing(place, self.system)

    def _cut(self, index: int) -> Place[R] | None:
        """Return the last message or reply before place `index`."""
        last = self.last
        while last is not None and last.index >= index:
            last = last.before
        return last


def backwards(last: Place[R] | None) -> Iterator[Place[R]]:
    """Yield the messages and replies of a conversation, from the last one on."""
    while last is not None:
        yield last
        last = last.before


class Conversations(Generic[R]):
    """Conversations that were left, by their ids: each may go on as it stood."""

    def __init__(self) -> None:
        self._id: int | None = None
        """Of the conversation that goes on."""
        self._left: dict[int | None, Standing[R]] = {}

    def begin(self, event: Conversation, now: Standing[R]) -> Standing[R]:
        """Leave the conversation as it stands now; return the one that begins or goes on."""
        self._left[self._id] = now
        self._id = event.id
        again = self._left.get(event.id) if event.resumed else None
        return again or Standing()
