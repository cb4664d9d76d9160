"""The conversation as it was at any moment, with edits and new conversations."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter

from mlxtop.events import Conversation, Message, Role, TurnStart
from mlxtop.folds.conversation import Conversations, Messages, Place, backwards
from mlxtop.folds.history import History
from mlxtop.folds.turn import Turn


@dataclass(frozen=True, slots=True)
class Saying:
    """A message or a reply, whether or not it is still in the conversation."""

    t: float
    """When it was sent, or when the reply was requested."""
    role: Role
    text: str | None
    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it was at a moment. Text is raw: draw it through `visible`."""

    key: tuple[float, int]
    """Stays the same as long as the same message is at the same place."""
    index: int
    role: Role
    text: str | None
    thinking: str
    turn: Turn | None
    open: bool
    """True while the reply is still being generated."""
    example: bool = False
    """True if it comes from a prompt config."""


class Transcript:
    """All messages of a run, each with the one before it at that time."""

    def __init__(self) -> None:
        self._last: History[Place[Turn] | None] = History()
        """The last message from a time on."""
        self._system: History[Place[Turn] | None] = History()
        self._conversations: Conversations[Turn] = Conversations()
        self._begun: History[Conversation] = History()

    def _messages(self, t: float) -> Messages[Turn]:
        return Messages(self._last.at(t), self._system.at(t))

    def conversation(self, event: Conversation) -> None:
        """Cut off everything: a new conversation begins, or an earlier one continues."""
        messages = self._conversations.begin(event, self._messages(event.t))
        self._last.add(event.t, messages.last)
        self._system.add(event.t, messages.system)
        self._begun.add(event.t, event)

    def message(self, event: Message) -> None:
        """Store a message."""
        messages = self._messages(event.t).with_message(event)
        if event.role == "system":
            self._system.add(event.t, None if event.text == "" else messages.system)
        else:
            self._last.add(event.t, messages.last)

    def turn(self, event: TurnStart, turn: Turn) -> None:
        """Store the beginning of a reply."""
        messages = self._messages(event.t).with_reply(event, turn)
        if messages is not None:
            self._last.add(event.t, messages.last)

    def sayings(self) -> Iterator[Saying]:
        """Yield all messages and replies, in the order in which they began."""
        every = merge(
            zip(self._system.times, self._system.values, strict=True),
            zip(self._last.times, self._last.values, strict=True),
            key=itemgetter(0),
        )
        for t, place in every:
            # A restored message was yielded when it was first sent.
            if place is not None and place.start == t:
                text = None if place.message is None else place.message.text
                yield Saying(place.start, place.role, text, place.reply)

    def replies(self, t: float) -> Iterator[Turn]:
        """Yield the replies of the conversation at time t, the last one first."""
        return (place.reply for place in backwards(self._last.at(t)) if place.reply is not None)

    def holds(self, turn: Turn, t: float) -> bool:
        """Return whether no other conversation began after a turn and by time t."""
        begun = self._begun.at(t)
        return begun is None or begun.t <= turn.start.t

    def asked(self, turn: Turn) -> str:
        """Return the message that a reply answers; empty without one, or without its text."""
        place = self._last.at(turn.start.t)
        before = place.before if place is not None and place.reply is turn else None
        return "" if before is None or before.message is None else before.message.text or ""

    def at(self, t: float) -> list[Entry]:
        """Return the conversation as it was at time t, first message first."""
        entries = [_entry(place, t) for place in backwards(self._last.at(t))]
        if (system := self._system.at(t)) is not None:
            entries.append(_entry(system, t))
        entries.reverse()
        return entries


def _entry(place: Place[Turn], t: float) -> Entry:
    index, role, turn = place.index, place.role, place.reply
    key = (place.start, index)
    if turn is not None:
        text = turn.text(t)
        is_open = turn.ended(t) is None
        return Entry(key, index, role, text.reply, text.thinking, turn, is_open)
    message = place.message
    assert message is not None
    return Entry(key, index, role, message.text, "", None, False, message.example)
