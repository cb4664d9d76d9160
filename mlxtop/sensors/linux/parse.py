"""Pure parsers of /proc and /sys: they accept any text and never raise."""

import re
from typing import NamedTuple

from mlxtop.sensors.bounds import LARGEST_SIZE, bounded_percent

# Only the names in use: reading all fifty lines costs three times as much, five times a second.
# Eighteen digits: more is nonsense, and int() rejects several thousand.
_MEMINFO = re.compile(
    r"^(MemTotal|MemFree|MemAvailable|Cached|Active|Unevictable|SReclaimable|SwapTotal|SwapFree"
    r"|Zswap):[ \t]+([0-9]{1,18}) kB[ \t]*$",
    re.MULTILINE,
)
_PRESSURE = re.compile(r"^(some|full) avg10=([0-9]{1,3}(?:\.[0-9]{1,4})?)(?![0-9.])", re.MULTILINE)
_SWAP_PAGES = re.compile(r"^(pswpin|pswpout) ([0-9]{1,18})[ \t]*$", re.MULTILINE)
# cgroup v2 includes the groups below in each line; v1 has separate lines for them.
_FILE_PAGES = re.compile(r"^((?:total_)?(?:in)?active_file) ([0-9]{1,18})[ \t]*$", re.MULTILINE)
_ARC = re.compile(r"^(size|c_min) +[0-9]{1,2} +([0-9]{1,18})[ \t]*$", re.MULTILINE)
_CGROUP = re.compile(r"^0::(/[^\n]*)$", re.MULTILINE)
_MODEL = re.compile(r"^model name[ \t]*:[ \t]*(\S[^\n]*)$", re.MULTILINE)
_CGROUP_1 = re.compile(r"^[0-9]{1,6}:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(/[^\n]*)$", re.MULTILINE)
_STAT = re.compile(rb"cpu +([0-9]{1,19}(?: [0-9]{1,19}){3,9}) *\n")
_NVIDIA = re.compile(r"^Model:[ \t]*(\S[^\n]*)$", re.MULTILINE)
_NVIDIA_UUID = re.compile(r"^GPU UUID:[ \t]*(GPU-[0-9a-f-]{36})[ \t]*$", re.MULTILINE)


class CpuTimes(NamedTuple):
    """Time since boot in ticks, of all processors together."""

    user: int
    system: int
    total: int


def parse_stat(data: bytes) -> CpuTimes | None:
    """Return the times in the first line of /proc/stat; None if it is invalid.

    `user` includes niced time, `system` interrupts; `user` already includes guests.
    """
    match = _STAT.match(data)
    if match is None:
        return None
    times = [int(number) for number in match.group(1).split()[:8]]
    user, nice, system = times[:3]
    return CpuTimes(user + nice, system + sum(times[5:7]), sum(times))


def parse_meminfo(text: str) -> dict[str, int]:
    """Return the used sizes of /proc/meminfo in bytes, by the kernel's names."""
    sizes = {name: int(number) * 1024 for name, number in _MEMINFO.findall(text)}
    return {name: value for name, value in sizes.items() if value <= LARGEST_SIZE}


def parse_pressure(text: str) -> dict[str, float]:
    """Return avg10 of `some` and `full` in percent from a file of /proc/pressure."""
    shares = {name: bounded_percent(float(number)) for name, number in _PRESSURE.findall(text)}
    return {name: value for name, value in shares.items() if value is not None}


def parse_swap_pages(text: str) -> dict[str, int]:
    """Return the pages swapped in and out since boot from /proc/vmstat, by the kernel's names."""
    return {name: int(number) for name, number in _SWAP_PAGES.findall(text)}


def parse_cgroup_path(text: str) -> str | None:
    """Return the path of the process in the cgroup v2 tree from /proc/self/cgroup."""
    match = _CGROUP.search(text)
    return match.group(1) if match else None


def parse_cgroup1_path(text: str) -> str | None:
    """Return the path of the process in cgroup v1's tree for memory from /proc/self/cgroup."""
    match = _CGROUP_1.search(text)
    return match.group(1) if match else None


def parse_limit(text: str) -> int | None:
    """Return the bytes of a limit of a cgroup; None for `max` and for nonsense.

    cgroup v1 writes "no limit" as the largest possible number.
    """
    number = text.strip()
    if not re.fullmatch(r"[0-9]{1,19}", number):
        return None
    limit = int(number)
    return limit if 0 < limit <= LARGEST_SIZE else None


def parse_size(text: str) -> int | None:
    """Return the bytes in a file of a cgroup, including 0; None for nonsense."""
    return 0 if text.strip() == "0" else parse_limit(text)


def parse_file_pages(text: str) -> int:
    """Return the bytes of cached files in a cgroup's memory.stat, including the groups below it.

    Shared memory, also a file, is in other lines. 0 if none are listed.
    """
    sizes = {name: int(number) for name, number in _FILE_PAGES.findall(text)}
    whole = [size for name, size in sizes.items() if name.startswith("total_")]
    return sum(whole or sizes.values())


def parse_arcstats(text: str) -> int:
    """Return the bytes that ZFS's cache would release, from arcstats: its size above its minimum.

    0 if either is missing.
    """
    sizes = {name: int(number) for name, number in _ARC.findall(text)}
    given = sizes.get("size", 0) - sizes.get("c_min", LARGEST_SIZE)
    return max(0, min(given, LARGEST_SIZE))


def parse_zram(text: str) -> int | None:
    """Return the memory of a zram device, in bytes, from its mm_stat (third field)."""
    fields = text.split()
    if len(fields) < 3 or not re.fullmatch(r"[0-9]{1,18}", fields[2]):
        return None
    used = int(fields[2])
    return used if used <= LARGEST_SIZE else None


def parse_chip(text: str) -> str:
    """Return the processor's name from /proc/cpuinfo; empty if it has none."""
    match = _MODEL.search(text)
    return match.group(1).strip() if match else ""


def parse_nvidia_model(text: str) -> str:
    """Return the name in /proc/driver/nvidia/gpus/*/information; empty if it has none."""
    match = _NVIDIA.search(text)
    return match.group(1).strip() if match else ""


def parse_nvidia_uuid(text: str) -> str:
    """Return the UUID in /proc/driver/nvidia/gpus/*/information; empty if it has none."""
    match = _NVIDIA_UUID.search(text)
    return match.group(1) if match else ""
