"""Pure parsers of the properties of a GPU's node in the IO registry: total over any bytes."""

import plistlib
import re
from math import isfinite
from xml.parsers.expat import ExpatError

from mlxtop.sensors.sane import size

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
# Intel's driver prints some hundreds for a full GPU; beyond this it is no utilisation.
LARGEST_UTILIZATION = 1000

_GPU_TIME = re.compile(rb"<key>accumulatedGPUTime</key>\s*<integer>([0-9]{1,19})</integer>")
_EMPTY = re.compile(rb"<array(?:/>|>\s*</array>)\s*</plist>")
_CREATOR = re.compile(r"pid ([0-9]{1,9})(?:,|$)")
_INTEGER = re.compile(rb"<integer>([0-9]{1,9})</integer>")
_STRING = re.compile(rb"<string>([^<]{1,200})</string>")


def parse_plist(data: bytes) -> object:
    """Return the value of a property list; None for what is none."""
    try:
        return plistlib.loads(data)
    # What plistlib lets through of its own, of expat and of the values' own constructors.
    except (
        plistlib.InvalidFileException, ExpatError, ValueError, TypeError, KeyError, IndexError,
        AttributeError, OverflowError, RecursionError, MemoryError, LookupError,
    ):  # fmt: skip
        return None


def utilization(value: object) -> float | None:
    """Return a utilisation clamped to 0–100 percent; None for what cannot be one."""
    number = _number(value)
    if number is None or not 0 <= number <= LARGEST_UTILIZATION:
        return None
    return min(100.0, number)


def statistics_figures(statistics: object) -> dict[str, float | None]:
    """Return the figures of a `PerformanceStatistics`; a key it does not have is left out."""
    if not isinstance(statistics, dict):
        return {}
    figures: dict[str, float | None] = {}
    for key, figure in UTILIZATION.items():
        if key in statistics:
            figures[figure] = utilization(statistics[key])
    for key, figure in MEMORY.items():
        if key in statistics:
            # Allocations may exceed the machine's memory: only what no machine has is nonsense.
            figures[figure] = size(_number(statistics[key]))
    return figures


def parse_gpu_time(app_usage: bytes) -> int | None:
    """Return the nanoseconds of GPU time in an `AppUsage`, all its parts together.

    0 for an empty list: a client that has not submitted anything yet, whose first work then counts.
    None for what is no list, or one without a counter.
    """
    if times := _GPU_TIME.findall(app_usage):
        return sum(map(int, times))
    return 0 if _EMPTY.search(app_usage) else None


def parse_creator(text: str) -> int | None:
    """Return the process id in an `IOUserClientCreator` ("pid 600, ghostty")."""
    match = _CREATOR.match(text)
    return int(match.group(1)) if match else None


def parse_integer(data: bytes) -> int | None:
    """Return the number of a property list that is a number."""
    match = _INTEGER.search(data)
    return int(match.group(1)) if match else None


def parse_string(data: bytes) -> str:
    """Return the text of a property list that is a text; empty for any other."""
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
