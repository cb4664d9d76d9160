"""macOS: the parsers on captured figures, the calls against a small C library of the same names."""

import ctypes
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.macos import parse
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.sensors import MacMemory, MacPressure, MacSwap, macos_sensors
from tests.sensors.ticking import FIXTURES, captures

HERE = Path(__file__).parent
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


def buffer(**counts: int) -> bytes:
    """Return a vm_statistics64 of 38 words with these counts of pages."""
    data = bytearray(38 * 4)
    for name, count in counts.items():
        offset, code = parse._FIELDS[name]
        struct.pack_into(code, data, offset, count)
    return bytes(data)


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


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The fake kernel, compiled afresh so that each test has its own state."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: the calls into the macOS kernel are not tested")
    path = tmp_path / "kernel.so"
    source = str(HERE / "fake_kernel.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", source, "-o", str(path)], check=True)
    return path


class Fake:
    def __init__(self, path: Path) -> None:
        self.library = ctypes.CDLL(str(path))
        self.kernel = Kernel(str(path))

    def word(self, name: str) -> ctypes.c_uint32:
        return ctypes.c_uint32.in_dll(self.library, name)

    def statistics(self, data: bytes) -> None:
        ctypes.memmove((ctypes.c_uint32 * 1024).in_dll(self.library, "statistics"), data, len(data))

    def sysctl(self, name: str, value: bytes) -> None:
        (ctypes.c_char * 64).in_dll(self.library, "name").value = name.encode()
        ctypes.memmove((ctypes.c_ubyte * 4096).in_dll(self.library, "value"), value, len(value))
        ctypes.c_size_t.in_dll(self.library, "value_length").value = len(value)


@pytest.fixture
def fake(library: Path) -> Fake:
    return Fake(library)


def test_a_small_kernel_answers_at_once(fake: Fake) -> None:
    fake.statistics(buffer(wired=3))
    assert parse.parse_vm_statistics64(fake.kernel.vm_statistics64(), 1)["wired"] == 3
    assert fake.word("too_large").value == 0


def test_a_larger_structure_is_asked_for_again_and_remembered(fake: Fake) -> None:
    fake.word("kernel_count").value = 62
    fake.statistics(buffer(wired=3))
    for _ in range(3):
        assert len(fake.kernel.vm_statistics64()) == 62 * 4
    assert fake.word("too_large").value == 1
    assert fake.word("calls").value == 4


@pytest.mark.parametrize("count", [1025, 0xFFFFFFFF])
def test_a_structure_larger_than_the_buffer_is_refused(fake: Fake, count: int) -> None:
    fake.word("kernel_count").value = count
    with pytest.raises(OSError, match="-307"):
        fake.kernel.vm_statistics64()


def test_a_refusal_names_the_return_code(fake: Fake) -> None:
    fake.word("result").value = 5
    with pytest.raises(OSError, match="returned 5"):
        fake.kernel.vm_statistics64()


def test_a_name_that_does_not_exist(fake: Fake) -> None:
    with pytest.raises(FileNotFoundError):
        fake.kernel.sysctl("kern.nothing")
    assert fake.kernel.try_sysctl("kern.nothing") == b""


def test_sensors_of_a_mac(fake: Fake) -> None:
    fake.sysctl("hw.pagesize", struct.pack("<q", 16384))
    memory, swap = MacMemory(5, fake.kernel), MacSwap(1, fake.kernel, lambda: 1.0)
    fake.statistics(buffer(wired=100, active=50, swapins=7))
    assert memory.read()["memory.wired_bytes"] == 100 * 16384
    fake.sysctl("vm.swapusage", swap_buffer(400, 300, 100))
    assert swap.read() == {
        "swap.used_bytes": 100,
        "swap.total_bytes": 400,
        "swap.in_bytes_per_second": None,
        "swap.out_bytes_per_second": None,
    }
    fake.sysctl("kern.memorystatus_vm_pressure_level", struct.pack("<i", 4))
    pressure = MacPressure(5, fake.kernel)
    assert pressure.read() == {"pressure.level": 2, "pressure.raw_level": 4}
    names = [info.name for sensor in macos_sensors(5, 1, fake.kernel) for info in sensor.infos]
    assert len(names) == len(set(names)) == 14
