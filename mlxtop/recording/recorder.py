"""The recorder: takes events from any thread and writes them in its own."""

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Literal

from mlxtop import events
from mlxtop.clock import now
from mlxtop.clock import wall as wall_now
from mlxtop.events import AnyEvent
from mlxtop.recording.quota import DEFAULT_LIMIT_BYTES, Quota
from mlxtop.recording.session import RecorderStatus, RecordingSession

# The events of 50 ms go to the system in one write: at most 250 ms after they
# happened, even if a token waited 50 ms in the engine's batch and the machine is busy.
BATCH_SECONDS = 0.05
IDLE_SECONDS = 0.5
CLOSE_SECONDS = 1.0


class _Mark(Enum):
    ANEW = "end the file and wait for what begins another"


Item = AnyEvent | bool | str | Literal[_Mark.ANEW] | None
"""An event; whether recording is on; the next model's name; to begin anew; to end."""


class Recorder:
    """Writes a recording from the first message or mark on, the 30 s before it included.

    `put` never blocks and never raises. `status` reports what fails, and it is tried again.
    """

    def __init__(
        self,
        directory: Path,
        *,
        header: events.Header,
        text: bool = True,
        anonymous: bool = False,
        on: bool = True,
        limit_bytes: int | None = DEFAULT_LIMIT_BYTES,
        at_once: bool = False,
        clock: Callable[[], float] = now,
        wall: Callable[[], float] = wall_now,
    ) -> None:
        """Prepare; nothing happens before `start`, and a file begins only when it has a reason to.

        `text=False` keeps timings and counts only, `anonymous` no names and paths either;
        `limit_bytes` limits all recordings in `directory` together (None: no limit); with `at_once`
        the recording does not wait for a message.
        """
        self._quota = Quota(directory, limit_bytes)
        self._tape = RecordingSession(
            directory,
            header,
            text=text,
            anonymous=anonymous,
            on=on,
            quota=self._quota,
            wall=wall,
            clock=clock,
            at_once=at_once,
        )
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._on = on
        self._status = self._tape.status
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def on(self) -> bool:
        """Whether recording is turned on; `status` says whether it works."""
        return self._on

    @property
    def status(self) -> RecorderStatus:
        """The recorder's state as of its last write (at most half a second ago)."""
        return self._status

    def start(self) -> None:
        """Begin to take events, and measure the directory in the background."""
        self._quota.refresh()
        self._thread.start()

    def put(self, event: AnyEvent) -> None:
        """Take an event from any thread; after `close` it is dropped."""
        if not self._closing.is_set():
            self._queue.put(event)

    def set_on(self, on: bool) -> None:
        """Turn recording on or off. Off closes the file; on begins a new one.

        Before the first message or mark of the run, on waits for one.
        """
        self._on = on
        if not self._closing.is_set():
            self._queue.put(on)

    def expect(self, model: str) -> None:
        """Set the name for a file that begins before the model is loaded."""
        if not self._closing.is_set():
            self._queue.put(model)

    def begin_anew(self) -> None:
        """End the file; another one begins with the next message or mark."""
        if not self._closing.is_set():
            self._queue.put(_Mark.ANEW)

    def close(self) -> None:
        """Write what was put so far and end the file; waits for at most one second."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)
            if self._thread.is_alive() and self._status.files:
                said = f"{self._status.files[-1]} may lack its end: the disk is not responding."
                self._status = replace(self._status, shortfall=said, refused=True)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                first = self._queue.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                pass
            else:
                self._take(first)
                if first is not None and not isinstance(first, bool | str | _Mark):
                    self._closing.wait(BATCH_SECONDS)
            self._take_all()
            self._tape.work()
            self._status = self._tape.status
        self._take_all()
        self._tape.close("closed")
        self._tape.switch(False)
        self._status = self._tape.status

    def _take_all(self) -> None:
        # No more than is in the queue now: a flood of events must not delay the writing.
        for _ in range(self._queue.qsize()):
            self._take(self._queue.get())

    def _take(self, item: Item) -> None:
        if isinstance(item, bool):
            self._tape.switch(item)
        elif isinstance(item, str):
            self._tape.expect(item)
        elif isinstance(item, _Mark):
            self._tape.begin_anew()
        elif item is not None:
            self._tape.take(item)
