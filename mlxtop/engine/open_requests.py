"""Requests that the engine has not answered yet: its death ends them."""

import threading
from dataclasses import dataclass
from typing import ClassVar

from mlxtop import clock, events
from mlxtop.engine import protocol
from mlxtop.events import (
    AnyEvent,
    FinishReason,
    LoadEnd,
    LoadStart,
    Prefill,
    Tokens,
    TurnEnd,
    TurnStart,
)
from mlxtop.folds.fold import Fold, takes


@dataclass
class _Turn:
    request: protocol.Chat
    started: bool = False
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generation_tokens: int = 0


@dataclass
class _Load:
    request: protocol.Load
    started: LoadStart | None = None


def refused(request: protocol.Request, error: str) -> list[AnyEvent]:
    """Return the events that end a request that never reached the child."""
    pending = Pending()
    pending.asked(request)
    return pending.ends("error", error)


class Pending(Fold):
    """Turns and loads between request and end; thread-safe."""

    LEAVES_OUT: ClassVar = {
        "it opens nothing": (
            *(events.EngineReady, events.MlxMemory, events.LoadProgress, events.Unload),
            *(events.Breakdown, events.Notice, events.Error),
        ),
        "the engine reports no such thing": (
            *(events.Header, events.Anchor, events.Sample, events.Conversation, events.Message),
            *(events.BenchmarkStart, events.Trial, events.BenchmarkEnd, events.Mark, events.End),
        ),
    }

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[int, _Turn] = {}
        self._loads: list[_Load] = []

    def asked(self, request: protocol.Request) -> None:
        """Note a request that expects an answer."""
        with self._lock:
            if isinstance(request, protocol.Chat):
                self._turns[request.turn] = _Turn(request)
            elif isinstance(request, protocol.Load):
                self._loads.append(_Load(request))

    def add(self, event: AnyEvent) -> None:
        """Add an event of the engine."""
        with self._lock:
            super().add(event)

    @takes(LoadStart)
    def _load_start(self, event: LoadStart) -> None:
        if self._loads:
            self._loads[0].started = event

    @takes(LoadEnd)
    def _load_end(self, event: LoadEnd) -> None:
        if self._loads:
            self._loads.pop(0)

    @takes(TurnStart)
    def _turn_start(self, event: TurnStart) -> None:
        if (turn := self._turns.get(event.turn)) is not None:
            turn.started = True

    @takes(Prefill)
    def _prefill(self, event: Prefill) -> None:
        if (turn := self._turns.get(event.turn)) is not None:
            turn.prompt_tokens = event.total_tokens
            turn.cached_tokens = event.cached_tokens

    @takes(Tokens)
    def _tokens(self, event: Tokens) -> None:
        if (turn := self._turns.get(event.turn)) is not None:
            turn.generation_tokens += len(event.times)

    @takes(TurnEnd)
    def _turn_end(self, event: TurnEnd) -> None:
        self._turns.pop(event.turn, None)

    def ends(self, reason: FinishReason, error: str) -> list[AnyEvent]:
        """Return the events that end everything pending, and forget it."""
        with self._lock:
            turns, loads = list(self._turns.values()), self._loads
            self._turns, self._loads = {}, []
        t = clock.now()
        ends: list[AnyEvent] = []
        for load in loads:
            name = load.started.model if load.started else load.request.model
            if load.started is None:
                ends.append(LoadStart(t=t, model=name))
            ends.append(LoadEnd(t=t, model=name, error=error))
        for turn in turns:
            asked = turn.request
            if not turn.started:
                ends.append(
                    TurnStart(
                        t=t,
                        turn=asked.turn,
                        index=asked.index,
                        sampling=asked.sampling,
                        batch=asked.batch,
                        breakdown=asked.breakdown,
                        purpose=asked.purpose,
                    )
                )
            ends.append(
                TurnEnd(
                    t=t,
                    turn=asked.turn,
                    finish_reason=reason,
                    prompt_tokens=turn.prompt_tokens,
                    cached_tokens=turn.cached_tokens,
                    generation_tokens=turn.generation_tokens,
                )
            )
        return ends
