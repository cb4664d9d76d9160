"""Drives a real engine process and keeps what it says."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mlxtop.engine import protocol
from mlxtop.engine.process import EngineProcess
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import (
    AnyEvent,
    LoadEnd,
    Notice,
    Prefill,
    Role,
    Sampling,
    Tokens,
    TurnEnd,
    TurnStart,
)
from mlxtop.sources.parts import Emit, Engine

PATIENCE_SECONDS = 60.0
"""When a test gives up; no test measures time."""

E = TypeVar("E")


def user(text: str) -> ChatMessage:
    return ChatMessage(role="user", text=text)


def assistant(text: str) -> ChatMessage:
    return ChatMessage(role="assistant", text=text)


def messages(*texts: str) -> list[ChatMessage]:
    """Return texts as a conversation: user, assistant, user…"""
    roles: tuple[Role, Role] = ("user", "assistant")
    return [ChatMessage(role=roles[place % 2], text=text) for place, text in enumerate(texts)]


@dataclass(frozen=True)
class Reply:
    """The events of one turn."""

    events: list[AnyEvent]
    end: TurnEnd

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def times(self) -> list[float]:
        return [t for batch in self.of(Tokens) for t in batch.times]

    def text(self, channel: str = "reply") -> str:
        pieces = [
            "".join(batch.text or []) for batch in self.of(Tokens) if batch.channel == channel
        ]
        tail = self.end.tail_text if self.end.tail_channel == channel else None
        return "".join(pieces) + (tail or "")

    @property
    def drafted(self) -> list[bool]:
        return [drafted for batch in self.of(Tokens) for drafted in batch.draft or []]

    @property
    def steps(self) -> list[Prefill]:
        """Prefill steps, without the event at the start and the one at the first token."""
        inner = [event for event in self.of(Prefill) if event.step_tokens]
        return [event for event in inner if event.done_tokens < event.total_tokens]

    @property
    def notices(self) -> list[str]:
        return [notice.text for notice in self.of(Notice)]

    @property
    def after_cancel(self) -> tuple[int, int]:
        """Prefill steps and tokens stamped after the engine had seen the cancel."""
        assert self.end.cancel_seconds is not None
        seen = self.end.t - self.end.cancel_seconds + 1e-6  # what rounding may do
        return (
            sum(step.t > seen for step in self.steps),
            sum(t > seen for t in self.times),
        )


class Driver:
    """An engine and everything it has said so far: a process, or what `make` returns."""

    def __init__(
        self, log_path: Path | None = None, *, make: Callable[[Emit], Engine] | None = None
    ) -> None:
        self.events: list[AnyEvent] = []
        self._news = threading.Condition()
        self._turn = 0
        self.loaded = ""
        """Name of the model that was loaded last."""
        self.engine = make(self._keep) if make else EngineProcess(self._keep, log_path)

    @property
    def process(self) -> EngineProcess:
        """The engine where it is a process."""
        assert isinstance(self.engine, EngineProcess)
        return self.engine

    def _keep(self, event: AnyEvent) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def wait(self, what: Callable[[AnyEvent], bool], start: int = 0) -> AnyEvent:
        """Return the first event from place `start` on that fits."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._news:
            while True:
                for event in self.events[start:]:
                    if what(event):
                        return event
                left = deadline - time.monotonic()
                assert left > 0, f"waited in vain; the last events: {self.events[-5:]}"
                self._news.wait(left)

    def wait_for(self, kind: type[E], start: int = 0) -> E:
        """Return the first event of a kind from place `start` on."""
        found: Any = self.wait(lambda event: isinstance(event, kind), start)
        return found  # type: ignore[no-any-return]

    def load(self, model: Path | str, **options: Any) -> LoadEnd:
        """Load a model and return how that ended."""
        request = protocol.Load(model=str(model), **options)
        start = len(self.events)
        self.engine.start()
        assert self.engine.send(request)
        end = self.wait_for(LoadEnd, start)
        self.loaded = "" if end.error or options else end.model
        return end

    def next_turn(self) -> int:
        """Return a number that no turn has had."""
        self._turn += 1
        return self._turn

    def ask(self, conversation: str | Sequence[ChatMessage], **sampling: Any) -> int:
        """Ask for a reply without waiting; return the turn's number."""
        asked = [user(conversation)] if isinstance(conversation, str) else list(conversation)
        request = protocol.Chat(
            turn=self.next_turn(), index=len(asked), messages=asked, sampling=Sampling(**sampling)
        )
        assert self.process.send(request)
        return request.turn

    def trial(
        self, tokens: int | None, *, batch: int = 1, breakdown: bool = False, **sampling: Any
    ) -> int:
        """Ask for a trial of random tokens without waiting; return the turn's number."""
        request = protocol.Chat(
            turn=self.next_turn(),
            index=1,
            messages=[user("hello")] if tokens is None else [],
            sampling=Sampling(**sampling),
            random_tokens=tokens,
            batch=batch,
            breakdown=breakdown,
            fresh=True,
        )
        assert self.process.send(request)
        return request.turn

    def reply(self, turn: int) -> Reply:
        """Wait for a turn's end and return the turn."""
        end = self.wait(lambda event: isinstance(event, TurnEnd) and event.turn == turn)
        assert isinstance(end, TurnEnd)
        first = next(
            place
            for place, event in enumerate(self.events)
            if isinstance(event, TurnStart) and event.turn == turn
        )
        return Reply(self.events[first : self.events.index(end) + 1], end)

    def chat(self, conversation: str | Sequence[ChatMessage], **sampling: Any) -> Reply:
        """Ask and wait."""
        return self.reply(self.ask(conversation, **sampling))

    def cancel(self) -> None:
        assert self.process.send(protocol.Cancel())
