"""The comparison as text, Markdown and JSON."""

import json
from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.compare import report
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.curves import FIGURES, Axis, drawable
from mlxtop.compare.part import Choice
from mlxtop.compare.picture import picture
from tests.compare.runs import Turn, compared, run, sample

NAMES = ("a.jsonl", "b.jsonl")


@pytest.fixture
def slower(tmp_path: Path) -> Comparison:
    return compared(run(tmp_path), run(tmp_path, Turn(rate=40.0, seed=2)))


@pytest.mark.parametrize("width", [48, 80, 120, 200])
@pytest.mark.parametrize("axis", ["tokens", "seconds"])
def test_the_text_fits_and_says_all(slower: Comparison, width: int, axis: Axis) -> None:
    said = report.text(slower, NAMES, width, axis=axis)
    assert max(map(len, said.splitlines())) <= width
    assert "B is slower than A by" in " ".join(said.split())
    assert "temperature" in said
    assert "Apple M9" in said
    assert "Brackets: 95 % interval of B / A, from how uneven these runs are." in " ".join(
        said.split()
    )
    assert "The interval comes from 16 slices of each run" in " ".join(said.split())
    lines = [line for line in said.splitlines() if "┤" in line or "│" in line]
    assert sum(line.count("×") for line in lines) > 5
    assert sum(0x2800 < ord(sign) < 0x2900 for line in lines for sign in line) > 10


def test_without_unicode_letters_draw_the_curves(slower: Comparison) -> None:
    said = report.text(slower, NAMES, 80, plain=True)
    assert said.isascii()
    assert "aaa A   bbb B" in said


def test_colour_only_where_it_is_wanted(slower: Comparison) -> None:
    assert "\x1b" not in report.text(slower, NAMES, 80)
    assert "\x1b[36m" in report.text(slower, NAMES, 80, colour=True)


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    result = compared(run(tmp_path, chip="\x1b[2Jevil|"), run(tmp_path, Turn(seed=2)))
    said = report.text(result, ("\x1b]0;a\x07", "b"), 80)
    assert "\x1b" not in said
    assert "\\|" in report.markdown(result, NAMES), "a table's cell ends at a bar"


def test_a_short_reply_is_drawn_by_token_and_not_by_the_second(tmp_path: Path) -> None:
    result = compared(
        run(tmp_path, Turn(rate=500.0, count=160)), run(tmp_path, Turn(rate=400.0, count=160))
    )
    made = picture((result.first.part, result.second.part), FIGURES[0], "tokens", 80, 16)
    assert made is not None
    assert all(len(points) > 20 for points in made.curves)
    assert made.plot.x_limits == (0, 160)
    assert "by token of the reply" in made.caption


def test_all_turns_stand_at_their_place_in_the_context(tmp_path: Path) -> None:
    turns = Turn(count=100), Turn(count=100, prompt=300, start=40.0)
    result = compared(run(tmp_path, *turns), run(tmp_path, *turns, chip="Other"))
    made = picture((result.first.part, result.second.part), FIGURES[0], "tokens", 80, 16)
    assert made is not None
    assert made.in_context
    xs = [point.x for point in made.curves[0] if point.x == point.x]
    assert min(xs) > 20
    assert not [x for x in xs if 120 < x < 300]
    assert max(xs) > 300


def test_what_neither_read_is_not_drawn(tmp_path: Path) -> None:
    readings = tuple(sample(20.0 + place, gpu__busy_percent=90.0) for place in range(5))
    result = compared(run(tmp_path, more=readings), run(tmp_path, Turn(seed=2)))
    parts = result.first.part, result.second.part
    there = [figure.id for figure in drawable(parts)]
    assert there == ["speed", "gpu"]
    gpu = next(figure for figure in FIGURES if figure.id == "gpu")
    made = picture(parts, gpu, "seconds", 80, 16)
    assert made is not None
    known = [point for point in made.curves[0] if point.y == 90.0]
    assert known[0].x == pytest.approx(0.0, abs=0.2), "read at the first token"
    assert not [point for point in made.curves[1] if point.y == point.y]
    assert picture(parts, FIGURES[1], "tokens", 80, 16) is None


