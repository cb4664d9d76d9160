"""What is held in memory before it is written: the seconds before a file begins, and lines."""

from collections import deque
from collections.abc import Callable

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.file import RecordingFile

BOUND_BYTES = 32 << 20
BATCH_BYTES = 1 << 20
PREROLL_SECONDS = 30.0
"""Seconds before its first event that a recording includes."""
KEPT_SECONDS = 300.0
"""Seconds held until then: a mark may be set at a moment that was frozen minutes ago."""
# A flood of events must not fill the memory before a recording begins.
MOST_EVENTS = 20_000


class Preroll:
    """Keeps the last events; `leave` is called with each that is too old, in order."""

    def __init__(self, leave: Callable[[AnyEvent], None], seconds: float = KEPT_SECONDS) -> None:
        """Keep events of the last `seconds`."""
        self._leave = leave
        self._seconds = seconds
        self._events: deque[AnyEvent] = deque()

    def add(self, event: AnyEvent) -> None:
        """Append an event and drop those older than the newest minus the span."""
        self._events.append(event)
        self.let_go(event.t - self._seconds)

    def let_go(self, before: float) -> None:
        """Drop events before that time, and those over the limit."""
        while self._events and (self._events[0].t < before or len(self._events) > MOST_EVENTS):
            self._leave(self._events.popleft())

    def take(self) -> list[AnyEvent]:
        """Return all events in order and empty the backlog."""
        taken = list(self._events)
        self._events.clear()
        return taken


class Backlog:
    """Lines in order; over the bound the oldest are dropped and counted.

    `done` is called with each event once it is written or lost, in order.
    """

    def __init__(self, done: Callable[[AnyEvent], None], bound_bytes: int = BOUND_BYTES) -> None:
        """Keep at most `bound_bytes` of lines."""
        self._done = done
        self._bound = bound_bytes
        self._front = b""
        """What must come first: a file's beginning, or the rest of a half-written line."""
        self._lines: deque[tuple[bytes, AnyEvent]] = deque()
        self.kept_bytes = 0
        self.lost = 0
        self._gap: tuple[int, float, float] | None = None
        """How many events were lost, and the first and last of their times."""
        self._latest = 0.0
        """Time of the latest event that was written or lost."""

    def __bool__(self) -> bool:
        """Return whether something waits to be written."""
        return bool(self._front or self._lines or self._gap)

    @property
    def torn(self) -> bool:
        """Whether a line was written in part, and its rest comes next."""
        return bool(self._front)

    @property
    def first_t(self) -> float | None:
        """Time of the earliest waiting event; None if there is none."""
        return min((event.t for _, event in self._lines), default=None)

    def add(self, event: AnyEvent) -> None:
        """Append an event; drop the oldest over the bound."""
        line = events.encode(event)
        self._lines.append((line, event))
        self.kept_bytes += len(line)
        while self.kept_bytes > self._bound and len(self._lines) > 1:
            lost = self._take()
            self.lost += 1
            number, first, last = self._gap or (0, lost.t, lost.t)
            self._gap = (number + 1, min(first, lost.t), max(last, lost.t))

    def begin(self, opening: list[AnyEvent]) -> None:
        """Put the first events of a new file before everything that waits."""
        self._front = b"".join(events.encode(event) for event in opening)

    def drain(self, file: RecordingFile) -> None:
        """Write everything; raises OSError, and then keeps what was not written."""
        while self:
            if self._front:
                self._front = self._front[file.write(self._front) :]
            elif self._gap:
                self._front = events.encode(self._told_gap(*self._gap))
                self._gap = None
            else:
                self._write_lines(file)

    def clear(self) -> None:
        """Drop everything without writing it."""
        self._front, self._gap = b"", None
        self.lost += len(self._lines)
        while self._lines:
            self._take()

    def _write_lines(self, file: RecordingFile) -> None:
        batch: list[bytes] = []
        size = 0
        for line, _ in self._lines:
            batch.append(line)
            size += len(line)
            if size >= BATCH_BYTES:
                break
        written = file.write(b"".join(batch))
        for line in batch:
            if written <= 0:
                break
            self._take()
            # The rest of a half-written line comes first at the next attempt, so that no
            # line is ever torn in the middle of a file.
            self._front = line[written:]
            written -= len(line)

    def _take(self) -> AnyEvent:
        line, event = self._lines.popleft()
        self.kept_bytes -= len(line)
        self._latest = max(self._latest, event.t)
        self._done(event)
        return event

    def _told_gap(self, number: int, first: float, last: float) -> events.Notice:
        # It is between what was lost and what comes next. A mark that was lost, or comes next,
        # may be about a moment long before, and a file may begin long after what was lost.
        follows = self._lines[0][1].t if self._lines else 0.0
        return events.Notice(
            t=max(self._latest, follows),
            text=f"{number} events over {last - first:.1f} s are missing here: "
            "the recording could not be written.",
            origin="recorder",
            missing=number,
        )
