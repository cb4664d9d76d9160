"""Which GPUs CUDA shows to a program, and in which order: pure.

As NVIDIA's CUDA Programming Guide has it ("CUDA Environment Variables"): CUDA_VISIBLE_DEVICES lists
indexes or UUIDs, what follows the first one that names no GPU does not count, and indexes are in
the order of CUDA_DEVICE_ORDER: by speed, or by PCI address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

VISIBLE = "CUDA_VISIBLE_DEVICES"
ORDER = "CUDA_DEVICE_ORDER"


@dataclass(frozen=True)
class Known:
    """What of a GPU decides on its place."""

    uuid: str = ""
    """`GPU-…`, as NVML and CUDA write it; empty where it is not known."""
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
    """Return which GPUs a program with this environment sees.

    `parent` gives the UUID of the GPU that a MIG instance is a part of, or an empty text.
    """
    order = list(range(len(gpus)))
    speeds = [gpu.speed for gpu in gpus]
    # CUDA's own guess at which is the fastest is not documented; equal ones stay as they are.
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
            # A program sees one instance alone, and no GPU beside it.
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
    """Return the one GPU whose UUID begins so."""
    wanted = name.casefold()
    matching = [
        place for place, gpu in enumerate(gpus) if wanted and gpu.uuid.casefold().startswith(wanted)
    ]
    return matching[0] if len(matching) == 1 else None
