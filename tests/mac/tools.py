"""Parses the output of macOS's own tools, and compares it with mlxtop's figures.

Pure functions of text that share no pattern with `mlxtop.sensors.macos.parse`, which they check.
`tests/sensors/test_mac_tools.py` tests them on any machine.
"""

import plistlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MIB = 1 << 20
_UNITS = {"B": 1, "KB": 1 << 10, "MB": MIB, "GB": 1 << 30, "K": 1 << 10, "M": MIB, "G": 1 << 30}
Figures = dict[str, float]


def vm_stat(text: str) -> Figures:
    """Return the composition of memory, by Activity Monitor's formulae.

    Memory used is app memory (anonymous without purgeable), wired and compressed; cached files are
    file-backed and purgeable.
    """
    page = re.search(r"page size of (\d+) bytes", text)
    if page is None:
        return {}
    rows = re.findall(r"^([A-Z][^:\n]*):\s+(\d+)\.$", text, re.MULTILINE)
    pages = {name: int(count) * int(page[1]) for name, count in rows}
    wired, compressed = pages["Pages wired down"], pages["Pages occupied by compressor"]
    app = pages["Anonymous pages"] - pages["Pages purgeable"]
    return {
        "memory.wired_bytes": wired,
        "memory.active_bytes": pages["Pages active"],
        "memory.compressed_bytes": compressed,
        "memory.cached_bytes": pages["File-backed pages"] + pages["Pages purgeable"],
        "memory.free_bytes": pages["Pages free"],
        "memory.used_bytes": app + wired + compressed,
    }


def top(text: str) -> Figures:
    """Return CPU time and wired and compressed memory of the last sample of `top -l`."""
    cpu = re.findall(r"^CPU usage: ([\d.]+)% user, ([\d.]+)% sys, ([\d.]+)% idle", text, re.M)
    memory = re.findall(r"\((\d+)([KMG]) wired, (\d+)([KMG]) compressor\)", text)
    figures: Figures = {}
    if cpu:
        user, system, _ = cpu[-1]
        figures |= {"cpu.user_percent": float(user), "cpu.system_percent": float(system)}
    if memory:
        wired, of_wired, compressed, of_compressed = memory[-1]
        figures["memory.wired_bytes"] = int(wired) * _UNITS[of_wired]
        figures["memory.compressed_bytes"] = int(compressed) * _UNITS[of_compressed]
    return figures


def memory_pressure(text: str) -> Figures:
    """Return the share of free memory that `memory_pressure -Q` prints."""
    found = re.search(r"^System-wide memory free percentage: (\d+)%", text, re.MULTILINE)
    return {"pressure.free_percent": float(found[1])} if found else {}


def footprint(text: str) -> int | None:
    """Return the physical footprint of the first process that `footprint` prints, in bytes."""
    exact = re.search(r"phys_footprint: ([\d.]+) ([KMG]?B)", text)
    found = exact or re.search(r"Footprint: ([\d.]+) ([KMG]?B)", text)
    return round(float(found[1]) * _UNITS[found[2]]) if found else None


def sysctl(text: str) -> dict[str, str]:
    """Return the output of `sysctl`: name → value."""
    return dict(re.findall(r"^([a-z][\w.]*): (.*)$", text, re.MULTILINE))


def swap(value: str) -> Figures:
    """Return used and total of `sysctl vm.swapusage`."""
    sizes = dict(re.findall(r"(total|used) = ([\d.]+)M", value))
    return {f"swap.{name}_bytes": float(size) * MIB for name, size in sizes.items()}


def pressure(value: str) -> Figures:
    """Return the level 0 to 2 of `sysctl kern.memorystatus_vm_pressure_level`."""
    return {"pressure.level": float({"1": 0, "2": 1, "4": 2}[value])}


def ioreg(plist: bytes) -> Figures:
    """Return the memory of the first GPU, from `ioreg -a -r -c IOAccelerator`."""
    nodes: list[dict[str, Any]] = plistlib.loads(plist) if plist.strip() else []
    for node in nodes:
        if known := node.get("PerformanceStatistics"):
            names = {
                "gpu.memory_in_use_bytes": "In use system memory",
                "gpu.memory_alloc_bytes": "Alloc system memory",
            }
            return {ours: float(known[name]) for ours, name in names.items() if name in known}
    return {}


@dataclass(frozen=True)
class Bound:
    """How far a figure may be outside the tool's values before and after it was read."""

    share: float = 0.0
    """Relative to the tool's figure."""
    amount: float = 0.0
    """In the figure's unit."""


MEMORY = Bound(share=0.05, amount=256 * MIB)
"""For a machine in use: outside Apple's tools, the kernel's answer may be a second old."""
BOUNDS: dict[str, Bound] = {
    "cpu.user_percent": Bound(amount=15.0),
    "cpu.system_percent": Bound(amount=15.0),
    "memory.wired_bytes": MEMORY,
    "memory.active_bytes": MEMORY,
    "memory.compressed_bytes": MEMORY,
    "memory.cached_bytes": MEMORY,
    "memory.free_bytes": MEMORY,
    "memory.used_bytes": MEMORY,
    "pressure.free_percent": Bound(amount=3.0),
    "pressure.level": Bound(),
    "swap.used_bytes": Bound(share=0.05, amount=64 * MIB),
    "swap.total_bytes": Bound(amount=0.01 * MIB),
    "gpu.memory_in_use_bytes": Bound(share=0.2, amount=256 * MIB),
    "gpu.memory_alloc_bytes": Bound(share=0.2, amount=256 * MIB),
    "footprint": Bound(share=0.05, amount=8 * MIB),
}


def deviations(ours: Mapping[str, float | None], before: Figures, after: Figures) -> list[str]:
    """Return a sentence for each figure that is missing or too far from the tool's."""
    found = []
    for name in sorted(before.keys() & after.keys()):
        low, high = sorted((before[name], after[name]))
        bound, value = BOUNDS[name], ours.get(name)
        room = bound.amount + bound.share * high
        if value is None:
            found.append(f"{name} has no value; the tool prints {low:,.0f} to {high:,.0f}")
        elif not low - room <= value <= high + room:
            found.append(f"{name} is {value:,.0f}; the tool prints {low:,.0f} to {high:,.0f}")
    return found
