"""What is kept of the files of Linux: lines of a known form, and none else. Pure."""

import re
from pathlib import PurePosixPath

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
    """Return the lines that have a form, whole."""
    kept = [line.strip(" \t") for line in text.splitlines()]
    return "".join(f"{line}\n" for line in kept if form.fullmatch(line))


def cpuinfo(text: str, clean: Net) -> str:
    """Return the processor's name, once; the serial number some boards print is not in it."""
    found = _CPUINFO.search(text)
    return f"{found.group(1)}\t: {clean(found.group(2))}\n" if found else ""


def nvidia(text: str, clean: Net) -> str:
    """Return a GPU's name without its UUID and its place on the bus."""
    found = _GPU.search(text)
    return f"Model: \t\t {clean(found.group(1))}\n" if found else ""


def cgroup(text: str) -> str:
    """Return the groups that limit memory, their names replaced: a container's id is one."""
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
