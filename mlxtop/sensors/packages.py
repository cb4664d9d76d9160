"""Sources of installed packages: found by their entry points, and never trusted to work.

A package names its `Source` in the group `mlxtop.sensors`. If it cannot be loaded, a run has one
notice about it; if another of its calls fails, the doctor reports it. Other sensors are unaffected.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path, PurePosixPath
from typing import TypeVar

from mlxtop.figures import CATALOGUE, first_of
from mlxtop.sensors.source import (
    Need,
    Net,
    Sensor,
    SensorRequest,
    Source,
    Unusable,
    Values,
    reason_of,
)
from mlxtop.text import one_line

GROUP = "mlxtop.sensors"
T = TypeVar("T")


class PackagedSource(Source):
    """A package's source: a method that fails returns nothing, and its first failure is kept."""

    def __init__(self, source: Source, package: str = "") -> None:
        """Forward every call to `source` of `package`."""
        self._source = source
        self._package = package
        self.known = {*source.figures, *(entry.name for entry in source.entries)}
        self.failure = ""
        """A sentence about the method that failed first; empty if none has."""

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return its sensors, each with its own thread; raises what the source raises."""
        return [PackagedSensor(sensor) for sensor in self._source.sensors(wanted)]

    def gpu_names(self) -> list[str]:
        """Return the source's GPU names."""
        return self._try("gpu_names", lambda: list(map(str, self._source.gpu_names())), [])

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return the source's needs."""
        return self._try(
            "needs", lambda: [(list(f), str(w)) for f, w in self._source.needs(here=here)], []
        )

    def why(self, name: str) -> str:
        """Return the source's reason."""
        return self._try("why", lambda: str(self._source.why(name)), "")

    def silent(self) -> str:
        """Return the source's sentence."""
        return self._try("silent", lambda: str(self._source.silent()), "")

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Give the source's files once all are read; never a path outside of the capture."""
        nothing: list[tuple[str, str]] = []
        read = lambda: [  # noqa: E731
            (str(name), str(text)) for name, text in self._source.capture(clean, root)
        ]
        for name, text in self._try("capture", read, nothing):
            if ".." not in PurePosixPath(name).parts and not name.startswith("/"):
                yield name, text

    def _try(self, method: str, call: Callable[[], T], otherwise: T) -> T:
        try:
            return call()
        # As for a reading: a package may do anything.
        except Exception as error:  # noqa: BLE001
            self.failure = self.failure or (
                f"The sensor package {self._package} failed in {method}: {reason_of(error)}."
            )
            return otherwise


class PackagedSensor(Sensor):
    """A package's sensor: with its own thread, and only the figures that it declares."""

    slow = True

    def __init__(self, sensor: Sensor) -> None:
        """Forward every call to `sensor`."""
        infos = sensor.infos
        super().__init__(one_line(sensor.name, 40), sensor.hz, [(i.name, i.source) for i in infos])
        self._sensor = sensor
        self._names = {info.name for info in infos}
        self.steady = sensor.steady

    def read(self) -> Values:
        """Return the declared figures; raises what the sensor raises."""
        values = self._sensor.read()
        return {
            name: float(value) if isinstance(value, int | float) else None
            for name, value in values.items()
            if name in self._names
        }

    def set_engine_pid(self, pid: int | None) -> None:
        """Forward it to the sensor."""
        self._sensor.set_engine_pid(pid)

    def set_engine_gpu(self, address: str) -> None:
        """Forward it to the sensor."""
        self._sensor.set_engine_gpu(address)

    def close(self) -> None:
        """Close the sensor."""
        self._sensor.close()


class Broken(Sensor):
    """Takes the place of a source that cannot be used: its only reading says why."""

    slow = True

    def __init__(self, name: str, reason: str) -> None:
        """Report that the sensors of the package `name` cannot be used, and the reason."""
        super().__init__(name, 1.0, [])
        self._reason = reason

    def read(self) -> Values:
        """Raise Unusable."""
        raise Unusable(self._reason)


_NONE = PackagedSource(Source())
_loaded: list[PackagedSource] = []


class Found:
    """An entry point of the group: its source, or why it has none."""

    def __init__(self, entry: EntryPoint) -> None:
        """Load what `entry` names, and add its figures to the catalogue."""
        package = entry.dist.name if entry.dist is not None else ""
        self.name = one_line(package or entry.name, 40)
        self.source: PackagedSource = _NONE
        self.reason = ""
        try:
            source = _source(entry.load())
            CATALOGUE.add(source.entries, source.words)
            self.source = PackagedSource(source, self.name)
        # A package may do anything when it is imported, end the process included.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self.reason = reason_of(error)

    def sensors(self, wanted: SensorRequest, taken: Collection[str]) -> list[Sensor]:
        """Return its sensors, or one that reports why there are none."""
        if self.reason:
            return [Broken(self.name, self.reason)]
        try:
            made = self.source.sensors(wanted)
            _check(made, self.source.known, taken)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            return [Broken(self.name, reason_of(error))]
        return made


def find(entries: Callable[[], Iterable[EntryPoint]] | None = None) -> list[Found]:
    """Return the sources of installed packages, and forget those found before."""
    CATALOGUE.forget()
    there = entry_points(group=GROUP) if entries is None else entries()
    found = [Found(entry) for entry in sorted(there, key=lambda entry: entry.name)]
    _loaded[:] = [each.source for each in found if not each.reason]
    return found


def loaded() -> Sequence[Source]:
    """Return the packages' sources that were found last."""
    return tuple(_loaded)


def failures() -> list[str]:
    """Return a sentence for each loaded package that failed in a call since it was found."""
    return [source.failure for source in _loaded if source.failure]


def _source(named: object) -> Source:
    made = named() if callable(named) else named
    if not isinstance(made, Source):
        raise TypeError("its entry point is not a mlxtop.sensors.source.Source")
    return made


def _check(made: Sequence[Sensor], declared: Collection[str], taken: Collection[str]) -> None:
    seen = set(taken)
    for name in (info.name for sensor in made for info in sensor.infos):
        if first_of(name) not in declared:
            raise ValueError(f"it reads {one_line(name, 60)} but does not declare it")
        if CATALOGUE.find(name) is None:
            raise ValueError(f"{name} has no entry in the catalogue of figures")
        if name in seen:
            raise ValueError(f"{name} is already read")
        seen.add(name)
