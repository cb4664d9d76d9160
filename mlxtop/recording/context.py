"""What stood before a file began, and must be in it to make sense of the rest."""

from typing import ClassVar

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.folds.fold import Fold, takes


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
        self._system: events.Message | None = None
        self._messages: dict[int, events.Message] = {}
        self._left: dict[int, tuple[events.Message | None, dict[int, events.Message]]] = {}
        """System prompt and messages of earlier conversations, which may go on."""
        self._turn: list[AnyEvent] = []
        self._benchmark: events.BenchmarkStart | None = None
        self._trials: dict[tuple[int, int], events.Trial] = {}
        """Of that benchmark, by point and number."""
        self._benchmark_end: events.BenchmarkEnd | None = None
        self._cut_off = False
        """The open turn's reply was cut off; the turn itself goes on until it ends."""

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
        # The model that was there is let go of before the next one loads.
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
        if self._conversation is not None:
            self._left[self._conversation.id] = self._system, self._messages
        again = self._left.get(event.id) if event.resumed else None
        self._system, self._messages = again or (None, {})
        self._conversation = event
        self._cut_off = True

    @takes(events.Message)
    def _message(self, event: events.Message) -> None:
        if event.role == "system":
            # It stands before all places, and changing it cuts nothing off.
            self._system = event
            return
        self._cut(event.index)
        self._messages[event.index] = event

    @takes(events.TurnStart)
    def _turn_start(self, event: events.TurnStart) -> None:
        # One to a message that no longer stands has no place in the conversation.
        asked = self._messages.get(event.index - 1)
        placed = event.index <= 0 or (asked is not None and asked.role == "user")
        if placed:
            self._cut(event.index)
        self._turn, self._cut_off = [event], not placed

    @takes(events.Prefill, events.Tokens, events.Breakdown)
    def _of_turn(self, event: events.Prefill | events.Tokens | events.Breakdown) -> None:
        if self._turn and self._number == event.turn:
            self._turn.append(event)

    @takes(events.TurnEnd)
    def _turn_end(self, event: events.TurnEnd) -> None:
        if self._turn and self._number == event.turn:
            self._finish(event)

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
        said: list[AnyEvent] = [self._conversation] if self._conversation else []
        said += [self._messages[index] for index in sorted(self._messages)]
        if not self._cut_off:
            said += self._turn
        # A message cuts off the places after it, so their order must hold in time as well.
        latest = -1.0
        for place, event in enumerate(said):
            latest = max(latest, event.t)
            if event.t < latest:
                said[place] = msgspec.structs.replace(event, t=latest)
        if self._system is not None:
            # One of a conversation that went on is older than that.
            since = self._conversation.t if self._conversation else self._system.t
            t = max(self._system.t, since)
            said.append(msgspec.structs.replace(self._system, t=t))
        machine = [self._anchor, self._engine, *self._loaded, self._loading, self._memory]
        machine += [self._benchmark, *self._trials.values(), self._benchmark_end]
        known = [event for event in machine if event is not None]
        # A turn that was cut off stands before what cut it off.
        ended = self._turn if self._cut_off else []
        return sorted([*known, *ended, *said], key=lambda event: event.t)

    @property
    def _number(self) -> int:
        start = self._turn[0]
        return start.turn if isinstance(start, events.TurnStart) else -1

    def _cut(self, index: int) -> None:
        self._messages = {at: message for at, message in self._messages.items() if at < index}
        if self._turn:
            start = self._turn[0]
            if isinstance(start, events.TurnStart) and start.index >= index:
                self._cut_off = True

    def _finish(self, end: events.TurnEnd) -> None:
        start = self._turn[0]
        turn, self._turn = self._turn, []
        if self._cut_off or not isinstance(start, events.TurnStart):
            return
        pieces: list[str] = []
        kept = True
        for event in turn:
            if isinstance(event, events.Tokens):
                kept = kept and event.text is not None
                if event.channel == "reply":
                    pieces += event.text or []
        if end.tail_channel == "reply":
            pieces.append(end.tail_text or "")
        self._messages[start.index] = events.Message(
            t=end.t, index=start.index, role="assistant", text="".join(pieces) if kept else None
        )
