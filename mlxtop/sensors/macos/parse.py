"""Pure parsers of what the macOS kernel writes into a buffer: total over any bytes."""

import struct

from mlxtop.sensors.sane import LARGEST_SIZE

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

    "Used" is what Activity Monitor calls so, and "cached" what it calls cached files.
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
        # The kernel counts speculative pages as free, vm_stat and this figure do not.
        "memory.free_bytes": combine(("free",), ("speculative",)),
        "memory.used_bytes": used,
        "memory.available_bytes": None if used is None or total is None else total - used,
    }


def parse_swapusage(data: bytes) -> dict[str, int]:
    """Return `total`, `available` and `used` in bytes from struct xsw_usage (32 bytes).

    What the buffer is too short for, and sizes beyond sense, are left out.
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
