"""A source: what sensors are made of it, and what is known about it besides its readings.

This is the one seam by which figures come into mlxtop. A source of an installed package is the same
(see `packages.py` and CONTRIBUTING.md).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlxtop.events import SensorInfo
from mlxtop.figures import CATALOGUE, Figure

Values = dict[str, float | None]
"""Series name → value; None if the source had no answer."""


GPU_HZ = 5.0
"""Drivers renew what they tell a few times a second at most."""
GPU_FIGURES = (
    *("gpu.busy_percent", "gpu.memory_used_bytes", "gpu.memory_total_bytes", "gpu.power_watts"),
    *("gpu.temperature_celsius", "gpu.clock_hertz"),
)
"""What a GPU's driver is expected to tell."""
GPU_DRIVER = "a GPU and driver that report it (these do not, or the GPU is asleep)"
"""What such a figure needs where the driver does not."""


def gpu_group(number: int) -> str:
    """Return the group in the names of the figures of GPU `number`: `gpu`, `gpu1` and so on."""
    return f"gpu{number or ''}"


class Unusable(Exception):
    """Raised by a reading that will never succeed; the text says why."""


class Sensor(ABC):
    """One source of figures, read at `hz` by the sampler.

    `read` may raise anything: the sampler turns that into absent values, waits longer before each
    new attempt and says so. A figure left out of a reading is simply not written at that tick.
    """

    slow: bool = False
    """True if a reading may take over 10 ms: it then gets a thread of its own."""
    steady: bool = False
    """True if figures stand for long: they are written when one changes, or after a second."""

    def __init__(self, name: str, hz: float, figures: Sequence[tuple[str, str]]) -> None:
        """Name the sensor, its readings a second, and (name, source) of each figure.

        The unit of a figure is that of its entry in the catalogue, or what its name ends in.
        """
        self.name = name
        self.hz = hz
        self.infos = [
            SensorInfo(name=figure, unit=CATALOGUE.of(figure).unit.name, source=source, hz=hz)
            for figure, source in figures
        ]

    @abstractmethod
    def read(self) -> Values:
        """Return the figures as they are now."""

    def set_engine_pid(self, pid: int | None) -> None:  # noqa: B027
        """Learn which process is the engine; for sensors that tell its share apart."""

    def set_engine_gpu(self, address: str) -> None:  # noqa: B027
        """Learn which of several GPUs the engine computes on; for sensors that number them."""

    def close(self) -> None:  # noqa: B027
        """Release files and handles; no reading follows."""

    def nothing(self) -> Values:
        """Return None for every figure."""
        return {info.name: None for info in self.infos}


Net = Callable[[str], str]
"""Text → the same without names, serial numbers and addresses."""
Need = tuple[Sequence[str], str]
"""Figures, and what they need: a phrase that follows the word "needs"."""


@dataclass(frozen=True, slots=True)
class SensorRequest:
    """How often sensors are to be read, and which number the first GPU gets."""

    hz: float
    slow_hz: float
    """For what changes seldom or costs much: at most 1."""
    first_gpu: int = 0
    """The GPUs before it are those of other sources."""


class Source:
    """Where some figures of a platform are read."""

    name: ClassVar[str] = ""
    """In a word or two."""
    figures: ClassVar[Sequence[str]] = ()
    """Every figure that it may read, of the first GPU where each has it."""
    entries: ClassVar[Sequence[Figure]] = ()
    """Of a package: the entries of its figures that mlxtop has none of."""
    words: ClassVar[str] = ""
    """Of a package: words of its sensors' `source` that a redacted recording keeps. mlxtop's own
    sources declare them in the entries of figures (`Figure.source_words`)."""

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return the sensors of what is here; none, and no error, where nothing is."""
        raise NotImplementedError

    def gpu_names(self) -> list[str]:
        """Return the GPUs that the header names, in the order of their numbers."""
        return []

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return what figures need that no sensor has; `here`: this source has made sensors."""
        return ()

    def why(self, name: str) -> str:
        """Return what a figure of its sensors needs that has no value; empty: it ought to have."""
        return ""

    def silent(self) -> str:
        """Return a sentence about a GPU that is here and cannot be read; empty for none."""
        return ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Give (path below the capture, text) of what it reads below `root`.

        Only what may leave the machine: known lines of known forms, free text through `clean`.
        """
        yield from ()
