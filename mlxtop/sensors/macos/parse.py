"""Pure parsers of buffers of the macOS kernel and of program output: they accept any input."""

import plistlib
import re
import struct
from math import isfinite
from xml.parsers.expat import ExpatError

from mlxtop.sensors.bounds import LARGEST_SIZE, bounded_bytes

# Property of `PerformanceStatistics` → figure. Whole keys: "In use system memory (driver)" and
# "Device Utilization % at cur p-state" are others.
UTILIZATION = {
    "Device Utilization %": "device_percent",
    "Renderer Utilization %": "renderer_percent",
    "Tiler Utilization %": "tiler_percent",
}
MEMORY = {
    "In use system memory": "memory_in_use_bytes",
    "Alloc system memory": "memory_alloc_bytes",
}
# Intel's driver prints some hundreds for a full GPU; a larger number is not a utilisation.
LARGEST_UTILIZATION = 1000

_GPU_TIME = re.compile(rb"<key>accumulatedGPUTime</key>\s*<integer>([0-9]{1,19})</integer>")
_EMPTY = re.compile(rb"<array(?:/>|>\s*</array>)\s*</plist>")
_CREATOR = re.compile(r"pid ([0-9]{1,9})(?:,|$)")
_INTEGER = re.compile(rb"<integer>([0-9]{1,9})</integer>")
_STRING = re.compile(rb"<string>([^<]{1,200})</string>")


def parse_plist(data: bytes) -> object:
    """Return the value of a property list; None if it is invalid."""
    try:
        return plistlib.loads(data)
    # Errors of plistlib, of expat and of the constructors of values.
    except (
        plistlib.InvalidFileException, ExpatError, ValueError, TypeError, KeyError, IndexError,
        AttributeError, OverflowError, RecursionError, MemoryError, LookupError,
    ):  # fmt: skip
        return None


def utilization(value: object) -> float | None:
    """Return a utilisation clamped to 0–100 percent; None for an impossible value."""
    number = _number(value)
    if number is None or not 0 <= number <= LARGEST_UTILIZATION:
        return None
    return min(100.0, number)


def statistics_figures(statistics: object) -> dict[str, float | None]:
    """Return the figures of a `PerformanceStatistics`; missing keys are left out."""
    if not isinstance(statistics, dict):
        return {}
    figures: dict[str, float | None] = {}
    for key, figure in UTILIZATION.items():
        if key in statistics:
            figures[figure] = utilization(statistics[key])
    for key, figure in MEMORY.items():
        if key in statistics:
            # Allocations may exceed the machine's memory, but not that of any machine.
            figures[figure] = bounded_bytes(_number(statistics[key]))
    return figures


def parse_gpu_time(app_usage: bytes) -> int | None:
    """Return the nanoseconds of GPU time in an `AppUsage`, all its parts together.

    0 for an empty list: a client that has not submitted anything yet, so its first work counts.
    None for anything else without a counter.
    """
    if times := _GPU_TIME.findall(app_usage):
        return sum(map(int, times))
    return 0 if _EMPTY.search(app_usage) else None


def parse_creator(text: str) -> int | None:
    """Return the process id in an `IOUserClientCreator` ("pid 600, ghostty")."""
    match = _CREATOR.match(text)
    return int(match.group(1)) if match else None


def parse_integer(data: bytes) -> int | None:
    """Return the number in a property list; None if there is none."""
    match = _INTEGER.search(data)
    return int(match.group(1)) if match else None


def parse_string(data: bytes) -> str:
    """Return the text in a property list; empty if there is none."""
    match = _STRING.search(data)
    return match.group(1).decode("utf-8", "replace") if match else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


# struct vm_statistics64 of <mach/vm_statistics.h>: byte offset and struct code of what is used.
VM_STATISTICS64: dict[str, tuple[int, str]] = {
    "free": (0, "<I"),
    "active": (4, "<I"),
    "inactive": (8, "<I"),
    "wired": (12, "<I"),
    "purgeable": (88, "<I"),
    "speculative": (92, "<I"),
    "swapins": (112, "<Q"),
    "swapouts": (120, "<Q"),
    "compressor": (128, "<I"),
    "external": (136, "<I"),
    "internal": (140, "<I"),
}

# struct xsw_usage of <sys/sysctl.h>, likewise.
XSW_USAGE: dict[str, tuple[int, str]] = {
    "total": (0, "<Q"),
    "available": (8, "<Q"),
    "used": (16, "<Q"),
}

# kern.memorystatus_vm_pressure_level → `pressure.level`.
PRESSURE_LEVELS = {1: 0, 2: 1, 4: 2}


def parse_vm_statistics64(data: bytes, page_size: int) -> dict[str, int]:
    """Return the counts of a vm_statistics64 buffer in bytes (pages × `page_size`).

    A field the buffer is too short for is left out.
    """
    if page_size <= 0:
        return {}
    counts: dict[str, int] = {}
    for name, (offset, code) in VM_STATISTICS64.items():
        if offset + struct.calcsize(code) <= len(data):
            counts[name] = int(struct.unpack_from(code, data, offset)[0]) * page_size
    return counts


def memory_figures(counts: dict[str, int], total: int | None) -> dict[str, int | None]:
    """Return the composition of memory from the counts of `parse_vm_statistics64`, in bytes.

    "Used" and "cached" are as in Activity Monitor (Memory Used, Cached Files).
    """

    def combine(plus: tuple[str, ...], minus: tuple[str, ...] = ()) -> int | None:
        if any(name not in counts for name in plus + minus):
            return None
        value = sum(counts[name] for name in plus) - sum(counts[name] for name in minus)
        return value if 0 <= value <= (total or LARGEST_SIZE) else None

    used = combine(
        ("active", "inactive", "wired", "speculative", "compressor"), ("purgeable", "external")
    )
    return {
        "memory.wired_bytes": combine(("wired",)),
        "memory.active_bytes": combine(("active",)),
        "memory.compressed_bytes": combine(("compressor",)),
        "memory.cached_bytes": combine(("external", "purgeable")),
        # The kernel counts speculative pages as free; vm_stat and this figure do not.
        "memory.free_bytes": combine(("free",), ("speculative",)),
        "memory.used_bytes": used,
        "memory.available_bytes": None if used is None or total is None else total - used,
    }


