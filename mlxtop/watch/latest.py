"""The current figures, from samples as they come: no more than the newest of each."""

import math
from collections.abc import Iterable, Mapping

from mlxtop.events import Sample, SensorInfo
from mlxtop.folds.pressure import PRESSURE, PressureLevel, hold_seconds
from mlxtop.pressure import pressure_source


class Latest:
    """Newest value of each figure, for as long as one stands; an endless stream takes no memory."""

    def __init__(self, infos: Iterable[SensorInfo]) -> None:
        """Know the figures of `infos`, and the pressure level that follows from them."""
        self.infos = {info.name: info for info in infos}
        self._derived = PRESSURE not in self.infos
        if self._derived and any(name.startswith("memory.") for name in self.infos):
            self.infos[PRESSURE] = SensorInfo(name=PRESSURE, unit="level", source="", hz=0)
        self._pressure = PressureLevel(self.infos.values())
        self._values: dict[str, tuple[float, float | None]] = {}

    def add(self, sample: Sample) -> None:
        """Take in a sample."""
        self._pressure.take(sample)
        for name, value in sample.values.items():
            self._values[name] = (sample.t, value)

    def values(self, t: float) -> dict[str, float | None]:
        """Return every figure as of time t; None where unknown or too old."""
        result = {name: self._value(name, t) for name in self.infos}
        if self._derived and PRESSURE in result:
            result[PRESSURE] = self._pressure.derived(t)
        return result

    def unread(self) -> set[str]:
        """Return the figures that no sample has named yet, not even as unknown."""
        derived = {PRESSURE} if self._derived else set()
        return self.infos.keys() - self._values.keys() - derived

    def source(self, name: str, values: Mapping[str, float | None]) -> str:
        """Return where a figure is read, in words a person can check."""
        if self._derived and name == PRESSURE:
            return f"derived from {pressure_source(values) or 'nothing that answers'}"
        return self.infos[name].source

    def _value(self, name: str, t: float) -> float | None:
        read_at, value = self._values.get(name, (-math.inf, None))
        return value if t - read_at <= hold_seconds(self.infos[name]) else None
