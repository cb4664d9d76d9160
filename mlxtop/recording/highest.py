"""The highest readings of a recording: memory, memory pressure."""

import math
from collections.abc import Mapping

from mlxtop.figures import OWN
from mlxtop.pressure import LEVEL_FIGURES, pressure_level

_MEMORY = {entry.name: entry.peak for entry in OWN if entry.peak}


class Highest:
    """Takes readings one by one, and keeps the highest."""

    def __init__(self, *, wires: bool) -> None:
        """Begin without a reading; `wires`: wired memory is what macOS calls so."""
        self._wires = wires
        self._bytes: dict[str, float] = {}
        self._now: dict[str, float | None] = {}
        self._level: float | None = None
        self._level_is_read = False

    def sample(self, values: Mapping[str, float | None]) -> None:
        """Take the readings of a tick."""
        for name, kind in _MEMORY.items():
            if (value := values.get(name)) is not None:
                self.memory("unevictable" if kind == "wired" and not self._wires else kind, value)
        if "pressure.level" in values:
            self._level_is_read = True
            self._see(values["pressure.level"])
        elif not self._level_is_read:
            self._now.update((name, values[name]) for name in LEVEL_FIGURES if name in values)
            self._see(pressure_level(self._now))

    def memory(self, kind: str, value: float) -> None:
        """Take a reading of memory in bytes."""
        if math.isfinite(value):
            self._bytes[kind] = max(self._bytes.get(kind, value), value)

    def _see(self, level: float | None) -> None:
        if level is not None and math.isfinite(level):
            self._level = level if self._level is None else max(self._level, level)

    @property
    def bytes(self) -> dict[str, float]:
        """The highest of each kind, as `Figures.peak_bytes` names them."""
        return dict(self._bytes)

    @property
    def level(self) -> int | None:
        """The worst pressure level; None where none is known."""
        return None if self._level is None else int(self._level)
