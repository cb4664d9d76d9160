"""NVIDIA GPUs by NVML, read in separate threads."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlxtop.sensors.bounds import LARGEST_SIZE, bounded
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.nvidia_gpus import INFORMATION, Gpu, gpus, with_first
from mlxtop.sensors.linux.parse import parse_nvidia_model
from mlxtop.sensors.source import (
    GPU_DRIVER,
    GPU_FIGURES,
    GPU_HZ,
    Need,
    Net,
    Sensor,
    SensorRequest,
    Source,
    Values,
    gpu_group,
)

LIBRARY = "libnvidia-ml.so.1"
DEVICES = Path("/dev")
LARGEST_WATTS = 1e5
LARGEST_CELSIUS = 200.0
LARGEST_HERTZ = 1e11
LARGEST_MASK = float(1 << 53)


@dataclass(frozen=True)
class NvmlFigure:
    """One figure of a GPU: how NVML reads it, and its largest possible value."""

    name: str
    source: str
    read: Callable[[Any, Any], float]
    """(the module pynvml, a GPU's handle) → the figure; raises its NVMLError."""
    largest: float


def _temperature(nvml: Any, gpu: Any) -> float:
    try:
        return float(nvml.nvmlDeviceGetTemperatureV(gpu, nvml.NVML_TEMPERATURE_GPU))
    # An older driver or pynvml only has the call that this one replaces.
    except (nvml.NVMLError, AttributeError):
        return float(nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU))


def _reasons(nvml: Any, gpu: Any) -> float:
    try:
        return float(nvml.nvmlDeviceGetCurrentClocksEventReasons(gpu))
    # Its name before driver 535.
    except (nvml.NVMLError_FunctionNotFound, AttributeError):
        return float(nvml.nvmlDeviceGetCurrentClocksThrottleReasons(gpu))


FAST = (
    NvmlFigure(
        "busy_percent", "NVML nvmlDeviceGetUtilizationRates gpu",
        lambda nvml, gpu: float(nvml.nvmlDeviceGetUtilizationRates(gpu).gpu), 100.0,
    ),
    NvmlFigure(
        "memory_used_bytes", "NVML nvmlDeviceGetMemoryInfo used",
        lambda nvml, gpu: float(nvml.nvmlDeviceGetMemoryInfo(gpu).used), LARGEST_SIZE,
    ),
)  # fmt: skip
SLOW = (
    NvmlFigure(
        "memory_total_bytes", "NVML nvmlDeviceGetMemoryInfo total",
        lambda nvml, gpu: float(nvml.nvmlDeviceGetMemoryInfo(gpu).total), LARGEST_SIZE,
    ),
    NvmlFigure(
        "power_watts", "NVML nvmlDeviceGetPowerUsage",
        lambda nvml, gpu: nvml.nvmlDeviceGetPowerUsage(gpu) / 1000, LARGEST_WATTS,
    ),
    NvmlFigure(
        "temperature_celsius", "NVML nvmlDeviceGetTemperatureV",
        _temperature, LARGEST_CELSIUS,
    ),
    NvmlFigure(
        "clock_hertz", "NVML nvmlDeviceGetClockInfo SM",
        lambda nvml, gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM) * 1e6,
        LARGEST_HERTZ,
    ),
    NvmlFigure(
        "memory_clock_hertz", "NVML nvmlDeviceGetClockInfo MEM",
        lambda nvml, gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_MEM) * 1e6,
        LARGEST_HERTZ,
    ),
    NvmlFigure(
        "throttle_reasons", "NVML nvmlDeviceGetCurrentClocksEventReasons",
        _reasons, LARGEST_MASK,
    ),
)  # fmt: skip


_MEMORY = ("memory_used_bytes", "memory_total_bytes")


