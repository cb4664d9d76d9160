"""The thread that reads requests, so that a cancel or the app's end is seen at once."""

import os
import queue
import threading
from dataclasses import dataclass

import msgspec

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.child.writer import Writer
from mlxtop.events import Error
from mlxtop.text import one_line


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
        """Return when the job was cancelled; None where it was not."""
        return self._cancelled_at if self.cancelled(job) else None

    def _run(self) -> None:
        with os.fdopen(self._descriptor, "rb") as lines:
            for line in lines:
                self._read(line)
        # The app is gone or wants us gone: in the middle of a prefill or a load, too.
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
                    text = f"The engine was sent a line that is no request ({error}): {shown}"
                    self._writer.emit(Error(t=t, origin="engine", text=text))
                return
            request = part
        if not isinstance(request, protocol.Cancel):
            self._arrived += 1
            self._jobs.put(Job(number=self._arrived, t=t, request=request))
        elif self._cancelled_to < self._arrived:
            self._cancelled_to = self._arrived
            # Taken last: whatever is stamped later was done with the cancel in sight.
            self._cancelled_at = clock.now()
