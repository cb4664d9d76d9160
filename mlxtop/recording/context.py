"""The state before a file begins, which the file needs to be complete in itself."""

import math
from typing import ClassVar

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.folds.conversation import Conversations, Messages, backwards
from mlxtop.folds.fold import Fold, takes
from mlxtop.folds.turn import Turn


class Context(Fold):
    """Folds events into the few that still hold: clock, engine, model, conversation, benchmark."""

    LEAVES_OUT: ClassVar = {
        "every file has its own": (events.Header, events.End),
        "of its moment": (events.Sample, events.LoadProgress, events.Mark, events.Notice),
    }

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._anchor: events.Anchor | None = None
        self._engine: events.EngineReady | None = None
        self._memory: events.MlxMemory | None = None
        self._loading: events.LoadStart | None = None
        self._loaded: list[AnyEvent] = []
        self._conversation: events.Conversation | None = None
        self._conversations: Conversations[_Reply] = Conversations()
        self._messages: Messages[_Reply] = Messages()
        self._open: dict[int, _Reply] = {}
        """Replies of the open turns by number, with or without a place in the conversation."""
        self._benchmark: events.BenchmarkStart | None = None
        self._trials: dict[tuple[int, int], events.Trial] = {}
        """The trials of that benchmark, by point and number."""
        self._benchmark_end: events.BenchmarkEnd | None = None

    @takes(events.Anchor)
    def _anchored(self, event: events.Anchor) -> None:
        self._anchor = event

    @takes(events.EngineReady)
    def _engine_ready(self, event: events.EngineReady) -> None:
        self._engine = event
        self._nothing_loaded()

    @takes(events.Error)
    def _error(self, event: events.Error) -> None:
        if event.engine_stopped:
            self._engine = None
            self._nothing_loaded()

    @takes(events.MlxMemory)
    def _mlx_memory(self, event: events.MlxMemory) -> None:
        self._memory = event

    @takes(events.LoadStart)
    def _load_start(self, event: events.LoadStart) -> None:
        # The earlier model is unloaded before the next one loads.
        self._loading, self._loaded = event, []

    @takes(events.LoadEnd)
    def _load_end(self, event: events.LoadEnd) -> None:
        start = [] if self._loading is None else [self._loading]
        self._loading, self._loaded = None, [] if event.error else [*start, event]

    @takes(events.Unload)
    def _unload(self, event: events.Unload) -> None:
        self._loaded = []

    @takes(events.Conversation)
    def _begin(self, event: events.Conversation) -> None:
        self._messages = self._conversations.begin(event, self._messages)
        self._conversation = event

    @takes(events.Message)
    def _message(self, event: events.Message) -> None:
        self._messages = self._messages.with_message(event)

    @takes(events.TurnStart)
    def _turn_start(self, event: events.TurnStart) -> None:
        reply = self._open[event.turn] = _Reply(event)
        self._messages = self._messages.with_reply(event, reply) or self._messages

    @takes(events.Prefill, events.Tokens, events.Breakdown)
    def _of_turn(self, event: events.Prefill | events.Tokens | events.Breakdown) -> None:
        if (reply := self._open.get(event.turn)) is not None:
            reply.events.append(event)

    @takes(events.TurnEnd)
    def _turn_end(self, event: events.TurnEnd) -> None:
        if (reply := self._open.pop(event.turn, None)) is not None:
            reply.finish(event)

    @takes(events.BenchmarkStart)
    def _benchmark_start(self, event: events.BenchmarkStart) -> None:
        self._benchmark, self._trials, self._benchmark_end = event, {}, None

    @takes(events.Trial)
    def _trial(self, event: events.Trial) -> None:
        if self._benchmark is not None and self._benchmark.benchmark == event.benchmark:
            self._trials[event.point, event.number] = event

    @takes(events.BenchmarkEnd)
    def _benchmark_over(self, event: events.BenchmarkEnd) -> None:
        if self._benchmark is not None and self._benchmark.benchmark == event.benchmark:
            self._benchmark_end = event

    def _nothing_loaded(self) -> None:
        self._memory, self._loading, self._loaded = None, None, []

    def opening(self) -> list[AnyEvent]:
        """Return the events that open a file, in time order."""
        machine = [self._anchor, self._engine, *self._loaded, self._loading, self._memory]
        machine += [self._benchmark, *self._trials.values(), self._benchmark_end]
        known = [event for event in machine if event is not None]
        return sorted([*known, *self._said()], key=lambda event: event.t)

    def _said(self) -> list[AnyEvent]:
        """Return the conversation, and the open turns."""
        said: list[AnyEvent] = [self._conversation] if self._conversation else []
        since = self._conversation.t if self._conversation else 0.0
        cut_off = dict(self._open)
        for place in reversed([*backwards(self._messages.last)]):
            if place.message is not None:
                said.append(place.message)
            elif place.reply is not None and (place.start >= since or place.reply.ended):
                said += place.reply.events
                cut_off.pop(place.reply.start.turn, None)
        # A message cuts off the places after it, so their times must have the same order.
        latest = -1.0
        for number, event in enumerate(said):
            latest = max(latest, event.t)
            if event.t < latest:
                said[number] = msgspec.structs.replace(event, t=latest)
        system = self._messages.system
        if system is not None and system.message is not None:
            # A message of a resumed conversation is older than its resumption.
            said.append(msgspec.structs.replace(system.message, t=max(system.start, since)))
        # A turn that was cut off comes before what cut it off.
        return [event for reply in cut_off.values() for event in reply.events] + said


class _Reply:
    """A reply: the events of its turn while that is open, then a message."""

    def __init__(self, start: events.TurnStart) -> None:
        self.start = start
        self.events: list[AnyEvent] = [start]
        self.ended = False

    def finish(self, end: events.TurnEnd) -> None:
        """Keep the text and drop the events that it came in."""
        turn = Turn(self.start)
        for event in self.events:
            if isinstance(event, events.Tokens):
                turn.add(event)
        turn.finish(end)
        text = turn.text(math.inf).reply
        self.ended = True
        self.events = [events.Message(t=end.t, index=self.start.index, role="assistant", text=text)]
