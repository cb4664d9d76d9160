"""Readings as they come, as rows of CSV or lines of JSON, until something ends them."""

import csv
import queue
import signal
from collections.abc import Sequence
from typing import Protocol, TextIO

from mlxtop import clock, events
from mlxtop.complain import complain
from mlxtop.events import AnyEvent, Sample
from mlxtop.format import iso
from mlxtop.sensors import Sampler, Sensor, build_header
from mlxtop.streams import reader_gone
from mlxtop.text import escaped
from mlxtop.watch.formats import cell
from mlxtop.watch.readings import Latest


class Writer(Protocol):
    """Puts a stream into words."""

    def begin(self, header: events.Header) -> None:
        """Write what stands before the first reading."""

    def write(self, event: AnyEvent, *, tick: bool) -> None:
        """Write an event; `tick` says that a row is due."""

    def end(self, reason: str) -> None:
        """Write what stands after the last reading."""


class JsonLines:
    """The lines of a recording: what they say can be replayed."""

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
        """Write that the stream was ended, not cut off."""
        self.write(events.End(t=clock.now(), reason=reason), tick=False)


class CsvRows:
    """A row for every tick: the figures as they stand, an empty cell for what is unknown."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._rows = csv.writer(out, lineterminator="\n")

    def begin(self, header: events.Header) -> None:
        """Write the names of the columns."""
        self._latest = Latest(header.sensors)
        self._names = list(self._latest.infos)
        self._put(["time", *self._names])

    def write(self, event: AnyEvent, *, tick: bool) -> None:
        """Write a row if one is due; a notice goes to stderr."""
        if isinstance(event, Sample):
            self._latest.add(event)
        elif isinstance(event, events.Notice):
            complain(event.text)
        if tick:
            values = self._latest.values(event.t)
            # The wall clock may be set meanwhile: a row tells the time as it is now.
            wall = clock.wall() - (clock.now() - event.t)
            self._put([iso(wall), *(cell(values[name]) for name in self._names)])

    def end(self, reason: str) -> None:
        """Write nothing: rows end where they end."""

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
    """Write readings at `hz`, as many as `count` or as come in `seconds`, else until Ctrl-C.

    For the main thread: Ctrl-C ends it between two lines, and so does a reader that has gone.
    """
    said: queue.SimpleQueue[AnyEvent | None] = queue.SimpleQueue()
    # An exception could cut a line in half; to put into this queue is safe in a signal's handler.
    before = signal.signal(signal.SIGINT, lambda *_: said.put(None))
    sampler = Sampler(sensors, said.put, hz=hz)
    # What has a thread of its own comes between the ticks and makes no row.
    slow = {info.name for sensor in sensors if sensor.slow for info in sensor.infos}
    try:
        writer.begin(build_header(sensors))
        sampler.start()
        writer.end(_follow(said, writer, slow, count, seconds))
    finally:
        sampler.stop()
        signal.signal(signal.SIGINT, before)


def _follow(
    said: "queue.SimpleQueue[AnyEvent | None]",
    writer: Writer,
    slow: set[str],
    count: int | None,
    seconds: float | None,
) -> str:
    """Write what is said until it is to end; return why it ended."""
    end = None if seconds is None else clock.now() + seconds
    ticks = 0
    while count is None or ticks < count:
        left = None if end is None else end - clock.now()
        if left is not None and left <= 0:
            break
        try:
            event = said.get(timeout=left)
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
