"""The newest reading of each figure, processes and model servers."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from mlxtop import clock
from mlxtop.events import AnyEvent, Header, Sample, SensorInfo
from mlxtop.folds.pressure import PRESSURE, PressureLevel, hold_seconds, pressure_source
from mlxtop.sensors import Sensor, build_header
from mlxtop.sensors.guard import Guard
from mlxtop.watch.processes import ProcessReader, Reading


class Latest:
    """The newest value of each figure while it is valid; needs constant memory for any stream."""

    def __init__(self, infos: Iterable[SensorInfo]) -> None:
        """Take the figures of `infos`, and the pressure level derived from them."""
        self.infos = {info.name: info for info in infos}
        self._derived = PRESSURE not in self.infos
        if self._derived and any(name.startswith("memory.") for name in self.infos):
            self.infos[PRESSURE] = SensorInfo(name=PRESSURE, unit="level", source="", hz=0)
        self._pressure = PressureLevel(self.infos.values())
        self._values: dict[str, tuple[float, float | None]] = {}

    def add(self, sample: Sample) -> None:
        """Add a sample."""
        self._pressure.take(sample)
        for name, value in sample.values.items():
            self._values[name] = (sample.t, value)

    def values(self, t: float) -> dict[str, float | None]:
        """Return every figure as of time t; None if unknown or too old."""
        result = {name: self._value(name, t) for name in self.infos}
        if self._derived and PRESSURE in result:
            result[PRESSURE] = self._pressure.derived(t)
        return result

    def unread(self) -> set[str]:
        """Return the figures that are not in any sample yet, not even as unknown."""
        derived = {PRESSURE} if self._derived else set()
        return self.infos.keys() - self._values.keys() - derived

    def source(self, name: str, values: Mapping[str, float | None]) -> str:
        """Return the source of a figure in words."""
        if self._derived and name == PRESSURE:
            return f"derived from {pressure_source(values) or 'nothing that answers'}"
        return self.infos[name].source

    def _value(self, name: str, t: float) -> float | None:
        read_at, value = self._values.get(name, (-math.inf, None))
        return value if t - read_at <= hold_seconds(self.infos[name]) else None


APART_SECONDS = 0.3
"""Time between the two readings for a share of CPU time."""


class ReadFigure(msgspec.Struct, frozen=True):
    """A figure as it was read; `value` is None if unknown."""

    name: str
    value: float | None
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Once:
    """The result of one reading."""

    wall: float
    """Seconds since the Unix epoch."""
    header: Header
    figures: tuple[ReadFigure, ...]
    processes: Reading


def read_once(
    sensors: Sequence[Sensor],
    reader: ProcessReader,
    say: Callable[[AnyEvent], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Once:
    """Read everything twice, 0.3 s apart, and return the newest; `say` gets failures.

    A third time if a figure needs longer: the share of GPU time on macOS is over half a second.
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
            ReadFigure(name, values[name], info.unit, latest.source(name, values))
            for name, info in latest.infos.items()
        ),
        processes=processes,
    )


def _read(guards: Sequence[Guard], latest: Latest) -> None:
    for guard in guards:
        t = clock.now()
        latest.add(Sample(t=t, values=guard.read(t)))
