"""The files of the kernel that the sensors read, as far as they may leave the machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from mlxtop.sensors.linux import keep
from mlxtop.sensors.linux.cgroup import limit_files
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.source import Net

PLAIN = {
    "proc/meminfo": keep.MEMINFO,
    "proc/stat": keep.STAT,
    "proc/vmstat": keep.VMSTAT,
    "proc/pressure/memory": keep.PRESSURE,
}
CGROUPS = "sys/fs/cgroup"


def kernel_files(clean: Net, root: Path) -> Iterator[tuple[str, str]]:
    """Give (path below the capture, text) of each file there is below `root`.

    The paths are those of the system, so that a sensor can be pointed at them.
    """
    for name, form in PLAIN.items():
        yield name, keep.only(try_text(root / name), form)
    yield "proc/cpuinfo", keep.cpuinfo(try_text(root / "proc/cpuinfo"), clean)
    model = try_text(root / "proc/device-tree/model").strip("\0\n ")
    yield "proc/device-tree/model", f"{clean(model)}\n" if model else ""
    yield from _groups(root)
    for path in in_order(root, "sys/block/zram*/mm_stat"):
        yield str(path.relative_to(root)), keep.only(try_text(path), keep.NUMBERS)


def _groups(root: Path) -> Iterator[tuple[str, str]]:
    own = try_text(root / "proc/self/cgroup")
    renamed = keep.cgroup(own)
    yield "proc/self/cgroup", renamed
    # The same files in the same order, under their real names and under those of the capture.
    real, named = limit_files(own, root / CGROUPS), limit_files(renamed, Path(CGROUPS))
    for source, path in zip(real, named, strict=True):
        yield str(path), keep.only(try_text(source), keep.LIMIT)


def in_order(root: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern; numbers in their names count as numbers."""
    return sorted(root.glob(pattern), key=lambda path: _natural(str(path)))


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"([0-9]+)", text)]
