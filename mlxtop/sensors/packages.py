"""Sources of installed packages: found by their entry points, and never trusted to work.

A package names its `Source` in the group `mlxtop.sensors`. Whatever it does wrong is one sentence
among the notices of a run; the app continues with its own sensors.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path, PurePosixPath
from typing import TypeVar

from mlxtop.figures import CATALOGUE, first_of
from mlxtop.sensors.source import Need, Net, Sensor, SensorRequest, Source, Unusable, Values
from mlxtop.text import one_line

GROUP = "mlxtop.sensors"
LONGEST_REASON = 200
_loaded: list[Source] = []
T = TypeVar("T")


class PackagedSource(Source):
    """A package's source: what it fails to say is not said, and nothing else fails with it."""

    def __init__(self, source: Source) -> None:
        """Pass everything on to `source`."""
        self._source = source
        self.known = {*source.figures, *(entry.name for entry in source.entries)}

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return its sensors, each in a thread of its own; raises what the source raises."""
        return [Packaged(one) for one in self._source.sensors(wanted)]

    def gpu_names(self) -> list[str]:
        """Return what it names."""
        return _said(lambda: list(map(str, self._source.gpu_names())), [])

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return what it declares."""
        return _said(lambda: [(list(f), str(w)) for f, w in self._source.needs(here=here)], [])

    def why(self, name: str) -> str:
        """Return what it says."""
        return _said(lambda: str(self._source.why(name)), "")

    def silent(self) -> str:
        """Return what it says."""
        return _said(lambda: str(self._source.silent()), "")

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Give what it gives, once all of it is there; never outside of the capture."""
        nothing: list[tuple[str, str]] = []
        for name, text in _said(lambda: list(self._source.capture(clean, root)), nothing):
            if ".." not in PurePosixPath(name).parts and not name.startswith("/"):
                yield name, text


def _said(ask: Callable[[], T], otherwise: T) -> T:
    try:
        return ask()
    # As for a reading: a package may do anything.
    except Exception:  # noqa: BLE001
        return otherwise


class Packaged(Sensor):
    """A package's sensor: in a thread of its own, and no more than what it declares."""

    slow = True

    def __init__(self, sensor: Sensor) -> None:
        """Pass everything on to `sensor`."""
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
        """Tell the sensor."""
        self._sensor.set_engine_pid(pid)

    def set_engine_gpu(self, address: str) -> None:
        """Tell the sensor."""
        self._sensor.set_engine_gpu(address)

    def close(self) -> None:
        """Let the sensor go."""
        self._sensor.close()


class Broken(Sensor):
    """Stands for sources that cannot be used: its reading says why, once."""

    slow = True

    def __init__(self, name: str, reason: str) -> None:
        """Say that the sensors called `name` cannot be used for `reason`."""
        super().__init__(name, 1.0, [])
        self._reason = reason

    def read(self) -> Values:
        """Raise Unusable."""
        raise Unusable(self._reason)


_NONE = PackagedSource(Source())


class Found:
    """An entry point of the group: what it names, or why that is not a source."""

    def __init__(self, entry: EntryPoint) -> None:
        """Load what `entry` names, and add its figures to the catalogue."""
        package = entry.dist.name if entry.dist is not None else ""
        self.name = one_line(package or entry.name, 40)
        self.source: PackagedSource = _NONE
        self.reason = ""
        try:
            source = _source(entry.load())
            CATALOGUE.add(source.entries, source.words)
            self.source = PackagedSource(source)
        # A package may do anything when it is imported, end the process included.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self.reason = _reason(error)

    def sensors(self, wanted: SensorRequest, taken: Collection[str]) -> list[Sensor]:
        """Return its sensors; in their place one that says why there are none."""
        if self.reason:
            return [Broken(self.name, self.reason)]
        try:
            made = self.source.sensors(wanted)
            _check(made, self.source.known, taken)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            return [Broken(self.name, _reason(error))]
        return made


def find(entries: Callable[[], Iterable[EntryPoint]] | None = None) -> list[Found]:
    """Return the sources that installed packages bring, and forget those of before."""
    CATALOGUE.forget()
    there = entry_points(group=GROUP) if entries is None else entries()
    found = [Found(entry) for entry in sorted(there, key=lambda entry: entry.name)]
    _loaded[:] = [each.source for each in found if not each.reason]
    return found


def loaded() -> Sequence[Source]:
    """Return the packages' sources that were found last."""
    return tuple(_loaded)


def _source(named: object) -> Source:
    made = named() if callable(named) else named
    if not isinstance(made, Source):
        raise TypeError("its entry point names no mlxtop.sensors.source.Source")
    return made


def _check(made: Sequence[Sensor], declared: Collection[str], taken: Collection[str]) -> None:
    seen = set(taken)
    for name in (info.name for sensor in made for info in sensor.infos):
        if first_of(name) not in declared:
            raise ValueError(f"it reads {one_line(name, 60)} and does not declare it")
        if CATALOGUE.find(name) is None:
            raise ValueError(f"{name} has no entry in the catalogue of figures")
        if name in seen:
            raise ValueError(f"{name} is read already")
        seen.add(name)


def _reason(error: BaseException) -> str:
    return one_line(str(error) or type(error).__name__, LONGEST_REASON).rstrip(".")
