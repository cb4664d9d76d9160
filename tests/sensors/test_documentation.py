"""docs/sensors.md has a row for each figure that is read: where, how often, what proves it."""

import re
from pathlib import Path

import pytest

from mlxtop.sensors.registry import own_sources

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sensors.md").read_text("utf-8")
SECTIONS = {
    title.split(" ")[0]: text
    for title, text in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
}
EVERYWHERE = ("Linux",)
"""The section that has the figures of every platform too."""
OF_PLATFORM = {"linux": ("Linux", "NVIDIA", "AMD"), "darwin": ("macOS", *EVERYWHERE)}
FIGURE = re.compile(r"`([a-z]\w*\.\w+)`")
TEST = re.compile(r"`(?:test_\w+\.py: )?(test_\w+)(\.py)?`")


def rows(*sections: str) -> list[list[str]]:
    """Return the cells of each row of the tables of figures."""
    lines = [line for name in sections for line in SECTIONS[name].splitlines()]
    tables = (line.strip("|").split(" | ") for line in lines if line.startswith("| `"))
    return [[cell.strip() for cell in cells] for cells in tables]


@pytest.mark.parametrize("platform", OF_PLATFORM)
def test_each_figure_that_a_source_reads_has_a_row(platform: str) -> None:
    documented = {name for row in rows(*OF_PLATFORM[platform]) for name in FIGURE.findall(row[0])}
    read = {name for source in own_sources(platform) for name in source.figures}
    assert read - documented == set(), "add a row: source, unit, rate, cost, what proves it"


def test_every_test_that_it_names_is_there() -> None:
    tests = list((ROOT / "tests").rglob("test_*.py"))
    there = {path.stem for path in tests}
    for path in tests:
        there |= set(re.findall(r"def (test_\w+)\(", path.read_text("utf-8")))
    named = {name for name, _ in TEST.findall(PAGE)}
    assert len(named) > 50
    assert named - there == set()


def test_every_row_says_where_how_often_and_what_proves_it() -> None:
    found = rows("Linux", "NVIDIA", "AMD", "macOS")
    assert len(found) > 30
    for cells in found:
        assert all(cells), cells[0]
        assert TEST.search(cells[-1]) or "same" in cells[-1], cells[0]


def test_words_of_own_sources_are_declared_in_the_entries_of_figures() -> None:
    """Redaction knows the entries of every platform, and no source."""
    assert [s.name for platform in OF_PLATFORM for s in own_sources(platform) if s.words] == []
