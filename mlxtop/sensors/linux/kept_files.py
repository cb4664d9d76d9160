"""The parts of kernel files that may be shared in a capture."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mlxtop.sensors.linux.cgroup import limit_files
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.source import Net

MEMINFO = re.compile(r"[A-Za-z0-9_()]{1,40}:[ \t]+[0-9]{1,20}(?: kB)?")
STAT = re.compile(r"cpu[0-9]{0,5} +[0-9]{1,20}(?: [0-9]{1,20}){3,9}")
VMSTAT = re.compile(r"[a-z0-9_]{1,60} [0-9]{1,20}")
PRESSURE = re.compile(
    r"(?:some|full)(?: (?:avg10|avg60|avg300|total)=[0-9]{1,20}(?:\.[0-9]{1,4})?)+"
)
NUMBERS = re.compile(r"-?[0-9]{1,20}(?:[ \t]+[0-9]{1,20}){0,20}")
LIMIT = re.compile(r"max|[0-9]{1,20}")
VENDOR = re.compile(r"0x[0-9a-f]{4}")
_CPUINFO = re.compile(r"(model name)[ \t]*:[ \t]*(\S[^\n]*)", re.MULTILINE)
_GPU = re.compile(r"^Model:[ \t]*(\S[^\n]*)$", re.MULTILINE)
_GROUP = re.compile(r"([0-9]{1,6}):([^:\n]*):(/[^\n]*)")


def only(text: str, form: re.Pattern[str]) -> str:
    """Return the lines that match a form completely."""
    kept = [line.strip(" \t") for line in text.splitlines()]
    return "".join(f"{line}\n" for line in kept if form.fullmatch(line))


def cpuinfo(text: str, clean: Net) -> str:
    """Return the processor's name, once, without the serial number that some boards print."""
    found = _CPUINFO.search(text)
    return f"{found.group(1)}\t: {clean(found.group(2))}\n" if found else ""


def nvidia(text: str, clean: Net) -> str:
    """Return a GPU's name without its UUID and its bus address."""
    found = _GPU.search(text)
    return f"Model: \t\t {clean(found.group(1))}\n" if found else ""


def cgroup(text: str) -> str:
    """Return the groups that limit memory, renamed: a name may be a container's id."""
    lines = []
    for number, controllers, path in _GROUP.findall(text):
        if controllers == "" or "memory" in controllers.split(","):
            kept = "memory" if controllers else ""
            lines.append(f"{number}:{kept}:{group(path)}\n")
    return "".join(lines)


def group(path: str) -> str:
    """Return a path with the same number of parts, named group1, group2 …; `..` stays."""
    parts = PurePosixPath(path.lstrip("/")).parts
    return "/" + "/".join(
        part if part == ".." else f"group{place}" for place, part in enumerate(parts, 1)
    )


PLAIN = {
    "proc/meminfo": MEMINFO,
    "proc/stat": STAT,
    "proc/vmstat": VMSTAT,
    "proc/pressure/memory": PRESSURE,
}
CGROUPS = "sys/fs/cgroup"


def kernel_files(clean: Net, root: Path) -> Iterator[tuple[str, str]]:
    """Yield (path below the capture, text) of each file that exists below `root`.

    The paths are those of the system, so that a sensor can be pointed at them.
    """
    for name, form in PLAIN.items():
        yield name, only(try_text(root / name), form)
    yield "proc/cpuinfo", cpuinfo(try_text(root / "proc/cpuinfo"), clean)
    model = try_text(root / "proc/device-tree/model").strip("\0\n ")
    yield "proc/device-tree/model", f"{clean(model)}\n" if model else ""
    yield from _groups(root)
    for path in in_order(root, "sys/block/zram*/mm_stat"):
        yield str(path.relative_to(root)), only(try_text(path), NUMBERS)


def _groups(root: Path) -> Iterator[tuple[str, str]]:
    own = try_text(root / "proc/self/cgroup")
    renamed = cgroup(own)
    yield "proc/self/cgroup", renamed
    # The same files in the same order, by their real names and by those of the capture.
    real, named = limit_files(own, root / CGROUPS), limit_files(renamed, Path(CGROUPS))
    for source, path in zip(real, named, strict=True):
        yield str(path), only(try_text(source), LIMIT)


def in_order(root: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern; numbers in their names count as numbers."""
    return sorted(root.glob(pattern), key=lambda path: _natural(str(path)))


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"([0-9]+)", text)]
