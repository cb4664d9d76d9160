"""The comparison with macOS's own tools (`tests/mac/`), as far as texts of theirs prove it."""

import os
from pathlib import Path

import pytest

from mlxtop.sensors.macos.parse import memory_figures, parse_swapusage_text, parse_vm_stat
from tests.mac import tools
from tests.mac.tools import BOUNDS, MIB, deviations

FIXTURES = Path(__file__).parent / "fixtures"
CAPTURES = Path(os.environ.get("MLXTOP_CAPTURES", FIXTURES))
VM_STATS = [FIXTURES / "vm_stat-intel-4096.txt", *sorted(CAPTURES.glob("vm_stat/*.txt"))]

TOP = """Processes: 512 total, 3 running, 509 sleeping, 2700 threads
2026/01/01 12:00:00
Load Avg: 2.10, 2.20, 2.30
CPU usage: 90.0% user, 9.0% sys, 1.0% idle
PhysMem: 1G used (1M wired, 1M compressor), 1M unused.

Processes: 512 total, 3 running, 509 sleeping, 2700 threads
2026/01/01 12:00:02
Load Avg: 2.10, 2.20, 2.30
CPU usage: 3.27% user, 14.75% sys, 81.96% idle
PhysMem: 15G used (2458M wired, 3G compressor), 96M unused.
"""
PRESSURE = """The system has 17179869184 (1048576 pages with a page size of 16384).
System-wide memory free percentage: 40%
"""
FOOTPRINT = """======================================================================
python3.12 [72652]: 64-bit    Footprint: 18720848 B (16384 bytes per page)
======================================================================

      Dirty         Clean   Reclaimable    Regions    Category
   17756667 B           0 B           0 B        570    untagged (VM_ALLOCATE)

Auxiliary data:
    phys_footprint: 18720897 B
"""


@pytest.mark.parametrize("path", VM_STATS, ids=lambda path: path.stem)
def test_activity_monitors_formulae_and_ours_are_equal(path: Path) -> None:
    text = path.read_text("utf-8")
    theirs = tools.vm_stat(text)
    ours = memory_figures(parse_vm_stat(text), None)
    assert theirs == {name: ours[name] for name in theirs}
    assert theirs["memory.used_bytes"] > theirs["memory.wired_bytes"]


def test_only_the_last_sample_of_top_counts() -> None:
    assert tools.top(TOP) == {
        "cpu.user_percent": 3.27,
        "cpu.system_percent": 14.75,
        "memory.wired_bytes": 2458 * MIB,
        "memory.compressed_bytes": 3 * 1024 * MIB,
    }


def test_the_other_tools_are_understood() -> None:
    assert tools.memory_pressure(PRESSURE) == {"pressure.free_percent": 40.0}
    assert tools.footprint(FOOTPRINT) == 18720897
    assert tools.footprint("zsh [9]: 64-bit    Footprint: 2240 KB (16384 bytes)") == 2240 << 10
    assert [tools.pressure(level)["pressure.level"] for level in "124"] == [0, 1, 2]
    named = tools.sysctl("hw.memsize: 17179869184\nmachdep.cpu.brand_string: Apple M1\n")
    assert named == {"hw.memsize": "17179869184", "machdep.cpu.brand_string": "Apple M1"}


def test_swap_is_ours() -> None:
    for line in (FIXTURES / "swapusage-lines.txt").read_text("utf-8").splitlines():
        value = tools.sysctl(line)["vm.swapusage"]
        ours = parse_swapusage_text(value)
        theirs = {f"swap.{name}_bytes": ours[name] for name in ("used", "total")}
        assert tools.swap(value) == pytest.approx(theirs, abs=1)


def test_a_gpu_whose_driver_says_nothing_has_no_figures() -> None:
    found = tools.ioreg((FIXTURES / "ioreg-m3-partial.plist").read_bytes())
    assert found.keys() == {"gpu.memory_in_use_bytes", "gpu.memory_alloc_bytes"}
    assert tools.ioreg(b"") == {}
    assert tools.ioreg(b"<plist><array><dict/></array></plist>") == {}


@pytest.mark.parametrize("text", ["", "another tool", "CPU usage: unknown"])
def test_a_text_of_another_tool_has_no_figures(text: str) -> None:
    assert tools.vm_stat(text) == tools.top(text) == tools.memory_pressure(text) == {}
    assert tools.swap(text) == {}
    assert tools.footprint(text) is None


def test_a_figure_may_lie_between_two_readings_and_a_little_beside_them() -> None:
    before, after = {"pressure.free_percent": 40.0}, {"pressure.free_percent": 50.0}
    for value in (37.0, 45.0, 53.0):
        assert deviations({"pressure.free_percent": value}, before, after) == []
    for value in (36.9, 53.1):
        (told,) = deviations({"pressure.free_percent": value}, before, after)
        assert "the tool prints 40 to 50" in told
    (told,) = deviations({}, before, after)
    assert "no value" in told


def test_a_bound_finds_a_page_of_another_size_and_a_lost_part() -> None:
    """What would be wrong by a factor, or without a part that matters, must not pass."""
    theirs = {"memory.used_bytes": 12e9, "memory.wired_bytes": 3e9}
    assert deviations({name: value / 4 for name, value in theirs.items()}, theirs, theirs)
    without_compressed = {**theirs, "memory.used_bytes": 12e9 - 2e9}
    assert deviations(without_compressed, theirs, theirs)
    assert all(bound.share <= 0.2 for bound in BOUNDS.values())
