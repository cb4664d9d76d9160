"""macOS: the parsers of what the kernel writes into a buffer, on captured figures."""

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.macos import parse
from tests.sensors.fake_mac import buffer
from tests.sensors.ticking import FIXTURES, captures

GB = 1 << 30

# What vm_stat calls the fields. It prints free without speculative pages.
NAMES = {
    "free": "Pages free",
    "active": "Pages active",
    "inactive": "Pages inactive",
    "wired": "Pages wired down",
    "purgeable": "Pages purgeable",
    "speculative": "Pages speculative",
    "swapins": "Swapins",
    "swapouts": "Swapouts",
    "compressor": "Pages occupied by compressor",
    "external": "File-backed pages",
    "internal": "Anonymous pages",
}


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in the capture"
    return int(match.group(1))


def from_vm_stat(text: str) -> tuple[bytes, int]:
    page = number(r"page size of (\d+)", text)
    printed = {name.strip('"'): int(n) for name, n in re.findall(r"^(.+?):\s+(\d+)\.", text, re.M)}
    counts = {name: printed.get(label, 0) for name, label in NAMES.items()}
    counts["free"] += counts["speculative"]
    return buffer(**counts), page


@pytest.mark.parametrize(
    "path", [*captures("vm_stat-*.txt"), *captures("vm_stat/*.txt")], ids=lambda path: path.name
)
def test_captured_statistics_give_what_vm_stat_printed(path: Path) -> None:
    text = path.read_text()
    data, page = from_vm_stat(text)
    counts = parse.parse_vm_statistics64(data, page)
    figures = parse.memory_figures(counts, None)
    for name, label in (
        ("wired", "Pages wired down"), ("active", "Pages active"), ("free", "Pages free"),
    ):  # fmt: skip
        printed = number(rf"{label}:\s+(\d+)\.", text)
        assert figures[f"memory.{name}_bytes"] == printed * page


def test_used_is_what_activity_monitor_calls_used() -> None:
    data, page = from_vm_stat((FIXTURES / "vm_stat-intel-4096.txt").read_text())
    figures = parse.memory_figures(parse.parse_vm_statistics64(data, page), 32 * GB)
    pages = 485320 + 628646 + 715958 + 430715 + 0 - 11820 - 1080348
    assert figures["memory.used_bytes"] == pages * 4096
    assert figures["memory.cached_bytes"] == (1080348 + 11820) * 4096
    assert figures["memory.available_bytes"] == 32 * GB - pages * 4096


def test_figures_beyond_the_machines_memory_are_none() -> None:
    counts = parse.parse_vm_statistics64(buffer(wired=10, active=1 << 30), 16384)
    figures = parse.memory_figures(counts, 16 * GB)
    assert figures["memory.wired_bytes"] == 163840
    assert figures["memory.active_bytes"] is None
    assert figures["memory.used_bytes"] is None
    assert parse.memory_figures({}, None)["memory.wired_bytes"] is None


@given(st.binary(max_size=200), st.integers(-5, 1 << 20))
def test_no_bytes_make_a_parser_raise(data: bytes, page: int) -> None:
    for value in parse.memory_figures(parse.parse_vm_statistics64(data, page), 16 * GB).values():
        assert value is None or 0 <= value <= 16 * GB
    parse.parse_swapusage(data)
    parse.parse_number(data)
    parse.parse_text(data)
    parse.pressure_level(parse.parse_number(data))


def swap_buffer(total: int, available: int, used: int) -> bytes:
    return struct.pack("<QQQIi", total, available, used, 16384, 1)


SWAP_LINES = {
    line
    for path in captures("*swapusage*.txt") + captures("m5pro-*.txt")
    for line in path.read_text().splitlines()
    if line.startswith("vm.swapusage")
}


@pytest.mark.parametrize("line", sorted(SWAP_LINES))
def test_captured_swap(line: str) -> None:
    numbers = re.findall(r"= ([\d.]+)M", line)
    total, used, free = (round(float(printed) * (1 << 20)) for printed in numbers)
    data = swap_buffer(total, free, used)
    assert parse.parse_swapusage(data) == {"total": total, "available": free, "used": used}
    for cut in range(len(data)):
        assert parse.parse_swapusage(data[:cut]).items() <= parse.parse_swapusage(data).items()


def test_swap_that_cannot_be_is_left_out() -> None:
    assert parse.parse_swapusage(swap_buffer(10, 0, 20)) == {"total": 10, "available": 0}
    assert parse.parse_swapusage(b"\xff" * 32) == {}


@pytest.mark.parametrize(
    ("raw", "level"), [(1, 0), (2, 1), (4, 2), (3, None), (0, None), (None, None)]
)
def test_pressure_levels(raw: int | None, level: int | None) -> None:
    assert parse.pressure_level(raw) == level


@pytest.mark.parametrize("path", captures("m5pro-*.txt"), ids=lambda path: path.name)
def test_captured_pressure(path: Path) -> None:
    raw = number(r"vm_pressure_level: (\d+)", path.read_text())
    assert parse.pressure_level(parse.parse_number(struct.pack("<i", raw))) == raw - 1
