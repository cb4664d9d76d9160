"""NVIDIA GPUs by NVML: what the driver says, in a thread of its own."""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.sane import LARGEST_SIZE, amount

LIBRARY = "libnvidia-ml.so.1"
LARGEST_WATTS = 1e5
LARGEST_CELSIUS = 200.0
LARGEST_HERTZ = 1e11
LARGEST_MASK = float(1 << 53)


@dataclass(frozen=True)
class Figure:
    """One figure of a GPU: how NVML gives it, and beyond what it cannot be."""

    name: str
    unit: str
    source: str
    read: Callable[[Any, Any], float]
    """(the module pynvml, a GPU's handle) → the figure; raises its NVMLError."""
    largest: float


def _temperature(nvml: Any, gpu: Any) -> float:
    try:
        return float(nvml.nvmlDeviceGetTemperatureV(gpu, nvml.NVML_TEMPERATURE_GPU))
    # An older driver, or an older pynvml, has only the call that this one is to replace.
    except (nvml.NVMLError, AttributeError):
        return float(nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU))


def _reasons(nvml: Any, gpu: Any) -> float:
    try:
        return float(nvml.nvmlDeviceGetCurrentClocksEventReasons(gpu))
    # Its name before driver 535.
    except (nvml.NVMLError_FunctionNotFound, AttributeError):
        return float(nvml.nvmlDeviceGetCurrentClocksThrottleReasons(gpu))


FAST = (
    Figure(
        "busy_percent", "percent", "NVML nvmlDeviceGetUtilizationRates gpu",
        lambda nvml, gpu: float(nvml.nvmlDeviceGetUtilizationRates(gpu).gpu), 100.0,
    ),
    Figure(
        "memory_used_bytes", "bytes", "NVML nvmlDeviceGetMemoryInfo used",
        lambda nvml, gpu: float(nvml.nvmlDeviceGetMemoryInfo(gpu).used), LARGEST_SIZE,
    ),
)  # fmt: skip
SLOW = (
    Figure(
        "memory_total_bytes", "bytes", "NVML nvmlDeviceGetMemoryInfo total",
        lambda nvml, gpu: float(nvml.nvmlDeviceGetMemoryInfo(gpu).total), LARGEST_SIZE,
    ),
    Figure(
        "power_watts", "watts", "NVML nvmlDeviceGetPowerUsage",
        lambda nvml, gpu: nvml.nvmlDeviceGetPowerUsage(gpu) / 1000, LARGEST_WATTS,
    ),
    Figure(
        "temperature_celsius", "celsius", "NVML nvmlDeviceGetTemperatureV",
        _temperature, LARGEST_CELSIUS,
    ),
    Figure(
        "clock_hertz", "hertz", "NVML nvmlDeviceGetClockInfo SM",
        lambda nvml, gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM) * 1e6,
        LARGEST_HERTZ,
    ),
    Figure(
        "memory_clock_hertz", "hertz", "NVML nvmlDeviceGetClockInfo MEM",
        lambda nvml, gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_MEM) * 1e6,
        LARGEST_HERTZ,
    ),
    Figure(
        "throttle_reasons", "mask", "NVML nvmlDeviceGetCurrentClocksEventReasons",
        _reasons, LARGEST_MASK,
    ),
)  # fmt: skip


class NvidiaGpus(Sensor):
    """Some figures of every GPU."""

    slow = True

    def __init__(
        self, name: str, hz: float, nvml: Any, gpus: Sequence[Any], figures: Sequence[Figure]
    ) -> None:
        """Read `figures` of the handles `gpus` by the module `nvml`."""
        named = [
            (f"gpu{number or ''}.{figure.name}", figure, gpu)
            for number, gpu in enumerate(gpus)
            for figure in figures
        ]
        super().__init__(name, hz, [(key, f.unit, f.source) for key, f, _ in named])
        self._nvml = nvml
        self._named = named

    def read(self) -> Values:
        """Return the figures; None for what a GPU does not tell.

        Raises the NVMLError of the last figure where none could be read for another reason: the
        driver was unloaded, or every GPU has fallen off the bus.
        """
        nvml = self._nvml
        values: Values = {}
        failed: Exception | None = None
        answered = False
        for key, figure, gpu in self._named:
            try:
                values[key] = amount(figure.read(nvml, gpu), figure.largest)
                answered = True
            except (nvml.NVMLError_NotSupported, nvml.NVMLError_FunctionNotFound):
                values[key] = None
            except nvml.NVMLError as error:
                values[key] = None
                failed = error
        if failed is not None and not answered:
            raise failed
        return values


def load_nvml() -> Any:
    """Return the module pynvml, initialized; None where there is no driver."""
    try:
        # Tried first: without a driver it spares the 30 ms that importing pynvml takes.
        ctypes.CDLL(LIBRARY)
        import pynvml
    except (OSError, ImportError):
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def handles(nvml: Any) -> list[Any]:
    """Return the GPUs' handles; a GPU that cannot be opened is left out."""
    found: list[Any] = []
    try:
        count = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError:
        return found
    for index in range(count):
        try:
            found.append(nvml.nvmlDeviceGetHandleByIndex(index))
        except nvml.NVMLError:
            continue
    return found


def nvidia_sensors(hz: float, slow_hz: float, nvml: Any = None) -> list[Sensor]:
    """Return the sensors of all NVIDIA GPUs; none, and no error, where there are none."""
    nvml = nvml or load_nvml()
    if nvml is None or not (gpus := handles(nvml)):
        return []
    return [
        NvidiaGpus("nvidia load", hz, nvml, gpus, FAST),
        NvidiaGpus("nvidia state", slow_hz, nvml, gpus, SLOW),
    ]


def nvidia_names(nvml: Any) -> list[str]:
    """Return the GPUs' names as the driver gives them."""
    names: list[str] = []
    for gpu in handles(nvml):
        try:
            names.append(str(nvml.nvmlDeviceGetName(gpu)))
        except nvml.NVMLError:
            continue
    return names


def nvidia_bandwidth_bytes_per_second(nvml: Any, gpu: Any) -> float | None:
    """Return the theoretical bandwidth of a GPU's memory: bus width × highest clock × 2.

    The clock is that of a bus that transfers twice a cycle. None where the driver does not tell.
    """
    try:
        bits = nvml.nvmlDeviceGetMemoryBusWidth(gpu)
        megahertz = nvml.nvmlDeviceGetMaxClockInfo(gpu, nvml.NVML_CLOCK_MEM)
    except nvml.NVMLError:
        return None
    return amount(bits / 8 * megahertz * 1e6 * 2) or None
