"""The conversation as it stood at any moment: edits and new beginnings included."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter

from mlxtop.events import Conversation, Message, Role, TurnStart
from mlxtop.folds.log import Log
from mlxtop.folds.turn import Turn

SYSTEM_INDEX = -1


@dataclass(frozen=True, slots=True)
class _Place:
    """A message, and the one it follows: the last of them holds a whole conversation."""

    index: int
    role: Role
    start: float
    text: str | None
    turn: Turn | None = None
    before: "_Place | None" = None
    example: bool = False

    def entry(self, t: float) -> "Entry":
        text, thinking, is_open = self.text, "", False
        if self.turn is not None:
            said = self.turn.text(t)
            text, thinking = said.reply, said.thinking
            is_open = self.turn.ended(t) is None
        key = (self.start, self.index)
        return Entry(key, self.index, self.role, text, thinking, self.turn, is_open, self.example)


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
    example: bool = False
    """True where a prompt config put it there."""


def _cut(last: _Place | None, index: int) -> _Place | None:
    """Return the last message before place `index` of the conversation that ends in `last`."""
    while last is not None and last.index >= index:
        last = last.before
    return last


class Transcript:
    """All messages ever said, each knowing what stood before it when it was said."""

    def __init__(self) -> None:
        self._last: Log[_Place | None] = Log()
        """The last message that stands from a time on."""
        self._system: Log[_Place | None] = Log()
        self._id: int | None = None
        """Of the conversation that goes on."""
        self._left: dict[int | None, tuple[_Place | None, _Place | None]] = {}
        """Where earlier conversations, by their ids, ended: last message and system prompt."""

    def conversation(self, event: Conversation) -> None:
        """Cut off everything: a new conversation begins, or goes on where it was left."""
        t = event.t
        self._left[self._id] = self._last.at(t), self._system.at(t)
        last, system = self._left.get(event.id, (None, None)) if event.resumed else (None, None)
        self._last.add(t, last)
        self._system.add(t, system)
        self._id = event.id

    def message(self, event: Message) -> None:
        """Store a message; what stood at its place or after it is cut off."""
        if event.role == "system":
            place = _Place(SYSTEM_INDEX, "system", event.t, event.text)
            self._system.add(event.t, None if event.text == "" else place)
            return
        before = _cut(self._last.at(event.t), event.index)
        place = _Place(
            event.index, event.role, event.t, event.text, before=before, example=event.example
        )
        self._last.add(event.t, place)

    def turn(self, event: TurnStart, turn: Turn) -> None:
        """Store the beginning of a reply.

        One to a message that no longer stands (asked before a new conversation, begun after) has
        no place.
        """
        before = _cut(self._last.at(event.t), event.index)
        asked = before is not None and before.index == event.index - 1 and before.role == "user"
        if event.index > 0 and not asked:
            return
        place = _Place(event.index, "assistant", event.t, None, turn, before)
        self._last.add(event.t, place)

    def sayings(self) -> Iterator[Saying]:
        """Yield everything that was ever said, in the order in which it was begun."""
        every = merge(
            zip(self._system.times, self._system.values, strict=True),
            zip(self._last.times, self._last.values, strict=True),
            key=itemgetter(0),
        )
        for t, place in every:
            # One that stands again was yielded when it was said.
            if place is not None and place.start == t:
                yield Saying(place.start, place.role, place.text, place.turn)

    def at(self, t: float) -> list[Entry]:
        """Return the conversation as it stood at time t, first message first."""
        entries = []
        place = self._last.at(t)
        while place is not None:
            entries.append(place.entry(t))
            place = place.before
        if (system := self._system.at(t)) is not None:
            entries.append(system.entry(t))
        entries.reverse()
        return entries