def test_each_gpu_has_a_curve_of_its_own(tmp_path: Path) -> None:
    readings = tuple(
        sample(20.0 + place, gpu__power_watts=90.0, gpu1__power_watts=40.0) for place in range(5)
    )
    result = compared(run(tmp_path, more=readings), run(tmp_path, Turn(seed=2)))
    there = drawable((result.first.part, result.second.part))
    assert [(figure.id, figure.title, figure.series) for figure in there[1:]] == [
        ("power", "GPU power", ("gpu.power_watts",)),
        ("power1", "GPU1 power", ("gpu1.power_watts",)),
    ]


def test_json_holds_what_the_text_says(slower: Comparison) -> None:
    told = json.loads(msgspec.json.encode(report.as_json(slower, NAMES)))
    assert told["verdict"] == "slower"
    assert told["ratio"]["low"] < told["ratio"]["value"] < told["ratio"]["high"] < 1
    assert told["compared_tokens"] == 399
    assert told["a"]["turns"] == [1]
    assert told["a"]["figures"]["tok/s, (n−1)/Δt"] == pytest.approx(50.0, rel=0.02)
    assert told["b"]["conditions"]["model"] == "tiny"
    assert told["differs"] == []


def test_markdown_has_the_verdict_and_every_row(slower: Comparison) -> None:
    said = report.markdown(slower, NAMES)
    assert f"**{slower.sentence}**" in said
    assert "| TTFT, median | 1.00 s | 1.00 s | 1.000 |" in said
    assert "| model | tiny | tiny |  |" in said
    assert said.count("```") == 2


def test_one_turn_against_another_of_the_same_file(tmp_path: Path) -> None:
    made = run(tmp_path, Turn(), Turn(rate=100.0, start=60.0))
    result = compared(made, made, Choice(turn=1), Choice(turn=2))
    assert "B is faster" in report.text(result, NAMES, 100)


@pytest.mark.parametrize("values", [(13.2e6, 13.201e6), (13.2e6,), (9.99e9, 10.0e9), (0.0,)])
@pytest.mark.parametrize("rows", [6, 12, 40])
def test_no_two_labels_of_an_axis_are_the_same(
    tmp_path: Path, values: tuple[float, ...], rows: int
) -> None:
    readings = tuple(
        sample(20.0 + place, memory__wired_bytes=value) for place, value in enumerate(values)
    )
    result = compared(run(tmp_path, more=readings), run(tmp_path, Turn(seed=2)))
    wired = next(figure for figure in FIGURES if figure.id == "wired")
    made = picture((result.first.part, result.second.part), wired, "seconds", 80, rows)
    assert made is not None
    labels = [label for _, label in made.plot.y_ticks]
    assert len(set(labels)) == len(labels) >= 2
    assert made.plot.y_limits[0] <= min(values) <= max(values) <= made.plot.y_limits[1]


@pytest.mark.parametrize(("width", "name"), [(48, "wired"), (100, "peak wired")])
def test_wired_memory_on_linux_is_called_unevictable(tmp_path: Path, width: int, name: str) -> None:
    linux = events.SensorInfo(
        name="memory.wired_bytes", unit="bytes", source="/proc/meminfo Unevictable", hz=5.0
    )
    reading = (sample(20.0, memory__wired_bytes=16e6),)
    runs = [run(tmp_path, Turn(seed=seed), more=reading, sensors=[linux]) for seed in (1, 2)]
    result = compared(runs[0], runs[1])
    said = report.text(result, NAMES, width)
    assert f"\n{name} (Unevictable) " in said
    assert max(map(len, said.splitlines())) <= width
    wired = next(figure for figure in FIGURES if figure.id == "wired")
    made = picture((result.first.part, result.second.part), wired, "seconds", 80, 16)
    assert made is not None
    assert made.caption.startswith("wired memory (Unevictable), by seconds")
