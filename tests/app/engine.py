"""An engine that does as it is told: what the app asks is kept, what it answers is made up."""

from collections.abc import Callable
from pathlib import Path

from mlxtop import clock, events
from mlxtop.engine.protocol import Cancel, Chat, Load, Request, Unload
from mlxtop.events import AnyEvent, FinishReason

REPLY = "It is *made up*, word by word."


class ScriptedEngine:
    """Stands in for `EngineProcess`; a reply stays open until `finish` where it is told to wait."""

    made: "ScriptedEngine"
    """The one that was made last."""

    def __init__(self, emit: Callable[[AnyEvent], None], log_path: Path | None = None) -> None:
        self.emit = emit
        self.asked: list[Request] = []
        self.waits = False
        """True: replies stop before their last word, and loads before their end."""
        self.deaf = False
        """True: no stop is heard."""
        self.reply = REPLY
        self.open: Chat | Load | None = None
        self.starts = 0
        self.alive = False
        type(self).made = self

    def start(self) -> bool:
        self.starts += 1
        self.alive = True
        self.emit(events.EngineReady(t=clock.now(), pid=1, mlx="0", mlx_lm="0", device="cpu"))
        return True

    def restart(self, grace_seconds: float = 1.0) -> bool:
        self.deaf = False
        self.finish("cancelled")
        return self.start()

    def close(self, grace_seconds: float = 1.0) -> None:
        self.alive = False

    def die(self) -> None:
        """Stop as if it had been killed."""
        self.alive = False
        if isinstance(self.open, Chat):
            self._end(self.open, "engine died")
        text = "The engine was killed by signal 9."
        log = ["loading", "out of memory"]
        self.emit(
            events.Error(t=clock.now(), origin="engine", text=text, log=log, engine_stopped=True)
        )

    def send(self, request: Request) -> bool:
        if not self.alive:
            return False
        self.asked.append(request)
        match request:
            case Load():
                name = request.model.rsplit("/", 1)[-1]
                self.emit(events.LoadStart(t=clock.now(), model=name, weights_bytes=1000))
                self.open = request
            case Chat():
                self._begin(request)
            case Unload():
                self.emit(events.Unload(t=clock.now()))
            case Cancel():
                if not self.deaf:
                    self.finish("cancelled")
            case _:
                pass
        if not self.waits:
            self.finish()
        return True

    def _begin(self, asked: Chat) -> None:
        t, turn = clock.now(), asked.turn
        self.open = asked
        self.emit(events.TurnStart(t=t, turn=turn, index=asked.index, sampling=asked.sampling))
        self.emit(events.Prefill(t=t, turn=turn, done_tokens=9, total_tokens=9))
        words = self.reply.split(" ")
        pieces = [f"{word} " for word in words[:-1]] + words[-1:]
        for piece in pieces[: -1 if self.waits else None]:
            t = clock.now()
            self.emit(events.Tokens(t=t, turn=turn, times=[t], text=[piece]))

    def finish(self, reason: FinishReason = "stop") -> None:
        """End what is open."""
        match self.open:
            case Load() as load:
                name = load.model.rsplit("/", 1)[-1]
                error = "Loading was stopped." if reason == "cancelled" else ""
                self.emit(events.LoadEnd(t=clock.now(), model=name, path=load.model, error=error))
            case Chat() as chat:
                self._end(chat, reason)
            case _:
                pass
        self.open = None

    def _end(self, chat: Chat, reason: FinishReason) -> None:
        self.open = None
        count = len(self.reply.split(" "))
        self.emit(
            events.TurnEnd(
                t=clock.now(), turn=chat.turn, finish_reason=reason, generation_tokens=count
            )
        )

    def chats(self) -> list[Chat]:
        """Return every turn that was asked for."""
        return [request for request in self.asked if isinstance(request, Chat)]