class NvidiaGpus(Sensor):
    """Some figures of every GPU; a sleeping GPU is not woken."""

    slow = True

    def __init__(
        self, name: str, hz: float, nvml: Any, gpus: Sequence[Gpu], figures: Sequence[NvmlFigure]
    ) -> None:
        """Read `figures` of `gpus`, the engine's first, by the module `nvml`."""
        self._nvml = nvml
        self._gpus = list(gpus)
        self._figures = figures
        named = [
            (name, figure.source)
            for number, gpu in enumerate(gpus)
            for name, figure in self._named(number, gpu)
        ]
        # Only one sensor reports it. On most machines no GPU ever sleeps.
        self._reports_sleep = figures is SLOW and any(gpu.may_sleep for gpu in gpus)
        if self._reports_sleep:
            named += [
                (f"{gpu_group(number)}.asleep", "the kernel's power/runtime_status")
                for number in range(len(gpus))
            ]
        super().__init__(name, hz, named)

    def _named(self, number: int, gpu: Gpu) -> list[tuple[str, NvmlFigure]]:
        """Return the figures of a GPU with their names.

        Why a GPU hidden from the engine is throttled does not matter to this run.
        """
        return [
            (f"{gpu_group(number)}.{figure.name}", figure)
            for figure in self._figures
            if gpu.visible or figure.name != "throttle_reasons"
        ]

    def set_engine_gpu(self, address: str) -> None:
        """Number the GPU at this PCI address first; called from any thread."""
        self._gpus = with_first(self._gpus, address)

    def read(self) -> Values:
        """Return the figures; None for what a GPU does not report, and for a sleeping GPU.

        Raises the NVMLError of the last figure if none could be read for another reason: the
        driver was unloaded, or every GPU has fallen off the bus.
        """
        nvml = self._nvml
        values: Values = {}
        failed: Exception | None = None
        answered = False
        for number, gpu in enumerate(self._gpus):
            asleep = gpu.asleep
            answered |= asleep
            if self._reports_sleep:
                values[f"{gpu_group(number)}.asleep"] = float(asleep)
            for key, figure in self._named(number, gpu):
                values[key] = None
                if asleep:
                    continue
                try:
                    values[key] = bounded(_read(nvml, gpu, figure), figure.largest)
                    answered = True
                except (nvml.NVMLError_NotSupported, nvml.NVMLError_FunctionNotFound):
                    continue
                except nvml.NVMLError as error:
                    failed = error
        if failed is not None and not answered:
            raise failed
        return values


def _read(nvml: Any, gpu: Gpu, figure: NvmlFigure) -> float:
    handle = gpu.opened(nvml)
    if gpu.part is not None and figure.name in _MEMORY:
        handle = gpu.part
    return figure.read(nvml, handle)


def load_nvml() -> Any:
    """Return the module pynvml, initialized; None if there is no driver."""
    try:
        # Tried first: without a driver this saves the 30 ms of importing pynvml.
        ctypes.CDLL(LIBRARY)
        import pynvml
    except (OSError, ImportError):
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def nvidia_sensors(hz: float, slow_hz: float, nvml: Any = None) -> list[Sensor]:
    """Return the sensors of all NVIDIA GPUs; none, and no error, if there are none."""
    nvml = nvml or load_nvml()
    if nvml is None or not (found := gpus(nvml)):
        return []
    return [
        NvidiaGpus("nvidia load", hz, nvml, found, FAST),
        NvidiaGpus("nvidia state", slow_hz, nvml, found, SLOW),
    ]


def nvidia_names(nvml: Any) -> list[str]:
    """Return the GPUs' names as the driver gives them, the engine's first."""
    return [gpu.name for gpu in gpus(nvml) if gpu.name]


def nvidia_memory_left(nvml: Any, freed_bytes: int = 0) -> int | None:
    """Return how many bytes of the engine's GPU are free, plus those about to be released.

    None if CUDA shows no GPU, if the GPU has no memory of its own, and while it sleeps.
    """
    gpu = _engine_gpu(nvml)
    if gpu is None or gpu.asleep:
        return None
    try:
        memory = nvml.nvmlDeviceGetMemoryInfo(gpu.part or gpu.opened(nvml))
    except nvml.NVMLError:
        return None
    return int(min(memory.total, memory.total - memory.used + freed_bytes))


