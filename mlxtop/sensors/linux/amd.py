"""AMD GPUs by the files that the driver amdgpu keeps in /sys, read without root."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlxtop.clock import now
from mlxtop.sensors.bounds import LARGEST_SIZE, bounded
from mlxtop.sensors.linux.files import is_asleep, may_sleep, read_text, try_text
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

DRM = Path("/sys/class/drm")
VENDOR = "0x1002"
IDLE_SECONDS = 10.0
REST_SECONDS = 8.0
"""The driver suspends the GPU 5 s after its last use, ours included: this is longer."""
_CARD = re.compile(r"card[0-9]+")
_NUMBER = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True)
class File:
    """One file, and the figure in it."""

    pattern: str
    """Below the device; if several match, the first."""
    figure: str
    scale: float
    largest: float


FILES = (
    File("gpu_busy_percent", "busy_percent", 1.0, 100.0),
    File("mem_info_vram_used", "memory_used_bytes", 1.0, LARGEST_SIZE),
    File("mem_info_vram_total", "memory_total_bytes", 1.0, LARGEST_SIZE),
    # System memory that the GPU may map: most of the memory of an integrated GPU.
    File("mem_info_gtt_used", "gtt_used_bytes", 1.0, LARGEST_SIZE),
    File("mem_info_gtt_total", "gtt_total_bytes", 1.0, LARGEST_SIZE),
    # Microwatts, millidegrees and hertz: hwmon's units.
    File("hwmon/hwmon*/power1_average", "power_watts", 1e-6, 1e5),
    File("hwmon/hwmon*/power1_input", "power_watts", 1e-6, 1e5),
    File("hwmon/hwmon*/temp1_input", "temperature_celsius", 1e-3, 200.0),
    # Some accelerators have a sensor only inside the chip, not at its edge.
    File("hwmon/hwmon*/temp2_input", "temperature_celsius", 1e-3, 200.0),
    File("hwmon/hwmon*/freq1_input", "clock_hertz", 1.0, 1e11),
)


def parse_number(text: str) -> int | None:
    """Return the number in a file of /sys that contains only that; None for anything else."""
    text = text.strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def amd_devices(drm: Path = DRM) -> list[Path]:
    """Return the folders of AMD's GPUs in the order of their cards."""
    cards = [path for path in drm.glob("card*") if _CARD.fullmatch(path.name)]
    cards.sort(key=lambda path: int(path.name.removeprefix("card")))
    return [path / "device" for path in cards if _is_amd(path / "device")]


def _is_amd(device: Path) -> bool:
    try:
        return read_text(device / "vendor").strip() == VENDOR
    except OSError:
        return False


def has_display(device: Path) -> bool:
    """Return whether a display is connected to the GPU: it then never sleeps."""
    card = device.parent
    return any(
        try_text(path).strip() == "connected" for path in card.parent.glob(f"{card.name}-*/status")
    )


class AmdGpu(Sensor):
    """The figures of one GPU for which its driver has files."""

    # Some files query the GPU's own processor, which takes milliseconds.
    slow = True

    def __init__(
        self, hz: float, device: Path, number: int, clock: Callable[[], float] = now
    ) -> None:
        """Read the files of `device` that exist now; it is GPU `number` of the machine."""
        group = gpu_group(number)
        found: dict[str, tuple[File, Path]] = {}
        for file in FILES:
            if paths := sorted(device.glob(file.pattern)):
                found.setdefault(f"{group}.{file.figure}", (file, paths[0]))
        figures = [(name, str(path)) for name, (file, path) in found.items()]
        self._asleep = ""
        if found and (may_sleep(device) or is_asleep(device)):
            self._asleep = f"{group}.asleep"
            figures.append((self._asleep, f"{device}/power/runtime_status"))
        super().__init__(f"amd {number}", hz, figures)
        self._device = device
        self._files = found
        self._busy = f"{group}.busy_percent"
        self._clock = clock
        self._worked = clock()
        self._read_again = 0.0

    def read(self) -> Values:
        """Return the figures; None for a file that cannot be read.

        Raises OSError if all of them do. While the GPU sleeps no file is opened: that would wake
        it. An idle GPU that may sleep is read rarely, so that it can fall asleep.
        """
        if not self._asleep:
            return self._figures()
        t = self._clock()
        if is_asleep(self._device):
            self._worked, self._read_again = t, 0.0
            return {**self.nothing(), self._asleep: 1.0}
        if t < self._read_again:
            return {self._asleep: 0.0}
        values = self._figures()
        if values.get(self._busy) != 0:
            self._worked = t
        elif t - self._worked >= IDLE_SECONDS and not has_display(self._device):
            self._read_again = t + REST_SECONDS
        return {**values, self._asleep: 0.0}

    def _figures(self) -> Values:
        values: Values = {}
        refused: OSError | None = None
        for name, (file, path) in self._files.items():
            try:
                number = parse_number(read_text(path))
            except OSError as error:
                refused = error
                values[name] = None
                continue
            values[name] = None if number is None else bounded(number * file.scale, file.largest)
        if refused is not None and all(values[name] is None for name in self._files):
            raise refused
        return values


def amd_sensors(
    hz: float, first: int, devices: Callable[[], list[Path]] = amd_devices
) -> list[Sensor]:
    """Return a sensor for each AMD GPU with figures; they are numbered from `first`."""
    sensors: list[Sensor] = []
    for device in devices():
        sensor = AmdGpu(hz, device, first + len(sensors))
        if sensor.infos:
            sensors.append(sensor)
    return sensors


class Amd(Source):
    """AMD's GPUs."""

    name = "amdgpu"
    figures = (*dict.fromkeys(f"gpu.{file.figure}" for file in FILES), "gpu.asleep")

    def sensors(self, wanted: SensorRequest) -> list[Sensor]:
        """Return a sensor for each GPU with figures."""
        return amd_sensors(min(wanted.hz, GPU_HZ), wanted.first_gpu)

    def gpu_names(self) -> list[str]:
        """Return the product names, if the boards report them."""
        return [try_text(device / "product_name").strip() or "AMD GPU" for device in amd_devices()]

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return what its figures need."""
        found = "its driver has no readable files" if amd_devices() else "none found"
        return [(GPU_FIGURES, GPU_DRIVER if here else f"an AMD GPU with amdgpu ({found})")]

    def why(self, name: str) -> str:
        """Return what a figure needs that its driver does not report."""
        return GPU_DRIVER

    def silent(self) -> str:
        """Return the sentence about a GPU without readable files."""
        there = bool(amd_devices())
        return "An AMD GPU is present, but its driver has no readable files." if there else ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Yield the files of the GPUs that are awake; reading others would wake them."""
        # Imported here, because only a capture needs it.
        from mlxtop.sensors.linux import kept_files
        from mlxtop.sensors.linux.kept_files import in_order

        for device in amd_devices(root / DRM.relative_to("/")):
            vendor = device / "vendor"
            yield (
                str(vendor.relative_to(root)),
                kept_files.only(try_text(vendor), kept_files.VENDOR),
            )
            if is_asleep(device):
                continue
            for file in FILES:
                for path in in_order(device, file.pattern):
                    yield (
                        str(path.relative_to(root)),
                        kept_files.only(try_text(path), kept_files.NUMBERS),
                    )
