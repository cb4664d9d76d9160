"""Filters the output of macOS programs: known keys with values of a known form. Pure."""

import json
import plistlib
import re
from typing import Any

from mlxtop.sensors.macos.parse import parse_plist
from mlxtop.sensors.source import Net

KEYS = (
    "hw.memsize", "hw.memsize_usable", "hw.pagesize", "hw.ncpu", "hw.model", "hw.nperflevels",
    "hw.perflevel0.physicalcpu", "hw.perflevel0.name", "hw.perflevel1.physicalcpu",
    "hw.perflevel1.name", "hw.perflevel2.physicalcpu", "hw.perflevel2.name",
    "machdep.cpu.brand_string",
    "kern.memorystatus_vm_pressure_level", "kern.memorystatus_level", "vm.swapusage",
    "iogpu.wired_limit_mb",
)  # fmt: skip
_FREE = {
    "hw.model", "machdep.cpu.brand_string", "hw.perflevel0.name", "hw.perflevel1.name",
    "hw.perflevel2.name",
}  # fmt: skip

VM_STAT = re.compile(
    r"Mach Virtual Memory Statistics: \(page size of [0-9]{4,6} bytes\)"
    r'|"?[A-Z][A-Za-z -]{0,60}"?:[ \t]+[0-9]{1,20}\.?'
)
NOTIFYUTIL = re.compile(
    r"com\.apple\.system\.thermalpressurelevel(?: [0-9]{1,9}|: Failed with code [0-9]{1,9})"
)
PMSET = re.compile(r"Note: No [A-Za-z ]{1,60} has been recorded|[A-Za-z_]{1,40}[ \t]*= [0-9]{1,6}")
SW_VERS = re.compile(
    r"(?:ProductName|ProductVersion|BuildVersion):[ \t]+(?:macOS|Mac OS X|[0-9]+[A-Za-z0-9.]{0,15})"
)
_SYSCTL = re.compile(r"^([a-z][a-z0-9_.]{1,60}): ([^\n]{1,120})$", re.MULTILINE)
_NUMBER = re.compile(
    r"-?[0-9]{1,20}|(?:(?:total|used|free) = [0-9]{1,12}\.[0-9]{2}M *){3}(?:\(encrypted\))?"
)

_NODE = re.compile(r"[ |]*\+-o [A-Za-z0-9_]{1,80}  <class [A-Za-z0-9_:]{1,80}[A-Za-z0-9_ ,!()]*>")
_BRACE = re.compile(r"[ |]*[{}]?")
_PROPERTY = re.compile(r'([ |]*)"([A-Za-z -]{1,40})" = ([^\n]+)')
_ENTRY = re.compile(r'"[A-Za-z0-9 %()_./+-]{1,80}"=-?[0-9]{1,20}(?=[,}])')
_USE = re.compile(r'"API"="(?:Metal|OpenGL|OpenCL)"|"[A-Za-z]{1,40}"=[0-9]{1,20}(?=[,}])')
_BRACED = re.compile(r"\{[^{}\n]*\}")
_CREATOR = re.compile(r'"pid ([0-9]{1,9}),')
_STATISTICS = {"PerformanceStatistics", "PerformanceStatisticsAccum"}
_FORMS = {
    "gpu-core-count": re.compile(r"[0-9]{1,5}"),
    "vendor-id": re.compile(r"<[0-9a-f]{8}>"),
    "IOClass": re.compile(r'"[A-Za-z0-9_]{1,80}"'),
    "model": re.compile(r'"[^"\n]{1,80}"'),
}
_DISPLAYS = {
    "_name", "sppci_model", "sppci_cores", "sppci_bus", "sppci_device_type", "spdisplays_vendor",
    "spdisplays_mtlgpufamilysupport",
}  # fmt: skip


def sysctl(text: str, clean: Net) -> str:
    """Return the known keys whose values are numbers or names of chips."""
    lines = []
    for key, value in _SYSCTL.findall(text):
        if key not in KEYS:
            continue
        if key in _FREE:
            lines.append(f"{key}: {clean(value)}\n")
        elif _NUMBER.fullmatch(value):
            lines.append(f"{key}: {value}\n")
    return "".join(lines)


def ioreg(text: str, clean: Net) -> str:
    """Return nodes with the known properties; a process keeps its number, not its name."""
    kept = []
    for line in text.splitlines():
        if _NODE.fullmatch(line) or _BRACE.fullmatch(line):
            kept.append(line)
        elif found := _PROPERTY.fullmatch(line):
            indent, key, printed = found.groups()
            if value := _value(key, printed, clean):
                kept.append(f'{indent}"{key}" = {value}')
    return "".join(f"{line}\n" for line in kept) if any(map(str.strip, kept)) else ""


def _value(key: str, printed: str, clean: Net) -> str:
    """Return the filtered value of a property; empty if it is dropped."""
    if key in _STATISTICS and printed.startswith("{"):
        # Entry by entry: only an entry that is not a number is dropped.
        return f"{{{','.join(_ENTRY.findall(printed))}}}"
    if key == "AppUsage" and printed.startswith("("):
        parts = [",".join(_USE.findall(part)) for part in _BRACED.findall(printed)]
        return f"({','.join(f'{{{part}}}' for part in parts)})"
    if key == "IOUserClientCreator":
        creator = _CREATOR.match(printed)
        return f'"pid {creator.group(1)}, process"' if creator else ""
    form = _FORMS.get(key)
    if form is None or not form.fullmatch(printed):
        return ""
    return clean(printed) if key == "model" else printed


def ioreg_plist(text: str, clean: Net) -> str:
    """Return the nodes of `ioreg -a` with statistics, with only those properties."""
    nodes = parse_plist(text.encode())
    kept: list[dict[str, Any]] = []
    for node in nodes if isinstance(nodes, list) else []:
        statistics = node.get("PerformanceStatistics") if isinstance(node, dict) else None
        if not isinstance(statistics, dict):
            continue
        made: dict[str, Any] = {
            "PerformanceStatistics": {
                str(key): value for key, value in statistics.items() if isinstance(value, int)
            }
        }
        if isinstance(cores := node.get("gpu-core-count"), int):
            made["gpu-core-count"] = cores
        if isinstance(model := node.get("model"), str):
            made["model"] = clean(model)
        kept.append(made)
    return plistlib.dumps(kept).decode() if kept else ""


def displays(text: str, clean: Net) -> str:
    """Return the GPUs of system_profiler's JSON without the displays, which have serial numbers."""
    try:
        found = json.loads(text).get("SPDisplaysDataType")
    except (ValueError, AttributeError, RecursionError):
        return ""
    gpus = [
        {key: clean(value) for key, value in gpu.items() if key in _DISPLAYS and _is_text(value)}
        for gpu in (found if isinstance(found, list) else [])
        if isinstance(gpu, dict)
    ]
    return json.dumps({"SPDisplaysDataType": gpus}) + "\n" if gpus else ""


def macmon(text: str) -> str:
    """Return only the numbers in the first line of `macmon pipe`: no times, no names."""
    try:
        found = json.loads(text.partition("\n")[0])
    except (ValueError, RecursionError):
        return ""
    return json.dumps(_numbers(found)) + "\n" if isinstance(found, dict) else ""


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _numbers(part)
            for key, part in value.items()
            if re.fullmatch(r"[a-z0-9_]{1,40}", key) and not isinstance(part, str)
        }
    if isinstance(value, list):
        return [_numbers(part) for part in value if not isinstance(part, str)]
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str)
