"""A fake engine: it keeps the requests it gets and sends made-up replies.

`tests/engine/test_contract.py` checks that it and the real engine send events in the same order.
"""

from collections import deque
from collections.abc import Callable

from mlxtop import clock, events
from mlxtop.engine.open_requests import Pending
from mlxtop.engine.protocol import Cancel, Chat, Load, Quit, Request, Unload
from mlxtop.events import AnyEvent, FinishReason, LoadEnd, LoadStart, Prefill, Tokens
from mlxtop.sources.parts import Emit

REPLY = "It is *made up*, word by word."
PID = 1
LOG = ["loading", "out of memory"]
"""The last lines of the log of a fake engine that died."""


class FakeEngine:
    """Replaces `EngineProcess`; answers during the call, or when the test calls `finish`."""

    def __init__(
        self,
        emit: Emit,
        *,
        now: Callable[[], float] = clock.now,
        seconds: float | None = None,
    ) -> None:
        """`now` is the clock of events; a reply takes `seconds` and ends in `tick`."""
        self._emit = emit
        self._now = now
        self.seconds = seconds
        self.asked: list[Request] = []
        self.waits = False
        """True: replies pause before their last word, and loads before their end."""
        self.deaf = False
        """True: requests to stop are ignored."""
        self.reply = REPLY
        self.missing: set[str] = set()
        """Models that cannot be loaded."""
        self.open: Chat | Load | None = None
        self.starts = 0
        self.alive = False
        self._model = ""
        self._queue: deque[tuple[Request, bool]] = deque()
        """Waiting requests, and whether they have been cancelled."""
        self._pending = Pending()
        self._rest: list[str] = []
        """Words of the open reply that have not been sent."""
        self._prompt_tokens = self._generated = 0
        self._due = 0.0

    @property
    def pid(self) -> int | None:
        return PID if self.alive else None

    def start(self) -> bool:
        if not self.alive:
            self.starts += 1
            self.alive = True
            self._report(
                events.EngineReady(t=self._now(), pid=PID, mlx="0", mlx_lm="0", device="cpu")
            )
        return True

    def restart(self, grace_seconds: float = 1.0) -> bool:
        self.close(grace_seconds)
        self.deaf = False
        return self.start()

    def close(self, grace_seconds: float = 1.0) -> None:
        if self.alive:
            self._end_all("cancelled", "was ended")

    def die(self) -> None:
        """Stop as if killed."""
        self._end_all("engine died", "stopped")
        self._report(
            events.Error(
                t=self._now(),
                origin="engine",
                text="The engine was killed by signal 9.",
                log=LOG,
                engine_stopped=True,
            )
        )

    def _end_all(self, reason: FinishReason, how: str) -> None:
        self.alive = False
        self.open, self._model = None, ""
        self._queue.clear()
        for event in self._pending.ends(reason, f"The engine {how} while loading the model."):
            self._emit(event)

    def send(self, request: Request) -> bool:
        if not self.alive:
            return False
        self.asked.append(request)
        if isinstance(request, Quit):
            self.close()
        elif isinstance(request, Cancel):
            if not self.deaf:
                self._cancel()
        else:
            self._pending.asked(request)
            self._queue.append((request, False))
            self._continue()
        return True

    def chats(self) -> list[Chat]:
        """Return every requested turn."""
        return [request for request in self.asked if isinstance(request, Chat)]

    def finish(self, reason: FinishReason | None = None) -> None:
        """End the open reply or load, with or without a reason, and start the next."""
        self._finish(reason)
        self._continue()

    def tick(self) -> None:
        """End the reply if its time is over."""
        if isinstance(self.open, Chat) and self.seconds is not None and self._now() >= self._due:
            self.finish()

    def _report(self, event: AnyEvent) -> None:
        self._pending.add(event)
        self._emit(event)

    def _continue(self) -> None:
        while self.open is None and self._queue:
            request, cancelled = self._queue.popleft()
            match request:
                case Load():
                    self._unload()
                    self.open = request
                    self._report(LoadStart(t=self._now(), model=_name(request), weights_bytes=1000))
                case Chat():
                    self._begin(request, cancelled)
                case Unload():
                    self._unload()
                case _:
                    pass
            if cancelled:
                self._finish("cancelled")
            elif not self.waits and not (isinstance(self.open, Chat) and self.seconds is not None):
                self._finish(None)

    def _unload(self) -> None:
        if self._model:
            self._report(events.Unload(t=self._now(), model=self._model))
        self._model = ""

    def _cancel(self) -> None:
        self._queue = deque((request, True) for request, _ in self._queue)
        self.finish("cancelled")

    def _begin(self, chat: Chat, cancelled: bool) -> None:
        self.open = chat
        self._rest = []
        self._prompt_tokens = self._generated = 0
        t, turn = self._now(), chat.turn
        self._report(
            events.TurnStart(
                t=t,
                turn=turn,
                index=chat.index,
                sampling=chat.sampling,
                batch=chat.batch,
                breakdown=chat.breakdown,
                purpose=chat.purpose,
            )
        )
        if cancelled:
            return
        if not self._model:
            self._end(chat, "error", "No model is loaded: load one first.")
            return
        self._prompt_tokens = 9 if chat.random_tokens is None else chat.random_tokens * chat.batch
        for done in (0, self._prompt_tokens):
            self._report(
                Prefill(t=t, turn=turn, done_tokens=done, total_tokens=self._prompt_tokens)
            )
        self._rest = self._words(chat)
        self._due = t + (self.seconds or 0.0)
        if self.seconds is None:
            for word in self._rest[:-1]:
                self._send_tokens(chat, [word], [self._now()])
            del self._rest[:-1]

    def _words(self, chat: Chat) -> list[str]:
        """Return the pieces of a reply, one per token."""
        most = chat.sampling.max_tokens
        if chat.random_tokens is not None:
            return ["word "] * most * chat.batch
        words = self.reply.split(" ")
        return [*(f"{word} " for word in words[:-1]), words[-1]][:most]

    def _send_tokens(self, chat: Chat, words: list[str], times: list[float]) -> None:
        self._generated += len(words)
        text = words if chat.batch == 1 else None
        self._report(Tokens(t=times[-1], turn=chat.turn, times=times, text=text))

    def _finish(self, reason: FinishReason | None) -> None:
        match self.open:
            case Load() as load:
                self._end_load(load, reason)
            case Chat() as chat:
                if reason in (None, "stop", "length") and self._rest:
                    count, t = len(self._rest), self._now()
                    span = (self.seconds or 0.0) / 3
                    self._send_tokens(
                        chat, self._rest, [t - span * (1 - n / count) for n in range(count)]
                    )
                whole = chat.random_tokens is not None
                cut = whole or self._generated >= chat.sampling.max_tokens
                self._end(chat, reason or ("length" if cut else "stop"))
            case None:
                pass

    def _end_load(self, load: Load, reason: FinishReason | None) -> None:
        self.open = None
        name, t = _name(load), self._now()
        if reason == "cancelled":
            self._report(LoadEnd(t=t, model=name, error=f"Loading {name} was cancelled."))
        elif load.model in self.missing:
            self._report(LoadEnd(t=t, model=name, error="It is not there."))
        else:
            self._model = name
            self._report(LoadEnd(t=t, model=name, path=load.model, seconds=0.5))

    def _end(self, chat: Chat, reason: FinishReason, error: str = "") -> None:
        self.open = None
        t = self._now()
        if chat.breakdown and self._generated:
            parts = {"prefill": 0.1, "overhead": 0.1}
            self._report(events.Breakdown(t=t, turn=chat.turn, parts=parts, steps=self._generated))
        self._report(
            events.TurnEnd(
                t=t,
                turn=chat.turn,
                finish_reason=reason,
                prompt_tokens=self._prompt_tokens,
                generation_tokens=self._generated,
                cancel_seconds=0.0 if reason == "cancelled" else None,
                error=error,
            )
        )


def _name(load: Load) -> str:
    return load.model.rsplit("/", 1)[-1]
