"""Pure parsers of what programs of macOS print: total over any text.

A number is taken only with what ends it, so that a text cut off in the middle of a number gives
none instead of a smaller one.
"""

import re

from mlxtop.sensors.macos.accelerators import MEMORY, UTILIZATION
from mlxtop.sensors.sane import LARGEST_SIZE

# What vm_stat calls the counts of `parse_vm_statistics64`.
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
# The decimal point is the language's.
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
    # vm_stat prints the free pages without the speculative ones, the kernel counts both.
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

    Only the keys that are shown, of `ioreg -r -c IOAccelerator -d 1 -w 0`.
    """
    wanted = UTILIZATION.keys() | MEMORY.keys()
    return [
        {key: int(number) for key, number in _ENTRY.findall(line) if key in wanted}
        for line in _STATISTICS.findall(text)
    ]


def parse_notifyutil(text: str) -> int | None:
    """Return the state that `notifyutil -g` prints; None for its failure, which exits with 0."""
    match = _THERMAL.search(text)
    return int(match.group(1)) if match else None


def parse_system_profiler_cores(text: str) -> int | None:
    """Return the GPU cores in `system_profiler SPDisplaysDataType`, its JSON or its text."""
    match = _CORES.search(text)
    return int(match.group(1)) if match else None
