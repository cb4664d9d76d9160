"""What programs of macOS print: on captures, and on captures cut, doubled and scrambled."""

import plistlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.macos import parse
from mlxtop.sensors.macos.parse import memory_figures
from tests.sensors.fake_mac import property_of
from tests.sensors.ticking import FIXTURES, captures

IOREG = [*captures("ioreg-*.txt"), *captures("ioreg/*.txt")]
VM_STAT = [*captures("vm_stat-*.txt"), *captures("vm_stat/*.txt")]
TEXTS = [
    path.read_text(errors="replace")[:20000]
    for path in sorted({*captures("*.txt"), *captures("*.json")})
]
PLISTS = [path.read_bytes()[:20000] for path in captures("*.plist")]
PARSERS: list[Callable[[str], object]] = [
    parse.parse_vm_stat,
    parse.parse_swapusage_text,
    parse.parse_sysctl_number,
    parse.parse_ioreg,
    parse.parse_notifyutil,
    parse.parse_system_profiler_cores,
    parse.parse_creator,
]


@st.composite
def scrambled(draw: st.DrawFn, whole: str) -> str:
    """A capture cut at both ends, with a piece doubled, taken out or replaced."""
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    middle = draw(st.sampled_from([whole[start:end] * 2, "", draw(st.text(max_size=30))]))
    result = whole[:start] + middle + whole[end:]
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(result))] * 2)))
    return draw(st.sampled_from([result, result[first:last], result[:last]]))


def check(printed: str) -> None:
    for parser in PARSERS:
        parser(printed)
    for statistics in parse.parse_ioreg(printed):
        for name, value in parse.statistics_figures(statistics).items():
            assert value is None or 0 <= value <= (100 if name.endswith("percent") else 1 << 50)
    for value in memory_figures(parse.parse_vm_stat(printed), 1 << 36).values():
        assert value is None or 0 <= value <= 1 << 36


@given(st.sampled_from(TEXTS).flatmap(scrambled))
def test_no_scrambled_capture_makes_a_parser_raise(printed: str) -> None:
    check(printed)


@given(st.text())
def test_no_text_makes_a_parser_raise(printed: str) -> None:
    check(printed)


