"""The conversation as it stood at any moment: edits and new beginnings included."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mlxtop.events import Conversation, Message, Role, TurnStart
from mlxtop.timeline.turn import Turn

SYSTEM_INDEX = -1


@dataclass(slots=True)
class _Place:
    """A message and the span of time during which it stood."""

    index: int
    role: Role
    start: float
    text: str | None
    turn: Turn | None = None
    cut: float = math.inf


@dataclass(frozen=True, slots=True)
class Saying:
    """A message that was written or a reply that was given, whether it still stands or not."""

    t: float
    """When it was sent, or when the reply was asked for."""
    role: Role
    text: str | None
    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it stood at the moment asked about. Text is raw: draw it through `visible`."""

    key: tuple[float, int]
    """Stays the same while the same message stands at the same place."""
    index: int
    role: Role
    text: str | None
    thinking: str
    turn: Turn | None
    open: bool
    """True while the reply is still being written."""


class Transcript:
    """All messages ever said, each with the span of time during which it stood."""

    def __init__(self) -> None:
        self._places: list[_Place] = []

    def conversation(self, event: Conversation) -> None:
        """Cut off everything: a new conversation begins."""
        self._cut(event.t, SYSTEM_INDEX)

    def message(self, event: Message) -> None:
        """Store a message; what stood at its place or after it is cut off."""
        if event.role == "system":
            for place in self._places:
                if place.index == SYSTEM_INDEX:
                    place.cut = min(place.cut, event.t)
            if event.text != "":
                self._places.append(_Place(SYSTEM_INDEX, "system", event.t, event.text))
            return
        self._cut(event.t, event.index)
        self._places.append(_Place(event.index, event.role, event.t, event.text))

    def turn(self, event: TurnStart, turn: Turn) -> None:
        """Store the beginning of a reply.

        One to a message that no longer stands (asked before a new conversation, begun after) has
        no place.
        """
        asked = (p for p in self._places if p.role == "user" and p.index == event.index - 1)
        if event.index > 0 and not any(place.cut > event.t for place in asked):
            return
        self._cut(event.t, event.index)
        self._places.append(_Place(event.index, "assistant", event.t, None, turn))

    def _cut(self, t: float, index: int) -> None:
        for place in self._places:
            if place.index >= index:
                place.cut = min(place.cut, t)

    def sayings(self) -> Iterator[Saying]:
        """Yield everything that was ever said, in the order in which it was begun."""
        for place in self._places:
            yield Saying(place.start, place.role, place.text, place.turn)

    def at(self, t: float) -> list[Entry]:
        """Return the conversation as it stood at time t, first message first."""
        entries = []
        for place in self._places:
            if not place.start <= t < place.cut:
                continue
            text, thinking, is_open = place.text, "", False
            if place.turn is not None:
                said = place.turn.text(t)
                text, thinking = said.reply, said.thinking
                is_open = place.turn.ended(t) is None
            entries.append(
                Entry(
                    (place.start, place.index),
                    place.index,
                    place.role,
                    text,
                    thinking,
                    place.turn,
                    is_open,
                )
            )
        entries.sort(key=lambda entry: entry.index)
        return entries
