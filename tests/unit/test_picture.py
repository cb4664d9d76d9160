"""Pictures of a terminal: shapes without a gap, a row once for each look, nothing else needed."""

from collections.abc import Sequence
from xml.etree import ElementTree

from rich.segment import Segment
from rich.style import Style
from textual._ansi_theme import MONOKAI

from tools.picture import CELL_HEIGHT, CELL_WIDTH, Frame, svg

_SVG = "{http://www.w3.org/2000/svg}"


def frame(*rows: str, style: Style | None = None, seconds: float = 1.0) -> Frame:
    return Frame(seconds, [[Segment(row, style or Style())] for row in rows])


def read(frames: Sequence[Frame]) -> ElementTree.Element:
    return ElementTree.fromstring(svg(frames, MONOKAI, "a <title>"))


def test_letters_are_text_and_blocks_are_shapes() -> None:
    drawn = read([frame("ab█▄ c")])
    texts = [(node.text, float(node.get("x", "nan"))) for node in drawn.iter(f"{_SVG}text")]
    assert texts == [("ab", 0.0), ("c", 5 * CELL_WIDTH)]
    (path,) = [node.get("d", "") for node in drawn.iter(f"{_SVG}path")]
    full, half = path.split("M")[1:]
    assert full.startswith(f"{2 * CELL_WIDTH:g} 0h")
    assert half.startswith(f"{3 * CELL_WIDTH:g} {CELL_HEIGHT / 2:g}h")


def test_a_row_that_stays_is_written_once_and_one_that_changes_has_its_times() -> None:
    drawn = read([frame("same", "one"), frame("same", "two", seconds=3.0)])
    texts = [node.text for node in drawn.iter(f"{_SVG}text")]
    assert texts == ["same", "one", "two"]
    times = [
        (node.get("values"), node.get("keyTimes"), node.get("dur"))
        for node in drawn.iter(f"{_SVG}animate")
    ]
    assert times == [("inline;none", "0;0.25", "4s"), ("none;inline", "0;0.25", "4s")]


def test_it_names_no_file_and_no_host_and_no_markup_comes_through() -> None:
    written = svg([frame("<b>&", style=Style(color="red", bold=True))], MONOKAI, "<x>")
    assert written.count("http") == 1
    assert "url(" not in written
    assert "<b>" not in written
    assert "<x>" not in written
