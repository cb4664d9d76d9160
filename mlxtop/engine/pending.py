"""What was asked of the engine and is not answered yet, so that a death leaves nothing open."""

import threading
from dataclasses import dataclass

from mlxtop import clock
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
    """Return the events that end a request which never reached the child."""
    pending = Pending()
    pending.asked(request)
    return pending.ends("error", error)


class Pending:
    """Turns and loads between request and end; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[int, _Turn] = {}
        self._loads: list[_Load] = []

    def asked(self, request: protocol.Request) -> None:
        """Note a request that will be answered."""
        with self._lock:
            if isinstance(request, protocol.Chat):
                self._turns[request.turn] = _Turn(request)
            elif isinstance(request, protocol.Load):
                self._loads.append(_Load(request))

    def told(self, event: AnyEvent) -> None:
        """Note what the engine said."""
        with self._lock:
            match event:
                case LoadStart() if self._loads:
                    self._loads[0].started = event
                case LoadEnd() if self._loads:
                    self._loads.pop(0)
                case TurnEnd():
                    self._turns.pop(event.turn, None)
                case TurnStart() | Prefill() | Tokens():
                    self._told_of_turn(event)
                case _:
                    pass

    def _told_of_turn(self, event: TurnStart | Prefill | Tokens) -> None:
        turn = self._turns.get(event.turn)
        if turn is None:
            return
        match event:
            case TurnStart():
                turn.started = True
            case Prefill():
                turn.prompt_tokens = event.total_tokens
                turn.cached_tokens = event.cached_tokens
            case Tokens():
                turn.generation_tokens += len(event.times)

    def ends(self, reason: FinishReason, error: str) -> list[AnyEvent]:
        """Return the events that end everything open, which is then no longer open."""
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
