"""One reading of everything: figures with unit and source, processes, model servers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from mlxtop import clock
from mlxtop.events import AnyEvent, Header, Sample
from mlxtop.sensors import Sensor, build_header
from mlxtop.sensors.guard import Guard
from mlxtop.watch.latest import Latest
from mlxtop.watch.processes import ProcessReader, Reading

APART_SECONDS = 0.3
"""Between the two readings that a share of CPU time needs."""


class Figure(msgspec.Struct, frozen=True):
    """A figure as it was read; `value` is None where nothing is known."""

    name: str
    value: float | None
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Once:
    """What one reading brought."""

    wall: float
    """Seconds since the Unix epoch."""
    header: Header
    figures: tuple[Figure, ...]
    processes: Reading


def read_once(
    sensors: Sequence[Sensor],
    reader: ProcessReader,
    say: Callable[[AnyEvent], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Once:
    """Read everything twice, 0.3 s apart, and return the newest; `say` takes what fails.

    A third time where a figure takes longer: the share of GPU time on macOS is over half a second.
    """
    header = build_header(sensors)
    latest = Latest(header.sensors)
    guards = [Guard(sensor, say) for sensor in sensors]
    began = clock.now()
    _read(guards, latest)
    reader.read()
    sleep(max(0.0, began + APART_SECONDS - clock.now()))
    _read(guards, latest)
    processes = reader.read()
    if latest.unread():
        sleep(max(0.0, began + 2 * APART_SECONDS - clock.now()))
        _read(guards, latest)
    for sensor in sensors:
        sensor.close()
    values = latest.values(clock.now())
    return Once(
        wall=clock.wall(),
        header=header,
        figures=tuple(
            Figure(name, values[name], info.unit, latest.source(name, values))
            for name, info in latest.infos.items()
        ),
        processes=processes,
    )


def _read(guards: Sequence[Guard], latest: Latest) -> None:
    for guard in guards:
        t = clock.now()
        latest.add(Sample(t=t, values=guard.read(t)))
