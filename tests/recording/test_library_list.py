"""`mlxtop recordings`: a table that fits its terminal, and every figure as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mlxtop import events
from mlxtop.commands.app import build
from mlxtop.commands.recorded import SORTED_BY
from mlxtop.recording.columns import COLUMNS
from tests.recording.test_library_figures import turn
from tests.recording.test_library_shelf import write

app = build()

NAMES = ("2026-01-01T00-00-00_model-of-some-length.jsonl", "packed.jsonl.gz")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory of two recordings, the packed one twice as fast, and of no recording."""
    for place, name in enumerate(NAMES):
        load = events.LoadEnd(t=11.0, model="org/model", quantization="4 bits")
        write(tmp_path / name, load, *turn(1, 20.0, 11 * (place + 1), 1.0))
    (tmp_path / "broken\x1b[31m.jsonl").write_text("hello")
    return tmp_path


def said(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["recordings", *words])
    assert done.exit_code == status, done.output
    return done.output


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 120, 200])
def test_the_table_fits_its_terminal(
    folder: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    head, *rows, end = said(str(folder)).splitlines()
    assert all(len(line) <= columns for line in (head, *rows))
    assert len(rows) == 3
    assert end.startswith("3 recordings, ")
    if columns >= 80:
        assert all(sum(name in row for row in rows) == 1 for name in NAMES), "names are whole"
    assert ("tokens" in head) is (columns == 200)


def test_no_name_reaches_the_terminal_as_it_is(folder: Path) -> None:
    assert "\x1b" not in said(str(folder))


def test_json_has_the_figures(folder: Path) -> None:
    found: list[dict[str, Any]] = json.loads(said(str(folder), "--json", "--sort", "file"))
    plain, broken, packed = found
    assert plain["median_decode_tokens_per_second"] == pytest.approx(10.0)
    assert packed["median_decode_tokens_per_second"] == pytest.approx(21.0)
    assert (packed["state"], packed["seconds"], packed["tokens"]) == ("complete", 90.0, 22)
    assert packed["first_turns"][0]["ttft_seconds"] == pytest.approx(0.5)
    assert (broken["state"], "header" in broken["problem"]) == ("unreadable", True)
    assert plain["peak_wired_bytes"] is None


def test_it_sorts_in_both_directions(folder: Path) -> None:
    def order(*words: str) -> list[str]:
        found = json.loads(said(str(folder), "--json", "--sort", "speed", *words))
        return [Path(one["file"]).name[:6] for one in found]

    assert order() == ["packed", "2026-0", "broken"]
    assert order("--reverse") == ["2026-0", "packed", "broken"]


def test_every_column_can_be_named_and_no_other(folder: Path) -> None:
    assert {column.name: column.title for column in COLUMNS} == SORTED_BY
    for name, title in SORTED_BY.items():
        assert said(str(folder), "--sort", title) == said(str(folder), "--sort", name)
    assert said(str(folder), "--sort", "tok/s") != said(str(folder))
    refusal = said(str(folder), "--sort", "colour", status=2)
    assert "not 'colour'" in refusal
    assert "tok/s (speed)" in " ".join(refusal.split()), "what is accepted is said"
