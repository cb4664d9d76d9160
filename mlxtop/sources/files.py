"""Recordings read in a separate thread: a dead mount must not block the screen."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mlxtop.events import AnyEvent
from mlxtop.recording.file import is_being_written
from mlxtop.recording.reader import Bound, Recording
from mlxtop.recording.report import RecordingError

PATIENCE_SECONDS = 0.5
"""How long a caller waits for a read; a sleeping disk takes longer."""
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Read:
    """The end of the available events: whether a writer is active, and why reading failed."""

    writing: bool
    problem: str = ""


class GrowingFile:
    """Reads further on request; can be closed while a read hangs."""

    def __init__(self, recording: Recording) -> None:
        """Read an open recording."""
        self._recording = recording
        self._requests: queue.SimpleQueue[bool | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[list[AnyEvent] | Read] = queue.SimpleQueue()
        self._waiting = False
        threading.Thread(target=self._run, name="follow", daemon=True).start()

    def read(
        self, *, look: bool, patience: float | None = PATIENCE_SECONDS
    ) -> Iterator[list[AnyEvent] | Read]:
        """Yield batches of events, then a `Read`; ends without it if that takes too long.

        What arrives later comes with the next call. `look`: check first whether a writer is
        active. A `patience` of None waits for as long as it takes.
        """
        if not self._waiting:
            self._waiting = True
            self._requests.put(look)
        while self._waiting:
            try:
                answer = self._answers.get(timeout=patience)
            except queue.Empty:
                return
            self._waiting = not isinstance(answer, Read)
            yield answer

    def close(self) -> None:
        """Stop; the file is closed when no read is running."""
        self._requests.put(None)

    def _run(self) -> None:
        while (look := self._requests.get()) is not None:
            # Checked before reading: nothing written before the writer ends is missed.
            writing = not look or is_being_written(self._recording.path)
            try:
                batch: list[AnyEvent] = []
                for event in self._recording.arrived():
                    batch.append(event)
                    if len(batch) >= _BATCH:
                        self._answers.put(batch)
                        batch = []
                self._answers.put(batch)
                self._answers.put(Read(writing))
            except RecordingError as error:
                self._answers.put(Read(writing, str(error)))
        self._recording.close()


@dataclass(frozen=True, slots=True)
class Slice:
    """Some events of a file, in order."""

    events: list[AnyEvent]
    more: bool
    """Whether the file has more."""
    share_read: float
    """How much of the file was read, 0 to 1."""
    error: Exception | None = None
    """Why the rest could not be read."""


class SlicedFile:
    """Reads a slice of a file on request; can be closed while a read hangs.

    One slice at a time, so that nothing is decoded while a frame is drawn: both need Python's
    lock.
    """

    def __init__(self, recording: Recording) -> None:
        """Read an open recording, as much of it as is kept in memory."""
        self._recording = recording
        self._requests: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Slice] = queue.SimpleQueue()
        self._waiting = False
        threading.Thread(target=self._run, name="replay", daemon=True).start()

    def read(self, count: int, *, patience: float | None) -> Slice | None:
        """Return the next `count` events, fewer at the end; None if they do not arrive in time.

        A later call returns them without waiting: a file that hangs delays its caller once. A
        `patience` of None waits for as long as it takes.
        """
        late = self._waiting and patience is not None
        if not self._waiting:
            self._waiting = True
            self._requests.put(count)
        try:
            answer = self._answers.get(block=not late, timeout=patience)
        except queue.Empty:
            return None
        self._waiting = False
        return answer

    def close(self) -> None:
        """Stop; the file is closed when no read is running."""
        self._requests.put(None)

    def _run(self) -> None:
        found = Bound(self._recording.path).of(self._recording.events())
        more = True
        while more and (count := self._requests.get()) is not None:
            taken: list[AnyEvent] = []
            error = None
            try:
                for event in islice(found, count):
                    taken.append(event)  # noqa: PERF402 - kept if the next one raises
            except Exception as raised:  # noqa: BLE001 - the caller gets it
                error = raised
            more = error is None and len(taken) == count
            self._answers.put(
                Slice(taken, more, self._recording.share_read if more else 1.0, error)
            )
        self._recording.close()