@given(st.sampled_from(PLISTS), st.data())
def test_no_property_list_makes_a_parser_raise(whole: bytes, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    middle = data.draw(st.sampled_from([whole[start:end] * 2, b"", data.draw(st.binary())]))
    for cut in (whole[:start] + middle + whole[end:], whole[:end], whole[start:], middle):
        parse.statistics_figures(parse.parse_plist(cut))
        parse.parse_gpu_time(cut)
        parse.parse_integer(cut)
        parse.parse_string(cut)


@pytest.mark.parametrize("path", VM_STAT, ids=lambda path: path.name)
def test_vm_stat_gives_what_it_prints(path: Path) -> None:
    printed = path.read_text()
    page = int(re.findall(r"page size of (\d+)", printed)[0])
    figures = memory_figures(parse.parse_vm_stat(printed), None)
    for figure, label in (
        ("wired", "Pages wired down"), ("active", "Pages active"), ("free", "Pages free"),
        ("compressed", "Pages occupied by compressor"),
    ):  # fmt: skip
        pages = int(re.findall(rf"{label}:\s+(\d+)\.", printed)[0])
        assert figures[f"memory.{figure}_bytes"] == pages * page
    assert figures["memory.used_bytes"]


@pytest.mark.parametrize("path", VM_STAT, ids=lambda path: path.name)
def test_vm_stat_cut_anywhere_gives_no_other_number(path: Path) -> None:
    printed = path.read_text()
    whole = parse.parse_vm_stat(printed)
    for end in range(0, len(printed), 7):
        cut = parse.parse_vm_stat(printed[:end])
        assert {name: whole[name] for name in cut if name != "free"} == {
            name: value for name, value in cut.items() if name != "free"
        }


@pytest.mark.parametrize("path", IOREG, ids=lambda path: path.name)
def test_ioreg_gives_what_it_prints(path: Path) -> None:
    printed = path.read_text(errors="replace")
    wanted = parse.UTILIZATION.keys() | parse.MEMORY.keys()
    expected = [
        {key: value for key, value in statistics.items() if key in wanted}
        for statistics in property_of(printed, "PerformanceStatistics")
        if isinstance(statistics, dict)
    ]
    found = parse.parse_ioreg(printed)
    assert found[: len(expected)] == expected
    # A text that stops within the last dictionary gives what it says of it.
    assert len(found) - len(expected) in (0, 1)


@pytest.mark.parametrize("path", IOREG, ids=lambda path: path.name)
def test_ioreg_cut_anywhere_gives_no_other_number(path: Path) -> None:
    printed = path.read_text(errors="replace")
    whole = parse.parse_ioreg(printed)
    for end in range(0, len(printed), 1 + len(printed) // 300):
        for before, statistics in zip(whole, parse.parse_ioreg(printed[:end]), strict=False):
            assert statistics.items() <= before.items()


def test_keys_that_share_a_beginning_are_others() -> None:
    line = (
        '  "PerformanceStatisticsAccum" = {"Device Utilization %"=1}\n'
        '  "PerformanceStatistics" = {"In use system memory (driver)"=0,'
        '"Device Utilization % at cur p-state"=22,"Device Utilization %"=9,'
        '"In use system memory"=507330560}\n'
    )
    assert parse.parse_ioreg(line) == [
        {"Device Utilization %": 9, "In use system memory": 507330560}
    ]


def test_two_figures_of_memory_are_two() -> None:
    statistics = parse.parse_ioreg((FIXTURES / "ioreg-m1pro-trimmed.txt").read_text())[0]
    assert parse.statistics_figures(statistics) == {
        "device_percent": 22,
        "renderer_percent": 20,
        "tiler_percent": 22,
        "memory_in_use_bytes": 507330560,
        "memory_alloc_bytes": 21343043584,
    }


@pytest.mark.parametrize(
    ("value", "share"),
    [(0, 0), (100, 100), (640, 100), (-1, None), (1 << 64, None), (True, None), ("9", None),
     (float("nan"), None), (float("inf"), None), (10**400, None), (None, None)],
)  # fmt: skip
def test_a_utilisation_is_clamped_and_nonsense_is_none(value: object, share: float | None) -> None:
    assert parse.utilization(value) == share


def test_gpu_time_is_that_of_all_parts_and_of_no_other_key() -> None:
    usage = [{"accumulatedGPUTime": 5, "lastSubmittedTime": 9}, {"accumulatedGPUTime": 7}]
    assert parse.parse_gpu_time(plistlib.dumps(usage)) == 12
    assert parse.parse_gpu_time(plistlib.dumps([])) == 0
    assert parse.parse_gpu_time(b"<plist><array>\n</array>\n</plist>") == 0
    assert parse.parse_gpu_time(plistlib.dumps([{"API": "Metal"}])) is None
    assert parse.parse_gpu_time(plistlib.dumps({})) is None
    assert parse.parse_gpu_time(b"") is None
    assert parse.parse_gpu_time(plistlib.dumps([{"accumulatedGPUTime": -5}])) is None


@pytest.mark.parametrize(
    ("printed", "level"),
    [("notifyutil.txt", 0), ("notifyutil.failed.txt", None)],
)
def test_notifyutil_fails_on_standard_output(printed: str, level: int | None) -> None:
    assert parse.parse_notifyutil((FIXTURES / printed).read_text()) == level


@pytest.mark.parametrize("path", captures("*system_profiler*"), ids=lambda path: path.name)
def test_gpu_cores_by_system_profiler(path: Path) -> None:
    assert parse.parse_system_profiler_cores(path.read_text()) == (
        40 if "m4max" in path.name else 8
    )


def test_swap_and_numbers_as_sysctl_prints_them() -> None:
    printed = "total = 4096.00M  used = 3017.25M  free = 1078.75M  (encrypted)\n"
    mebibyte = 1 << 20
    assert parse.parse_swapusage_text(printed) == {
        "total": 4096 * mebibyte,
        "used": round(3017.25 * mebibyte),
        "available": round(1078.75 * mebibyte),
    }
    assert parse.parse_swapusage_text("total = 1.00M  used = 2.00M") == {"total": mebibyte}
    with_comma = "total = 2048,00M  used = 1110,25M  free = 937,75M  (encrypted)"
    assert parse.parse_swapusage_text(with_comma) == parse.parse_swapusage_text(
        with_comma.replace(",", ".")
    )
    assert parse.parse_swapusage_text(with_comma)["used"] == round(1110.25 * mebibyte)
    assert parse.parse_sysctl_number("17179869184\n") == 17179869184
    assert parse.parse_sysctl_number("sysctl: unknown oid") is None
