"""The parsers of /proc: what they read, and that nothing makes them raise."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop import sensors
from mlxtop.sensors import linux
from mlxtop.sensors.linux import parse
from mlxtop.sensors.linux.cgroup import limit_files, memory_left, memory_limit, pressure_file
from mlxtop.sensors.linux.kernel import shares
from mlxtop.sensors.linux.memory import composition
from tests.sensors.ticking import FIXTURES

MEMINFO = (FIXTURES / "meminfo-debian12.txt").read_text()
TEXTS = [
    MEMINFO,
    (FIXTURES / "pressure-memory.txt").read_text(),
    (FIXTURES / "vmstat-trimmed.txt").read_text(),
]


def _of_bytes(parser: Callable[[bytes], object], text: str) -> object:
    return parser(text.encode(errors="replace"))


def parsers() -> Iterator[Callable[[str], object]]:
    """Yield every function `parse_…` of one text in the modules of sensors, macOS's excepted."""
    for place in (sensors, linux):
        for module in pkgutil.iter_modules(place.__path__, f"{place.__name__}."):
            # Imported by a child process alone.
            if module.name.endswith("_child"):
                continue
            for name, found in inspect.getmembers(import_module(module.name), inspect.isfunction):
                if not name.startswith("parse_") or found.__module__ != module.name:
                    continue
                (takes,) = get_type_hints(found).keys() - {"return"}
                if get_type_hints(found)[takes] is bytes:
                    yield partial(_of_bytes, found)
                else:
                    yield found


PARSERS = list(parsers())


@st.composite
def garbled(draw: st.DrawFn) -> str:
    """A real text, cut, with a piece doubled and one replaced."""
    text = draw(st.sampled_from(TEXTS))
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    middle = draw(st.sampled_from([text[start:end] * 2, "", draw(st.text(max_size=20))]))
    return text[:start] + middle + text[end:]


@given(st.one_of(garbled(), st.text()))
def test_no_text_makes_a_parser_raise(text: str) -> None:
    assert len(PARSERS) >= 10
    for parser in PARSERS:
        parser(text)
    for value in composition(parse.parse_meminfo(text), parse.parse_zram(text)).values():
        assert value is None or value >= 0
    assert all(0 <= share <= 100 for share in parse.parse_pressure(text).values())


def test_meminfo_is_read_in_bytes() -> None:
    sizes = parse.parse_meminfo(MEMINFO)
    assert sizes["MemTotal"] == 24684084 * 1024
    assert set(sizes) == {
        "MemTotal", "MemFree", "MemAvailable", "Cached", "Active", "Unevictable",
        "SReclaimable", "SwapTotal", "SwapFree", "Zswap",
    }  # fmt: skip


def test_a_size_of_four_thousand_digits_is_left_out() -> None:
    assert parse.parse_meminfo(f"MemTotal: {'9' * 4400} kB\nMemFree: 1 kB\n") == {"MemFree": 1024}


def test_the_composition_of_memory() -> None:
    values = composition(
        {
            "MemTotal": 1000, "MemAvailable": 600, "MemFree": 100, "Cached": 300,
            "SReclaimable": 50, "Active": 200, "Unevictable": 20, "Zswap": 7,
        },
        5,
    )  # fmt: skip
    assert values == {
        "memory.wired_bytes": 20,
        "memory.active_bytes": 200,
        "memory.compressed_bytes": 12,
        "memory.cached_bytes": 350,
        "memory.free_bytes": 100,
        "memory.used_bytes": 400,
        "memory.available_bytes": 600,
    }


def test_what_meminfo_does_not_say_is_none_and_nonsense_too() -> None:
    assert set(composition({}, None).values()) == {None}
    values = composition({"MemTotal": 10, "MemAvailable": 20, "Active": 11}, None)
    assert values["memory.used_bytes"] is None
    assert values["memory.active_bytes"] is None


def test_pressure() -> None:
    assert parse.parse_pressure(TEXTS[1]) == {"some": 12.5, "full": 4.08}
    assert parse.parse_pressure("some avg10=nan\nfull avg10=101.00 avg60=0\n") == {}
    assert parse.parse_pressure("some avg10=1.5") == {"some": 1.5}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("max\n", None),
        ("1073741824\n", 1 << 30),
        ("-5", None),
        ("", None),
        ("9" * 19, None),
        ("0", None),
    ],
)
def test_cgroup_limit(text: str, limit: int | None) -> None:
    assert parse.parse_limit(text) == limit


