"""The NVIDIA GPUs of this machine, the engine's first; none is woken."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mlxtop.sensors.linux import files
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.parse import parse_nvidia_model, parse_nvidia_uuid

VISIBLE = "CUDA_VISIBLE_DEVICES"
ORDER = "CUDA_DEVICE_ORDER"


@dataclass(frozen=True)
class Known:
    """The properties of a GPU that decide its place."""

    uuid: str = ""
    """`GPU-…`, as NVML and CUDA write it; empty if it is not known."""
    speed: float | None = None
    """An estimate, in any unit."""


class Places(NamedTuple):
    """Places in the list of all GPUs, which is in the order of their PCI addresses."""

    visible: list[int]
    """In CUDA's order: MLX takes the first."""
    hidden: list[int]


def places(
    gpus: Sequence[Known],
    environment: Mapping[str, str],
    parent: Callable[[str], str] = lambda mig: "",
) -> Places:
    """Return which GPUs are visible to a program with this environment.

    `parent` gives the UUID of the GPU that a MIG instance is a part of, or an empty text.
    """
    order = list(range(len(gpus)))
    speeds = [gpu.speed for gpu in gpus]
    # CUDA's order by speed is not documented; equal GPUs keep their order.
    if environment.get(ORDER, "").upper() != "PCI_BUS_ID" and None not in speeds:
        order.sort(key=lambda place: -(speeds[place] or 0.0))
    listed = environment.get(VISIBLE)
    visible = order if listed is None else _named(listed, gpus, order, parent)
    return Places(visible, [place for place in range(len(gpus)) if place not in visible])


def _named(
    listed: str, gpus: Sequence[Known], order: Sequence[int], parent: Callable[[str], str]
) -> list[int]:
    found: list[int] = []
    for word in listed.split(","):
        name = word.strip()
        if name.upper().startswith("MIG-"):
            place = _by_uuid(parent(name), gpus)
            # A program sees only one instance, and no other GPU.
            return found or ([] if place is None else [place])
        if name.upper().startswith("GPU-"):
            place = _by_uuid(name, gpus)
        else:
            place = order[int(name)] if name.isdecimal() and int(name) < len(order) else None
        if place is None or place in found:
            break
        found.append(place)
    return found


def _by_uuid(name: str, gpus: Sequence[Known]) -> int | None:
    """Return the only GPU whose UUID starts with `name`."""
    wanted = name.casefold()
    matching = [
        place for place, gpu in enumerate(gpus) if wanted and gpu.uuid.casefold().startswith(wanted)
    ]
    return matching[0] if len(matching) == 1 else None


INFORMATION = Path("/proc/driver/nvidia/gpus")


@dataclass
class Gpu:
    """One GPU; while it sleeps no handle is requested from NVML: that would wake it."""

    uuid: str = ""
    name: str = ""
    """Its name from the kernel's driver; empty if unknown."""
    speed: float | None = None
    address: str = ""
    """Of the PCI bus: `0000:01:00.0`; empty if it is not known."""
    visible: bool = True
    """Whether CUDA shows it to the engine."""
    handle: Any = None
    part: Any = None
    """The MIG instance of the engine: its memory is the instance's."""

    @property
    def asleep(self) -> bool:
        """Whether the kernel has suspended it."""
        return files.is_asleep(files.PCI_DEVICES / self.address) if self.address else False

    @property
    def may_sleep(self) -> bool:
        """Whether the kernel may suspend it while it is unused."""
        return files.may_sleep(files.PCI_DEVICES / self.address) if self.address else False

    def opened(self, nvml: Any) -> Any:
        """Return NVML's handle; raises NVMLError if there is none."""
        if self.handle is None:
            self.handle = nvml.nvmlDeviceGetHandleByPciBusId(self.address)
        return self.handle


def gpus(nvml: Any, environment: Mapping[str, str] = os.environ) -> list[Gpu]:
    """Return the GPUs in order: the engine's, the others visible to it, the rest."""
    found = _all(nvml)
    known = [Known(gpu.uuid, gpu.speed) for gpu in found]
    visible, hidden = places(known, environment, lambda mig: _parent(nvml, mig))
    for place in hidden:
        found[place].visible = False
    ordered = [found[place] for place in (*visible, *hidden)]
    mig = environment.get(VISIBLE, "").split(",")[0].strip()
    if visible and mig.upper().startswith("MIG-"):
        ordered[0].part = ask(nvml, "nvmlDeviceGetHandleByUUID", mig)
    return ordered


def with_first(listed: Sequence[Gpu], address: str) -> list[Gpu]:
    """Return the GPUs, the one at an address before the others visible to the engine."""
    wanted = files.pci_address(address)
    first = [gpu for gpu in listed if gpu.visible and wanted and gpu.address == wanted]
    return [*first, *(gpu for gpu in listed if gpu not in first)]


def _all(nvml: Any) -> list[Gpu]:
    """Return all GPUs in NVML's order, which is that of their addresses."""
    devices = files.nvidia_devices()
    if any(files.is_asleep(device) for device in devices):
        # Asking NVML for a GPU by its number would wake it.
        return [_by_address(nvml, device) for device in devices]
    indexes = range(ask(nvml, "nvmlDeviceGetCount") or 0)
    handles = [ask(nvml, "nvmlDeviceGetHandleByIndex", index) for index in indexes]
    return [_opened(nvml, handle) for handle in handles if handle is not None]


def _by_address(nvml: Any, device: Path) -> Gpu:
    if not files.is_asleep(device):
        handle = ask(nvml, "nvmlDeviceGetHandleByPciBusId", device.name)
        return _opened(nvml, handle, device.name)
    text = try_text(INFORMATION / device.name / "information")
    return Gpu(uuid=parse_nvidia_uuid(text), name=parse_nvidia_model(text), address=device.name)


def _opened(nvml: Any, handle: Any, address: str = "") -> Gpu:
    cores = ask(nvml, "nvmlDeviceGetNumGpuCores", handle)
    clock = ask(nvml, "nvmlDeviceGetMaxClockInfo", handle, getattr(nvml, "NVML_CLOCK_SM", 1))
    bus = getattr(ask(nvml, "nvmlDeviceGetPciInfo", handle), "busId", "")
    return Gpu(
        uuid=_text(ask(nvml, "nvmlDeviceGetUUID", handle)),
        name=_text(ask(nvml, "nvmlDeviceGetName", handle)),
        speed=None if cores is None or clock is None else float(cores * clock),
        address=address or files.pci_address(_text(bus)),
        handle=handle,
    )


def _parent(nvml: Any, mig: str) -> str:
    part = ask(nvml, "nvmlDeviceGetHandleByUUID", mig)
    whole = ask(nvml, "nvmlDeviceGetDeviceHandleFromMigDeviceHandle", part)
    return _text(ask(nvml, "nvmlDeviceGetUUID", whole))


def ask(nvml: Any, call: str, *arguments: Any) -> Any:
    """Return the answer of a pynvml call; None if it fails, or this pynvml does not have it.

    Also None if an argument is None, the answer of a call that failed.
    """
    function: Callable[..., Any] | None = getattr(nvml, call, None)
    if function is None or None in arguments:
        return None
    try:
        return function(*arguments)
    except nvml.NVMLError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""
