"""`mlxtop watch` without a screen: what goes to stdout, and how it ends."""

import os
import sys
from collections.abc import Callable

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


def run(request: WatchRequest, hz: float, complain: Callable[[str], int]) -> int:
    """Print what is asked for; return the exit status.

    Ctrl-C and a reader that has gone (`| head`) are ways to end it: 0. `complain` says a sentence
    and returns the status of a failure.
    """
    if request.json or request.csv or request.jsonl:
        print_data()
    try:
        _print(request, hz)
        sys.stdout.flush()
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:
        _forget_stdout()
    except OSError as error:
        _forget_stdout()
        return complain(f"Nothing more can be written to the output ({error.strerror or error}).")
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


def _forget_stdout() -> None:
    # The interpreter flushes stdout once more at its end; that must not fail.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
