"""Names of files that are no UTF-8: as a file system of Linux takes them."""

import json
import os
import shutil
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.as_json import encoded, indented
from mlxtop.bench.outcome import start_of
from mlxtop.bench.plan import Plan
from mlxtop.exports import asked
from mlxtop.files.checks import check
from mlxtop.files.comparison import CompareOptions, compare_files
from mlxtop.files.recordings import list_recordings
from mlxtop.paths import shipped_recordings_dir
from mlxtop.recording.directory import Index, RecordingDirectory

ODD = os.fsdecode(b"x\xff.jsonl")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A recording of such a name, in a folder of such a name, beside one of a plain name."""
    folder = tmp_path / os.fsdecode(b"folder\xff")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes no such names")
    for name in (ODD, "plain.jsonl"):
        shutil.copy(shipped_recordings_dir() / "tour.jsonl", folder / name)
    return folder / ODD


def test_a_list_holds_them_and_keeps_no_figures_of_them(
    odd: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Index(tmp_path / "figures.json")
    shelf = RecordingDirectory(odd.parent, index=kept)
    shelf.scan()
    assert len(list(shelf.fill([odd, odd.with_name("plain.jsonl")]))) == 2
    shelf.close()
    assert not (tmp_path / "figures.json").exists(), "the folder's name is one of them too"
    assert list_recordings(odd.parent) == 0
    assert "x\ufffd.jsonl" in capsys.readouterr().out
    assert list_recordings(odd.parent, exports=asked("recordings", json=True)) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {Path(one["file"]).name for one in listed} == {"x\ufffd.jsonl", "plain.jsonl"}
    assert all(one["tokens"] == 1335 for one in listed)


def test_figures_of_files_beside_them_are_kept(odd: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for name in (ODD, "one.jsonl"):
        shutil.copy(odd, folder / name)
    shelf = RecordingDirectory(folder, index=Index(tmp_path / "figures.json"))
    list(shelf.fill([item.path for item in shelf.scan()]))
    shelf.index.move(folder / "one.jsonl", folder / ODD)
    shelf.index.save()
    again = Index(tmp_path / "figures.json")
    assert again.get(folder / ODD, (folder / ODD).stat()) is None
    shelf.close()


def test_check_and_compare_tell_them_as_json(odd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check([odd], as_json=True) == 0
    assert json.loads(capsys.readouterr().out)[0]["file"].endswith("x\ufffd.jsonl")
    assert compare_files(odd, odd, CompareOptions(exports=asked("comparison", json=True))) == 0
    assert "x\ufffd.jsonl" in capsys.readouterr().out


def test_a_plan_with_such_a_dataset_is_recorded() -> None:
    start = start_of(Plan(kind="dataset", dataset=ODD), [], 1, 5.0)
    assert start.settings["dataset"] == "x\ufffd.jsonl"
    assert events.decode(events.encode(start)) == start


def test_what_cannot_be_encoded_is_replaced_wherever_it_stands() -> None:
    value = {"a\udcff": [events.Mark(t=1.0, note="b\udcff")], "c": ("d\ud800", 1, None)}
    assert json.loads(encoded(value)) == {
        "a\ufffd": [{"kind": "mark", "t": 1.0, "note": "b\ufffd"}],
        "c": ["d\ufffd", 1, None],
    }
    assert indented({"a": "é"}) == '{\n  "a": "é"\n}'
