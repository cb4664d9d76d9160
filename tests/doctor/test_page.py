"""The page: what stands on it at any width, with and without colour."""

import re

import msgspec
import pytest

from mlxtop.doctor.page import exact, page, value_words
from mlxtop.doctor.report import Report, summary
from tests.doctor.conftest import sensor

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def text(report: Report, columns: int = 100) -> str:
    return "\n".join(page(report, columns, colour=False))


def test_every_sensor_has_a_word_a_rate_and_a_cost(report: Report) -> None:
    shown = text(report, 200)
    assert "● memory: works · asked 5 Hz, achieved 5.00 Hz · 27 µs CPU · takes 31 µs" in shown
    assert "○ pressure: absent" in shown
    assert "■ swap: failed" in shown
    assert "2 of 11 readings failed, return code 5: [Errno 5] Input/output error" in shown


@pytest.mark.parametrize(("fresh", "said"), [(3.2, True), (4.9, False), (None, False)])
def test_a_source_that_repeats_itself_says_how_often_it_was_new(
    report: Report, fresh: float | None, said: bool
) -> None:
    repeating = msgspec.structs.replace(report, sensors=[sensor(hz_fresh=fresh)])
    shown = text(repeating, 200)
    assert ("achieved 5.00 Hz · 3.20 of them new · 27 µs CPU" in shown) == said
    assert ("new" in shown) == said


def test_a_value_is_in_a_human_unit_and_exact_and_has_its_source(report: Report) -> None:
    shown = text(report)
    assert re.search(r"memory\.wired_bytes +18\.4 GB \(18,400,000,000 bytes\) +a file", shown)
    assert re.search(r"pressure\.some_avg10_percent +— +PSI \(needs a kernel with PSI\)", shown)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (24_509_943_808.0, "bytes", "24.5 GB (24,509,943,808 bytes)"),
        (1234.5, "bytes_per_second", "1.23 kB/s (1,234.5 bytes/s)"),
        (999.0, "bytes", "999 bytes"),
        (97.25, "percent", "97.25 %"),
        (4000.0, "rotations", "4000 rotations"),
        (None, "bytes", "—"),
    ],
)
def test_only_a_large_value_of_a_unit_that_scales_is_written_twice(
    value: float | None, unit: str, shown: str
) -> None:
    assert value_words(value, unit) == shown


def test_the_head_says_what_machine_it_is(report: Report) -> None:
    shown = text(report)
    for fact in (
        "Apple M4 Max, 40 cores", "16 (4 super, 12 performance)", "128 GiB", "macOS 26.1",
        "mlxtop 0.1.0, mlx 0.32.4, mlx-lm — (not installed)",
        "11 ticks, 1 late (worst 31.2 ms), 0 dropped",
    ):  # fmt: skip
        assert fact in shown


def test_the_build_of_mlx_stands_beside_its_version(report: Report) -> None:
    machine = msgspec.structs.replace(report.machine, mlx_build="mlx-metal, macosx_15_0_arm64")
    shown = text(msgspec.structs.replace(report, machine=machine), 200)
    assert "mlx 0.32.4 (mlx-metal, macosx_15_0_arm64), mlx-lm" in shown


def test_the_verdict_is_at_the_top_and_again_at_the_end(report: Report) -> None:
    lines = page(report, 120, colour=False)
    verdict = ["■ 1 of 2 sensors needs attention: swap.", f"  {report.problems[0]}"]
    assert lines[1:3] == lines[-2:] == verdict
    well = msgspec.structs.replace(report, sensors=[sensor(), sensor("load")], problems=[])
    lines = page(well, 120, colour=False)
    assert lines[1] == lines[-1] == "● All 2 sensors available here work."


def test_the_summary_says_what_is_not_a_sensor(report: Report) -> None:
    other = msgspec.structs.replace(report, sensors=[sensor()], problems=["A GPU is silent."])
    assert summary(other) == "The sensor available here works, but something else needs attention."
    slow = [sensor(), sensor("load", hz_achieved=1.0), sensor("swap", state="failed")]
    several = msgspec.structs.replace(report, sensors=slow, problems=["…"])
    assert summary(several) == "2 of 3 sensors need attention: load and swap."
    nothing = msgspec.structs.replace(report, sensors=[sensor(state="absent")], problems=[])
    assert summary(nothing) == "No sensor is available here."


@pytest.mark.parametrize("columns", [1, 60, 80, 81, 120, 200])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_terminal(report: Report, columns: int, colour: bool) -> None:
    for line in page(report, columns, colour):
        assert len(ANSI.sub("", line)) <= max(60, columns)


def test_more_room_takes_fewer_lines(report: Report) -> None:
    assert len(page(report, 200, False)) < len(page(report, 60, False))


def test_colour_adds_nothing_but_colour(report: Report) -> None:
    plain, painted = page(report, 80, colour=False), page(report, 80, colour=True)
    assert [ANSI.sub("", line) for line in painted] == plain
    assert "\x1b" not in "".join(plain)
    assert {"\x1b[32m", "\x1b[33m", "\x1b[31m"} <= set(ANSI.findall("".join(painted)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (25276502016.0, "25276502016"), (0.52, "0.52"), (1e15, "1000000000000000"),
     (0.1 + 0.2, "0.3")],
)  # fmt: skip
def test_a_raw_number_has_no_exponent(value: float, shown: str) -> None:
    assert exact(value) == shown