def parse_swapusage(data: bytes) -> dict[str, int]:
    """Return `total`, `available` and `used` in bytes from struct xsw_usage (32 bytes).

    Missing fields and impossible sizes are left out.
    """
    sizes: dict[str, int] = {}
    for name, (offset, code) in XSW_USAGE.items():
        if offset + struct.calcsize(code) <= len(data):
            value = int(struct.unpack_from(code, data, offset)[0])
            if value <= LARGEST_SIZE:
                sizes[name] = value
    if sizes.get("used", 0) > sizes.get("total", LARGEST_SIZE):
        del sizes["used"]
    return sizes


def parse_number(data: bytes) -> int | None:
    """Return an integer of 4 or 8 bytes as sysctl gives it; None for any other length."""
    if len(data) not in (4, 8):
        return None
    return int.from_bytes(data, "little", signed=True)


def parse_text(data: bytes) -> str:
    """Return a C string as sysctl gives it, up to its first NUL."""
    return data.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def pressure_level(raw: int | None) -> int | None:
    """Return 0 normal, 1 warn, 2 critical for the kernel's 1, 2, 4; None for another number."""
    return None if raw is None else PRESSURE_LEVELS.get(raw)


# Names in vm_stat of the counts of `parse_vm_statistics64`.
_VM_STAT = {
    "Pages free": "free",
    "Pages active": "active",
    "Pages inactive": "inactive",
    "Pages wired down": "wired",
    "Pages purgeable": "purgeable",
    "Pages speculative": "speculative",
    "Swapins": "swapins",
    "Swapouts": "swapouts",
    "Pages occupied by compressor": "compressor",
    "File-backed pages": "external",
    "Anonymous pages": "internal",
}
_PAGE = re.compile(r"page size of ([0-9]{4,6}) bytes")
_PAGES = re.compile(r'^"?([A-Z][A-Za-z -]{0,60})"?:[ \t]+([0-9]{1,18})\.[ \t]*$', re.MULTILINE)
# The decimal point depends on the language.
_SWAP = re.compile(r"\b(total|used|free) = ([0-9]{1,12})[.,]([0-9]{2})M(?![0-9])")
_NUMBER = re.compile(r"(-?[0-9]{1,18})")
_STATISTICS = re.compile(r'^[ |]*"PerformanceStatistics" = \{([^\n]*)', re.MULTILINE)
_ENTRY = re.compile(r'"([^"\n]{1,80})"=([0-9]{1,20})(?=[,}])')
_THERMAL = re.compile(
    r"^com\.apple\.system\.thermalpressurelevel ([0-9]{1,9})[ \t]*$", re.MULTILINE
)
_CORES = re.compile(r'\bsppci_cores"?[ \t]*:[ \t]*"?([0-9]{1,4})(?=["\s,}])')


def parse_vm_stat(text: str) -> dict[str, int]:
    """Return the counts of `vm_stat` in bytes, by the names of `parse_vm_statistics64`."""
    page = _PAGE.search(text)
    if page is None:
        return {}
    printed = {name: int(number) for name, number in _PAGES.findall(text)}
    pages = {ours: printed[name] for name, ours in _VM_STAT.items() if name in printed}
    # vm_stat prints free pages without speculative ones; the kernel counts both.
    if "free" in pages and "speculative" in pages:
        pages["free"] += pages["speculative"]
    else:
        pages.pop("free", None)
    return {name: count * int(page.group(1)) for name, count in pages.items()}


def parse_swapusage_text(text: str) -> dict[str, int]:
    """Return `total`, `available` and `used` in bytes from `sysctl vm.swapusage`."""
    names = {"total": "total", "used": "used", "free": "available"}
    sizes = {
        names[name]: round(float(f"{whole}.{part}") * (1 << 20))
        for name, whole, part in _SWAP.findall(text)
    }
    sizes = {name: value for name, value in sizes.items() if value <= LARGEST_SIZE}
    if sizes.get("used", 0) > sizes.get("total", LARGEST_SIZE):
        del sizes["used"]
    return sizes


def parse_sysctl_number(text: str) -> int | None:
    """Return the number that `sysctl -n` prints; None for anything else."""
    match = _NUMBER.fullmatch(text.strip())
    return int(match.group(1)) if match else None


def parse_ioreg(text: str) -> list[dict[str, int]]:
    """Return the `PerformanceStatistics` of each accelerator that has one, in order.

    Only the known keys, of `ioreg -r -c IOAccelerator -d 1 -w 0`.
    """
    wanted = UTILIZATION.keys() | MEMORY.keys()
    return [
        {key: int(number) for key, number in _ENTRY.findall(line) if key in wanted}
        for line in _STATISTICS.findall(text)
    ]


def parse_notifyutil(text: str) -> int | None:
    """Return the state that `notifyutil -g` prints; None if it failed, also with exit status 0."""
    match = _THERMAL.search(text)
    return int(match.group(1)) if match else None


def parse_system_profiler_cores(text: str) -> int | None:
    """Return the GPU cores in `system_profiler SPDisplaysDataType`, its JSON or its text."""
    match = _CORES.search(text)
    return int(match.group(1)) if match else None
