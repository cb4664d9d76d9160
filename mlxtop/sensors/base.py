"""What a sensor is: a few figures, where they are read, how often, and one reading."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from mlxtop.events import SensorInfo
from mlxtop.figures import CATALOGUE

Values = dict[str, float | None]
"""Series name → value; None where the source had no answer."""


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
    """True where a reading may take over 10 ms: it then gets a thread of its own."""
    steady: bool = False
    """True where figures stand for long: they are written when one changes, or after a second."""

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
        """Let go of what the sensor holds; no reading follows."""

    def nothing(self) -> Values:
        """Return None for every figure."""
        return {info.name: None for info in self.infos}
