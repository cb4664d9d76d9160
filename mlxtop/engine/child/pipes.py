"""The engine's two pipes, each with a thread, so that neither delays a token or a cancel."""

import os
import queue
import threading
import time
from dataclasses import dataclass, field

import msgspec

from mlxtop import clock, events
from mlxtop.engine import protocol
from mlxtop.events import Channel, Error, Event
from mlxtop.text import one_line, scrub


@dataclass(frozen=True)
class Pipes:
    """File descriptors for the inbox and the writer only."""

    requests: int
    events: int


def take_pipes() -> Pipes:
    """Move stdin and stdout to new descriptors; replace them by /dev/null and stderr.

    Libraries print to stdout, and some read from stdin: neither may reach the app.
    """
    requests, events = os.dup(0), os.dup(1)
    os.set_inheritable(requests, False)
    os.set_inheritable(events, False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return Pipes(requests=requests, events=events)


def quiet_libraries() -> None:
    """Set the environment that keeps libraries offline, single-threaded and silent."""
    os.environ.update(
        HF_HUB_OFFLINE="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        TOKENIZERS_PARALLELISM="false",
        TRANSFORMERS_VERBOSITY="error",
        TRANSFORMERS_NO_ADVISORY_WARNINGS="1",
    )


BATCH_SECONDS = 0.05
"""Longest time that a token waits for others."""


@dataclass
class _Batch:
    turn: int
    channel: Channel
    form: tuple[bool, bool]
    """Whether the tokens have text, and whether it is known if a draft model proposed them."""
    deadline: float
    """`time.monotonic` after which nothing is added, in seconds."""
    times: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    draft: list[bool] = field(default_factory=list)
    closed: bool = False

    def event(self) -> events.Tokens:
        """Return the batch as an event."""
        with_text, drafted = self.form
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
        """Add `count` tokens without text, all at time `t`."""
        with self._lock:
            self._open(turn, "reply", (False, False)).times.extend([t] * count)

    def _open(self, turn: int, channel: Channel, form: tuple[bool, bool]) -> _Batch:
        """Return the open batch if such tokens can be added to it, else a new one."""
        batch, now = self._batch, time.monotonic()
        if (
            batch is None
            or batch.closed
            or (batch.turn, batch.channel, batch.form) != (turn, channel, form)
            or now >= batch.deadline
        ):
            batch = self._batch = _Batch(turn, channel, form, now + BATCH_SECONDS)
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
            os._exit(0)  # the app is gone


@dataclass(frozen=True)
class Job:
    """A request with its number in order of arrival and the time it arrived."""

    number: int
    t: float
    request: protocol.AnyRequest | protocol.Unreadable


class Inbox:
    """Requests in order; a cancel reaches every request that arrived before it."""

    def __init__(self, descriptor: int, writer: Writer) -> None:
        """Start the thread that reads `descriptor`."""
        self._descriptor = descriptor
        self._writer = writer
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._arrived = 0
        self._cancelled_to = 0
        self._cancelled_at = 0.0
        threading.Thread(target=self._run, name="request reader", daemon=True).start()

    def next(self) -> Job:
        """Wait for the next request and return it."""
        return self._jobs.get()

    def cancelled(self, job: Job) -> bool:
        """Return whether a cancel arrived after the job did."""
        return job.number <= self._cancelled_to

    def cancelled_at(self, job: Job) -> float | None:
        """Return when the job was cancelled; None if it was not."""
        return self._cancelled_at if self.cancelled(job) else None

    def _run(self) -> None:
        with os.fdopen(self._descriptor, "rb") as lines:
            for line in lines:
                self._read(line)
        # The app is gone or ends the engine, possibly in the middle of a prefill or a load.
        os._exit(0)

    def _read(self, line: bytes) -> None:
        t = clock.now()
        request: protocol.AnyRequest | protocol.Unreadable
        try:
            request = protocol.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            part = protocol.salvage(line, error)
            if part is None:
                if line.strip():
                    shown = one_line(line.decode("utf-8", "replace"), 80)
                    text = f"The engine received a line that is not a request ({error}): {shown}"
                    self._writer.emit(Error(t=t, origin="engine", text=text))
                return
            request = part
        if not isinstance(request, protocol.Cancel):
            self._arrived += 1
            self._jobs.put(Job(number=self._arrived, t=t, request=request))
        elif self._cancelled_to < self._arrived:
            self._cancelled_to = self._arrived
            # Taken last: anything with a later time was done after the cancel.
            self._cancelled_at = clock.now()
