"""Recordings read in a thread of their own: a dead mount must not hold the screen."""

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
"""How long a caller waits for what is on its way; a disk that sleeps takes longer."""
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Read:
    """The end of what was there: whether somebody still writes, and why no more can be read."""

    writing: bool
    problem: str = ""


class GrowingFile:
    """Reads on when asked to; can be closed while a read hangs."""

    def __init__(self, recording: Recording) -> None:
        """Read an open recording."""
        self._recording = recording
        self._asked: queue.SimpleQueue[bool | None] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[list[AnyEvent] | Read] = queue.SimpleQueue()
        self._waiting = False
        threading.Thread(target=self._run, name="follow", daemon=True).start()

    def read(
        self, *, look: bool, patience: float | None = PATIENCE_SECONDS
    ) -> Iterator[list[AnyEvent] | Read]:
        """Yield batches of events and at last a `Read`; ends without it where that takes long.

        What was on its way comes with the next call. `look`: whether somebody still writes is
        asked before. None waits for as long as it takes.
        """
        if not self._waiting:
            self._waiting = True
            self._asked.put(look)
        while self._waiting:
            try:
                said = self._said.get(timeout=patience)
            except queue.Empty:
                return
            self._waiting = not isinstance(said, Read)
            yield said

    def close(self) -> None:
        """Stop; the file is closed when no read is under way."""
        self._asked.put(None)

    def _run(self) -> None:
        while (look := self._asked.get()) is not None:
            # Asked before reading: what is written until the writer goes away is not missed.
            writing = not look or is_being_written(self._recording.path)
            try:
                batch: list[AnyEvent] = []
                for event in self._recording.arrived():
                    batch.append(event)
                    if len(batch) >= _BATCH:
                        self._said.put(batch)
                        batch = []
                self._said.put(batch)
                self._said.put(Read(writing))
            except RecordingError as error:
                self._said.put(Read(writing, str(error)))
        self._recording.close()


@dataclass(frozen=True, slots=True)
class Slice:
    """Some events of a file, in order."""

    events: list[AnyEvent]
    more: bool
    """Whether the file goes on."""
    share_read: float
    """How much of the file was read, 0 to 1."""
    error: Exception | None = None
    """What kept the rest from being read."""


class SlicedFile:
    """Reads a slice of a file when asked to; safe to be let go of while a read hangs.

    One slice at a time, so that nothing is decoded while a frame is drawn: both need the same lock
    of Python.
    """

    def __init__(self, recording: Recording) -> None:
        """Read an open recording, as much of it as is kept in memory."""
        self._recording = recording
        self._asked: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[Slice] = queue.SimpleQueue()
        self._waiting = False
        threading.Thread(target=self._run, name="replay", daemon=True).start()

    def read(self, count: int, *, patience: float | None) -> Slice | None:
        """Return the next `count` events, fewer at the end; None where they are not there in time.

        Those come with a later call, for which nobody waits: a file that hangs holds up its caller
        once. A `patience` of None waits for as long as it takes.
        """
        late = self._waiting and patience is not None
        if not self._waiting:
            self._waiting = True
            self._asked.put(count)
        try:
            said = self._said.get(block=not late, timeout=patience)
        except queue.Empty:
            return None
        self._waiting = False
        return said

    def close(self) -> None:
        """Stop; the file is closed when no read is under way."""
        self._asked.put(None)

    def _run(self) -> None:
        found = Bound(self._recording.path).of(self._recording.events())
        more = True
        while more and (count := self._asked.get()) is not None:
            taken: list[AnyEvent] = []
            error = None
            try:
                for event in islice(found, count):
                    taken.append(event)  # noqa: PERF402 - kept where the next one raises
            except Exception as raised:  # noqa: BLE001 - whoever asked is told
                error = raised
            more = error is None and len(taken) == count
            self._said.put(Slice(taken, more, self._recording.share_read if more else 1.0, error))
        self._recording.close()