def nvidia_bandwidth_bytes_per_second(nvml: Any) -> float | None:
    """Return the theoretical bandwidth of the engine's GPU: bus width × highest clock × 2.

    The bus transfers twice per clock cycle. None if the driver does not report the clock, and
    while the GPU sleeps.
    """
    gpu = _engine_gpu(nvml)
    if gpu is None or gpu.asleep:
        return None
    try:
        handle = gpu.opened(nvml)
        bits = nvml.nvmlDeviceGetMemoryBusWidth(handle)
        megahertz = nvml.nvmlDeviceGetMaxClockInfo(handle, nvml.NVML_CLOCK_MEM)
    except nvml.NVMLError:
        return None
    return bounded(bits / 8 * megahertz * 1e6 * 2) or None


def _engine_gpu(nvml: Any) -> Gpu | None:
    return next((gpu for gpu in gpus(nvml) if gpu.visible), None)


class Nvidia(Source):
    """NVIDIA's GPUs: MLX runs only on those, so they are numbered first."""

    name = "NVIDIA's driver"
    figures = (*(f"gpu.{figure.name}" for figure in (*FAST, *SLOW)), "gpu.asleep")

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return two sensors of all GPUs; none if there are none."""
        return nvidia_sensors(min(wanted.hz, GPU_HZ), wanted.slow_hz)

    def gpu_names(self) -> list[str]:
        """Return the names from the kernel's driver or NVML, the engine's GPU first."""
        paths = sorted(INFORMATION.glob("*/information"))
        names = [name for path in paths if (name := parse_nvidia_model(try_text(path)))]
        # A container may lack that folder; of several GPUs the engine's is first.
        if len(names) == 1:
            return names
        nvml = load_nvml()
        return (nvidia_names(nvml) if nvml is not None else []) or names

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return what its figures need."""
        wanted = (*GPU_FIGURES, "gpu.memory_clock_hertz", "gpu.throttle_reasons")
        driver = f"an NVIDIA GPU with its driver ({without_nvml() or 'the driver reports none'})"
        return [(wanted, GPU_DRIVER if here else driver)]

    def why(self, name: str) -> str:
        """Return what a figure needs that its driver does not report."""
        return GPU_DRIVER

    def silent(self) -> str:
        """Return the sentence about a GPU that the kernel shows but NVML does not."""
        if not kernel_shows_gpu():
            return ""
        why = without_nvml() or "it cannot be opened"
        return f"An NVIDIA GPU is present but cannot be read: {why}."

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Yield the models; the folders, named by bus addresses, are numbered instead."""
        # Imported here, because only a capture needs it.
        from mlxtop.sensors.linux import kept_files
        from mlxtop.sensors.linux.kept_files import in_order

        pattern = f"{INFORMATION.relative_to('/')}/*/information"
        for number, path in enumerate(in_order(root, pattern)):
            name = f"{INFORMATION.relative_to('/')}/gpu{number}/information"
            yield name, kept_files.nvidia(try_text(path), clean)


def without_nvml() -> str:
    """Return why NVML does not answer; empty if it does."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return f"{LIBRARY}, a part of NVIDIA's driver, was not found"
    try:
        import pynvml
    except ImportError:
        return "the Python package nvidia-ml-py is not installed"
    try:
        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except pynvml.NVMLError as error:
        return f"NVML reports: {error}"
    return "" if count else "NVIDIA's driver runs but reports no GPU"


def kernel_shows_gpu(folder: Path = INFORMATION, devices: Path = DEVICES) -> bool:
    """Return whether NVIDIA's kernel driver shows a GPU."""
    return any(folder.glob("*")) or any(devices.glob("nvidia[0-9]*"))
