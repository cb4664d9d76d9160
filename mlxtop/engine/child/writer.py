"""The thread that owns the event pipe: a slow or stopped app never delays a token.

Tokens are collected in a batch that the main thread appends to and the writer closes: the
writer wakes twice per batch, not once per token.
"""

import os
import queue
import threading
import time
from dataclasses import dataclass, field

from mlxtop import events
from mlxtop.events import Channel, Event
from mlxtop.text import scrub

BATCH_SECONDS = 0.05
"""A token waits at most this long for others."""


@dataclass
class _Batch:
    turn: int
    channel: Channel
    told: tuple[bool, bool]
    """Whether the tokens have text, and whether they say if a draft model proposed them."""
    deadline: float
    """`time.monotonic` after which nothing is added, in seconds."""
    times: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    draft: list[bool] = field(default_factory=list)
    closed: bool = False

    def event(self) -> events.Tokens:
        """Return the batch as an event."""
        with_text, drafted = self.told
        return events.Tokens(
            t=self.times[-1],
            turn=self.turn,
            times=self.times,
            text=self.text if with_text else None,
            channel=self.channel,
            draft=self.draft if drafted else None,
        )


class Writer:
    """Writes events to a pipe from its own thread; `emit` and `token` never block."""

    def __init__(self, descriptor: int) -> None:
        """Start the thread that writes to `descriptor`."""
        self._descriptor = descriptor
        self._queue: queue.SimpleQueue[Event | _Batch | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._batch: _Batch | None = None
        self._thread = threading.Thread(target=self._run, name="event writer", daemon=True)
        self._thread.start()

    def emit(self, event: Event) -> None:
        """Write the event, after the tokens that came before it."""
        self._batch = None
        self._queue.put(event)

    def token(
        self, turn: int, t: float, text: str, channel: Channel, draft: bool | None = None
    ) -> None:
        """Add one token at time `t` to the open batch, or open one."""
        text = scrub(text)
        with self._lock:
            batch = self._open(turn, channel, (True, draft is not None))
            batch.times.append(t)
            batch.text.append(text)
            batch.draft.append(bool(draft))

    def tokens(self, turn: int, t: float, count: int) -> None:
        """Add so many tokens without text that came at once, at time `t`."""
        with self._lock:
            self._open(turn, "reply", (False, False)).times.extend([t] * count)

    def _open(self, turn: int, channel: Channel, told: tuple[bool, bool]) -> _Batch:
        """Return the open batch where such tokens can be added to it, else a new one."""
        batch, now = self._batch, time.monotonic()
        if (
            batch is None
            or batch.closed
            or (batch.turn, batch.channel, batch.told) != (turn, channel, told)
            or now >= batch.deadline
        ):
            batch = self._batch = _Batch(turn, channel, told, now + BATCH_SECONDS)
            self._queue.put(batch)
        return batch

    def close(self, timeout: float = 1.0) -> None:
        """Write what is queued and stop, waiting at most `timeout` seconds."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        item = self._queue.get()
        while item is not None:
            following: Event | _Batch | None = None
            waited = False
            if isinstance(item, _Batch):
                try:
                    wait = max(0.0, item.deadline - time.monotonic())
                    following, waited = self._queue.get(timeout=wait), True
                except queue.Empty:
                    pass
                with self._lock:
                    item.closed = True
                self._write(item.event())
            else:
                self._write(item)
            item = following if waited else self._queue.get()

    def _write(self, event: Event) -> None:
        line = memoryview(events.encode(event))
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            os._exit(0)  # the app is gone: nothing is left to be told
