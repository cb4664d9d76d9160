"""`mlxtop watch` without a screen: its output and exit status."""

import contextlib
import sys

from mlxtop import events
from mlxtop.exports import ExportError, write
from mlxtop.sensors.sampler_counts import OwnSampling
from mlxtop.sources.watch import watch_sensors
from mlxtop.streams import complain, print_data
from mlxtop.watch.formats import table
from mlxtop.watch.options import WatchRequest
from mlxtop.watch.processes import ProcessReader
from mlxtop.watch.readings import read_once
from mlxtop.watch.stream import stream


def run(request: WatchRequest, hz: float) -> int:
    """Print the requested output; return the exit status.

    0 also after Ctrl-C, and if the reader has gone (`| head`).
    """
    if request.exports:
        print_data()
    with contextlib.suppress(KeyboardInterrupt):
        try:
            return _print(request, hz)
        except ExportError as error:
            return complain(str(error))
    return 0


def _print(request: WatchRequest, hz: float) -> int:
    if request.once:
        # There is no sampling rate here.
        sensors = [s for s in watch_sensors(hz) if not isinstance(s, OwnSampling)]
        once = read_once(sensors, ProcessReader(), _say)
        if request.exports:
            return 0 if write(request.exports, once) else 1
        print(table(once))
        return 0
    (target,) = request.exports
    with target.export.guarded():
        writer = target.export.load()(sys.stdout)
        stream(watch_sensors(hz), writer, hz=hz, count=request.count, seconds=request.seconds)
    return 0


def _say(event: events.AnyEvent) -> None:
    if isinstance(event, events.Notice):
        complain(event.text)
