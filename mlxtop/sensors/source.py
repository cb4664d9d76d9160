"""A source: makes sensors, and knows what their figures need.

All figures come into mlxtop through sources; a source of an installed package works the same
(see `packages.py` and CONTRIBUTING.md).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlxtop.events import SensorInfo
from mlxtop.figures import CATALOGUE, Figure
from mlxtop.text import one_line

Values = dict[str, float | None]
"""Series name → value; None if the source had no answer."""


_LONGEST_REASON = 200

GPU_HZ = 5.0
"""Drivers renew their figures a few times a second at most."""
GPU_FIGURES = (
    *("gpu.busy_percent", "gpu.memory_used_bytes", "gpu.memory_total_bytes", "gpu.power_watts"),
    *("gpu.temperature_celsius", "gpu.clock_hertz"),
)
"""The figures expected from a GPU's driver."""
GPU_DRIVER = "a GPU and driver that report it (these do not, or the GPU is asleep)"
"""What such a figure needs if the driver does not report it."""


def gpu_group(number: int) -> str:
    """Return the group in the names of the figures of GPU `number`: `gpu`, `gpu1` and so on."""
    return f"gpu{number or ''}"


class Unusable(Exception):
    """Raised by a reading that will never succeed; the text is the reason."""


def reason_of(error: BaseException) -> str:
    """Return the text of an error, on one printable line without a full stop."""
    return one_line(str(error) or type(error).__name__, _LONGEST_REASON).rstrip(".")


class Sensor(ABC):
    """One source of figures, read at `hz` by the sampler.

    `read` may raise anything: the sampler records absent values, waits longer before each new
    attempt and emits a notice. A figure missing from a reading is not written at that tick.
    """

    slow: bool = False
    """True if a reading may take over 10 ms: the sensor then gets its own thread."""
    steady: bool = False
    """True if figures rarely change: they are written when one changes, or after a second."""

    def __init__(self, name: str, hz: float, figures: Sequence[tuple[str, str]]) -> None:
        """Name the sensor, its readings a second, and (name, source) of each figure.

        The unit of a figure is that of its catalogue entry, or the last word of its name.
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
        """Set the process of the engine, for sensors with figures of it."""

    def set_engine_gpu(self, address: str) -> None:  # noqa: B027
        """Set the GPU of the engine, for sensors that number GPUs."""

    def close(self) -> None:  # noqa: B027
        """Release files and handles; no reading follows."""

    def nothing(self) -> Values:
        """Return None for every figure."""
        return {info.name: None for info in self.infos}


Net = Callable[[str], str]
"""Text → the same text without names, serial numbers and addresses."""
Need = tuple[Sequence[str], str]
"""Figures, and what they need: a phrase that follows the word "needs"."""


@dataclass(frozen=True, slots=True)
class SensorRequest:
    """The rates of sensors, and the number of the first GPU."""

    hz: float
    slow_hz: float
    """For figures that rarely change or are expensive: at most 1."""
    first_gpu: int = 0
    """Lower numbers belong to other sources."""


class Source:
    """A source of figures on some platform."""

    name: ClassVar[str] = ""
    """A short name."""
    figures: ClassVar[Sequence[str]] = ()
    """Every figure that it may read; of several GPUs those of the first."""
    entries: ClassVar[Sequence[Figure]] = ()
    """Of a package: catalogue entries of figures that mlxtop does not have."""
    words: ClassVar[str] = ""
    """Of a package: words of its sensors' `source` that may stay in a redacted recording. Our own
    sources declare them in the entries of figures (`Figure.source_words`)."""

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return the available sensors; none, without an error, if nothing is available."""
        raise NotImplementedError

    def gpu_names(self) -> list[str]:
        """Return the names of its GPUs, in the order of their numbers."""
        return []

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return the needs of figures that no sensor has; `here`: this source has made sensors."""
        return ()

    def why(self, name: str) -> str:
        """Return what a figure without a value needs; empty if it should have one."""
        return ""

    def silent(self) -> str:
        """Return a sentence about a GPU that is present but cannot be read, or an empty text."""
        return ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Yield (path below the capture, text) of what it reads below `root`.

        Only what may be shared: known lines of known forms, free text through `clean`.
        """
        yield from ()
