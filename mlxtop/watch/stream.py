"""A stream of readings as rows of CSV or lines of JSON."""

import csv
import queue
import signal
from collections.abc import Sequence
from typing import Protocol, TextIO

from mlxtop import clock, events
from mlxtop.events import AnyEvent, Sample
from mlxtop.format import iso
from mlxtop.sensors import Sampler, Sensor, build_header
from mlxtop.streams import complain, reader_gone
from mlxtop.text import escaped
from mlxtop.watch.formats import cell
from mlxtop.watch.readings import Latest


class Writer(Protocol):
    """Formats a stream."""

    def begin(self, header: events.Header) -> None:
        """Write the beginning, before the first reading."""

    def write(self, event: AnyEvent, *, tick: bool) -> None:
        """Write an event; `tick`: a row is due."""

    def end(self, reason: str) -> None:
        """Write the end, after the last reading."""


class JsonLines:
    """The lines of a recording, which can be replayed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def begin(self, header: events.Header) -> None:
        """Write the header."""
        self.write(header, tick=False)

    def write(self, event: AnyEvent, *, tick: bool) -> None:
        """Write any event."""
        self._out.write(escaped(events.encode(event).decode()))
        self._out.flush()

    def end(self, reason: str) -> None:
        """Write the event that marks a complete stream."""
        self.write(events.End(t=clock.now(), reason=reason), tick=False)


class CsvRows:
    """A row for every tick: the current figures, an empty cell for an unknown one."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._rows = csv.writer(out, lineterminator="\n")

    def begin(self, header: events.Header) -> None:
        """Write the names of the columns."""
        self._latest = Latest(header.sensors)
        self._names = list(self._latest.infos)
        self._put(["time", *self._names])

    def write(self, event: AnyEvent, *, tick: bool) -> None:
        """Write a row if it is due; a notice goes to stderr."""
        if isinstance(event, Sample):
            self._latest.add(event)
        elif isinstance(event, events.Notice):
            complain(event.text)
        if tick:
            values = self._latest.values(event.t)
            # The wall clock may be set meanwhile: a row has the current wall time.
            wall = clock.wall() - (clock.now() - event.t)
            self._put([iso(wall), *(cell(values[name]) for name in self._names)])

    def end(self, reason: str) -> None:
        """Write nothing."""

    def _put(self, row: list[str]) -> None:
        self._rows.writerow(row)
        self._out.flush()


def stream(
    sensors: Sequence[Sensor],
    writer: Writer,
    *,
    hz: float,
    count: int | None = None,
    seconds: float | None = None,
) -> None:
    """Write readings at `hz`, up to `count` or for `seconds`, else until Ctrl-C.

    For the main thread: Ctrl-C ends it between two lines, as does the end of the reader.
    """
    queued: queue.SimpleQueue[AnyEvent | None] = queue.SimpleQueue()
    # An exception could cut a line in half; this queue is safe in a signal handler.
    before = signal.signal(signal.SIGINT, lambda *_: queued.put(None))
    sampler = Sampler(sensors, queued.put, hz=hz)
    # Sensors with their own thread report between ticks, without a row.
    slow = {info.name for sensor in sensors if sensor.slow for info in sensor.infos}
    try:
        writer.begin(build_header(sensors))
        sampler.start()
        writer.end(_follow(queued, writer, slow, count, seconds))
    finally:
        sampler.stop()
        signal.signal(signal.SIGINT, before)


def _follow(
    queued: "queue.SimpleQueue[AnyEvent | None]",
    writer: Writer,
    slow: set[str],
    count: int | None,
    seconds: float | None,
) -> str:
    """Write events until the stream ends; return the reason."""
    end = None if seconds is None else clock.now() + seconds
    ticks = 0
    while count is None or ticks < count:
        left = None if end is None else end - clock.now()
        if left is not None and left <= 0:
            break
        try:
            event = queued.get(timeout=left)
        except queue.Empty:
            break
        if event is None:
            return "ended by Ctrl-C"
        tick = isinstance(event, Sample) and not event.values.keys() <= slow
        writer.write(event, tick=tick)
        ticks += tick
        if reader_gone():
            return "its reader has gone"
    return "as many readings as asked for"
