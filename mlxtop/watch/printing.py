"""`mlxtop watch` without a screen: what goes to stdout, and how it ends."""

import contextlib
import sys

from mlxtop import events
from mlxtop.complain import complain
from mlxtop.sensors.own import OwnSampling
from mlxtop.sources.watch import watch_sensors
from mlxtop.streams import print_data
from mlxtop.watch.formats import as_json, table
from mlxtop.watch.once import read_once
from mlxtop.watch.options import WatchRequest
from mlxtop.watch.processes import ProcessReader
from mlxtop.watch.stream import CsvRows, JsonLines, stream


def run(request: WatchRequest, hz: float) -> int:
    """Print what is asked for; return the exit status.

    Ctrl-C and a reader that has gone (`| head`) are ways to end it: 0.
    """
    if request.json or request.csv or request.jsonl:
        print_data()
    with contextlib.suppress(KeyboardInterrupt):
        _print(request, hz)
    return 0


def _print(request: WatchRequest, hz: float) -> None:
    if request.once:
        # Nothing is sampled at a rate that could be kept or not.
        sensors = [s for s in watch_sensors(hz) if not isinstance(s, OwnSampling)]
        once = read_once(sensors, ProcessReader(), _say)
        print(as_json(once) if request.json else table(once))
        return
    stream(
        watch_sensors(hz),
        CsvRows(sys.stdout) if request.csv else JsonLines(sys.stdout),
        hz=hz,
        count=request.count,
        seconds=request.seconds,
    )


def _say(event: events.AnyEvent) -> None:
    if isinstance(event, events.Notice):
        complain(event.text)