def test_the_smallest_limit_upwards_binds(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (tmp_path / "a" / "memory.max").write_text("500\n")
    files = limit_files("1:cpu:/x\n0::/a/b\n", tmp_path)
    assert files == [inner / "memory.max", tmp_path / "a" / "memory.max", tmp_path / "memory.max"]
    assert memory_limit(files) == 500


@pytest.mark.parametrize("line", ["4:memory:/a/b", "4:cpu,memory:/a/b", "12:memory,hugetlb:/a/b"])
def test_the_older_tree_of_groups(tmp_path: Path, line: str) -> None:
    inner = tmp_path / "memory" / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("7000\n")
    files = limit_files(f"5:name=memory:/x\n{line}\n0::/\n", tmp_path)
    assert files == [
        tmp_path / "memory.max",
        inner / "memory.limit_in_bytes",
        tmp_path / "memory" / "a" / "memory.limit_in_bytes",
        tmp_path / "memory" / "memory.limit_in_bytes",
    ]
    assert memory_limit(files) == 7000


def test_what_is_left_is_the_least_of_the_groups(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    for folder, limit, used, files in (
        (inner, "max", 100, 0),
        (inner.parent, "1000", 900, 250),
        (tmp_path, "5000", 4800, 0),
    ):
        (folder / "memory.max").write_text(f"{limit}\n")
        (folder / "memory.current").write_text(f"{used}\n")
        (folder / "memory.stat").write_text(f"file 999\nactive_file {files}\nslab 5\n")
    groups = limit_files("0::/a/b\n", tmp_path)
    assert memory_left(groups) == 200
    (tmp_path / "memory.current").write_text("0\n")
    assert memory_left(groups) == 350
    (inner.parent / "memory.current").write_text("1700\n")
    assert memory_left(groups) == 0, "over its limit"
    (inner.parent / "memory.stat").write_text("active_file 99999\n")
    assert memory_left(groups) == 1000, "never more than the limit"
    (inner.parent / "memory.current").unlink()
    assert memory_left(groups) == 5000


def test_what_is_left_in_the_older_tree(tmp_path: Path) -> None:
    group = tmp_path / "memory" / "a"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text("1000")
    (group / "memory.usage_in_bytes").write_text("600")
    (group / "memory.stat").write_text("active_file 50\ntotal_active_file 90\n")
    assert memory_left(limit_files("4:memory:/a\n", tmp_path)) == 490


def test_pressure_is_that_of_the_innermost_group_with_a_limit(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent, tmp_path):
        (folder / "memory.pressure").write_text("some avg10=1.00\n")
        (folder / "memory.max").write_text("max")
    groups = limit_files("0::/a/b\n", tmp_path)
    assert pressure_file(groups) is None
    (tmp_path / "memory.max").write_text("9000")
    assert pressure_file(groups) == tmp_path / "memory.pressure"
    (inner.parent / "memory.max").write_text("9000")
    assert pressure_file(groups) == inner.parent / "memory.pressure"


@pytest.mark.parametrize("own", ["", "4:memory:/x\n", "0::relative", "0::/a\0b\n", "0:://a\n"])
def test_no_group_no_limit(own: str, tmp_path: Path) -> None:
    assert memory_limit(limit_files(own, tmp_path)) is None


def test_a_group_outside_the_namespace_leaves_the_root(tmp_path: Path) -> None:
    assert limit_files("0::/../../x\n", tmp_path) == [tmp_path / "memory.max"]


def test_names() -> None:
    assert parse.parse_chip("vendor_id : X\nmodel name\t: AMD EPYC \nmodel name : b") == "AMD EPYC"
    assert parse.parse_nvidia_model("Model: \t\t NVIDIA H200\nIRQ: 4\n") == "NVIDIA H200"
    assert parse.parse_zram("4096 74 12288 0 0 0") == 12288


def test_processor_time() -> None:
    line = b"cpu  268098 286010 40681 472372 1350 10 340 659 5 6\ncpu0 1 2 3 4\n"
    assert parse.parse_stat(line) == (268098 + 286010, 40681 + 10 + 340, 1069520)
    assert parse.parse_stat(b"cpu 1 2 3 4\n") == (3, 3, 10)
    for nonsense in (b"", b"cpu 1 2 3", b"cpu0 1 2 3 4\n", b"cpu 1 2 x 4\n", b"cpu -1 2 3 4\n"):
        assert parse.parse_stat(nonsense) is None


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ((30, 10, 200), (20, 10)),
        ((9, 10, 200), (None, None)),
        ((10, 0, 100), (None, None)),
        ((300, 300, 200), (None, None)),
    ],
)
def test_shares_of_processor_time(after: tuple[int, int, int], found: tuple[float, float]) -> None:
    assert shares(parse.CpuTimes(10, 0, 100), parse.CpuTimes(*after)) == found
