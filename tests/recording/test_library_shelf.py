"""The recordings of a directory and the cache of their figures; another name, and deleting."""

import gzip
import os
import zlib
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest

from mlxtop import events, paths
from mlxtop.recording import file_actions
from mlxtop.recording.columns import BY_NAME, COLUMNS, layout, row, sort, titles
from mlxtop.recording.directory import Index, ListedRecording, RecordingDirectory
from mlxtop.recording.file import RecordingFile
from mlxtop.recording.library import inspect, recordings
from tests.recording.test_library_figures import header, turn


def write(path: Path, *given: events.AnyEvent, end: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [header(), *given, *([events.End(t=100.0)] if end else [])]
    data = b"".join(events.encode(line) for line in lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def filled(
    shelf: RecordingDirectory, names: Iterable[Path] | None = None
) -> dict[str, ListedRecording]:
    """Return the items of a shelf once all is known."""
    items = {item.path: item for item in shelf.scan()}
    items |= {item.path: item for item in shelf.fill(list(names or items))}
    return {item.path.name: item for item in items.values()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def test_figures_fill_in_behind_what_the_ends_tell(folder: Path) -> None:
    write(folder / "2026-01-01T00-00-00_a.jsonl", *turn(1, 20.0, 11, 1.0))
    shelf = RecordingDirectory(folder)
    (item,) = shelf.scan()
    assert item.pending
    assert (item.seconds, item.state, item.prompt) == (90.0, "complete", "question 1")
    (known,) = shelf.fill([item.path])
    assert known.figures is not None
    assert known.figures.tokens_per_second == pytest.approx(10.0)
    assert shelf.scan() == [known]
    assert list(shelf.fill([item.path])) == [], "nothing is left to be read"


def test_packed_recordings_are_known_once_they_are_read(folder: Path) -> None:
    write(folder / "a.jsonl.gz", events.LoadEnd(t=11.0, model="org/name"), *turn(1, 20.0, 11, 1.0))
    (info,) = recordings(folder)
    assert (info.model, info.prompt, info.seconds, info.clean) == (
        "org/name", "question 1", None, None,
    )  # fmt: skip
    (item,) = filled(RecordingDirectory(folder)).values()
    assert (item.state, item.seconds) == ("complete", 90.0)


def test_the_first_prompt_is_found_behind_half_a_minute_of_readings(folder: Path) -> None:
    values: dict[str, float | None] = {f"memory.figure_{n}_bytes": 1e9 + n for n in range(20)}
    readings = [events.Sample(t=10.0 + n / 5, values=values) for n in range(150)]
    info = inspect(write(folder / "a.jsonl", *readings, *turn(1, 50.0, 3, 1.0)))
    assert info is not None
    assert info.prompt == "question 1"


def test_the_ends_of_a_file_tell_its_own_first_prompt(folder: Path) -> None:
    old = events.Message(t=5.0, index=0, role="user", text="asked before")
    goes_on = events.TurnStart(t=6.0, turn=1, index=1)
    said: dict[str, list[events.AnyEvent]] = {
        "later": [old, *turn(2, 50.0, 3, 1.0)],
        "going-on": [old, goes_on, *turn(2, 50.0, 3, 1.0)],
        "none": [old],
    }
    found = {}
    for name, given in said.items():
        info = inspect(write(folder / f"{name}.jsonl", *given))
        assert info is not None
        found[name] = info.prompt
    assert found == {"later": "question 2", "going-on": "asked before", "none": ""}
    assert {
        name: filled(RecordingDirectory(folder))[f"{name}.jsonl"].prompt for name in said
    } == found


def test_a_run_whose_engine_died_is_not_called_complete(folder: Path) -> None:
    death = events.Error(t=30.0, text="it was killed", origin="engine", engine_stopped=True)
    cancelled = events.Error(t=30.0, text="no such model", origin="engine")
    write(folder / "died.jsonl", *turn(1, 20.0, 3, 1.0), death, *turn(2, 40.0, 3, 1.0))
    write(folder / "died.jsonl.gz", *turn(1, 20.0, 3, 1.0), death)
    write(folder / "broke-off.jsonl", death, end=False)
    write(folder / "well.jsonl", *turn(1, 20.0, 3, 1.0), cancelled)
    # So long that the last lines do not tell of it.
    readings = [events.Sample(t=40.0 + n / 50, values={"a.b_bytes": 1e9}) for n in range(2000)]
    write(folder / "long.jsonl", death, *readings)
    at_once = {item.path.name: item.ended for item in RecordingDirectory(folder).scan()}
    assert at_once == {
        "died.jsonl": "engine died", "died.jsonl.gz": "", "broke-off.jsonl": "incomplete",
        "well.jsonl": "complete", "long.jsonl": "complete",
    }  # fmt: skip
    known = filled(RecordingDirectory(folder))
    assert {name: item.ended for name, item in known.items()} == at_once | {
        "died.jsonl.gz": "engine died", "long.jsonl": "engine died",
    }  # fmt: skip
    assert [name for name, item in known.items() if item.matches("engine died")] != []


def test_known_figures_are_not_computed_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder / "a.jsonl", *turn(1, 20.0, 11, 1.0))
    first = filled(RecordingDirectory(folder))["a.jsonl"]
    with monkeypatch.context() as patch:
        patch.setattr("mlxtop.recording.directory.Recording", None)
        patch.setattr("mlxtop.recording.directory.inspect", None)
        (again,) = RecordingDirectory(folder).scan()
    assert again == first
    assert (paths.cache_dir() / "recordings.json").stat().st_mode & 0o077 == 0
    write(path, *turn(1, 20.0, 11, 0.5))
    os.utime(path, (2e9, 2e9))
    changed = filled(RecordingDirectory(folder))["a.jsonl"].figures
    assert changed is not None
    assert changed.tokens_per_second == pytest.approx(20.0)


@pytest.mark.parametrize("content", [b"", b"{", b'{"version":1}', b"[" * 100_000, b"\xff"])
def test_a_broken_index_is_made_anew(folder: Path, content: bytes) -> None:
    write(folder / "a.jsonl", *turn(1, 20.0, 11, 1.0))
    paths.cache_dir().mkdir(parents=True)
    (paths.cache_dir() / "recordings.json").write_bytes(content)
    assert filled(RecordingDirectory(folder))["a.jsonl"].figures is not None
    (known,) = RecordingDirectory(folder).scan()
    assert not known.pending


def test_a_pipe_in_the_place_of_the_index_is_not_waited_for(folder: Path) -> None:
    write(folder / "a.jsonl", *turn(1, 20.0, 11, 1.0))
    paths.cache_dir().mkdir(parents=True)
    os.mkfifo(paths.cache_dir() / "recordings.json")
    assert filled(RecordingDirectory(folder))["a.jsonl"].figures is not None


def test_an_index_that_cannot_be_written_is_left(folder: Path, home: Path) -> None:
    write(folder / "a.jsonl", *turn(1, 20.0, 11, 1.0))
    (home / "data").write_text("in the way")
    assert filled(RecordingDirectory(folder))["a.jsonl"].figures is not None


def test_files_that_are_gone_leave_the_index(folder: Path) -> None:
    path = write(folder / "a.jsonl", *turn(1, 20.0, 11, 1.0))
    status = path.stat()
    filled(RecordingDirectory(folder))
    path.unlink()
    filled(RecordingDirectory(folder))
    assert Index().get(path, status) is None
    assert b"question" not in (paths.cache_dir() / "recordings.json").read_bytes()


def test_a_running_recording_is_followed_and_then_complete(folder: Path) -> None:
    file = RecordingFile(folder, "now")
    parts = turn(1, 20.0, 11, 1.0)
    file.write(b"".join(map(events.encode, [header(), *parts[:3]])))
    shelf = RecordingDirectory(folder)
    item = filled(shelf)["now.jsonl"]
    assert item.figures is not None
    assert (item.state, item.figures.tokens) == ("running", 3)
    file.write(b"".join(map(events.encode, parts[3:5])) + b'{"kind":"ma')
    grown = filled(shelf)["now.jsonl"].figures
    assert grown is not None
    assert grown.tokens == 9
    file.write(b'rk","t":40.0}\n' + events.encode(events.End(t=41.0)))
    file.close()
    done = filled(shelf)["now.jsonl"]
    assert done.figures is not None
    assert (done.state, done.figures.marks, done.seconds) == ("complete", 1, 31.0)
    assert not next(iter(RecordingDirectory(folder).scan())).pending, "its figures are kept"


def test_what_cannot_be_read_stays_with_its_reason(folder: Path) -> None:
    folder.mkdir()
    (folder / "broken.jsonl").write_text("hello")
    plain = write(folder / "a.jsonl", *turn(1, 20.0, 9000, 100.0)).read_bytes()
    (folder / "a.jsonl").unlink()
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
    (folder / "a.jsonl.gz").write_bytes(packed + b"\xff" * 100)  # no block begins like that
    found = filled(RecordingDirectory(folder))
    assert {item.state for item in found.values()} == {"unreadable"}
    assert "not a header" in found["broken.jsonl"].info.problem
    assert "damaged" in found["a.jsonl.gz"].info.problem


def test_reading_stops_where_somebody_leaves(folder: Path) -> None:
    for name in "abc":
        write(folder / f"{name}.jsonl", *turn(1, 20.0, 11, 1.0))
    shelf, seen = RecordingDirectory(folder), list[ListedRecording]()
    order = sorted(item.path for item in shelf.scan())
    for item in shelf.fill(order, lambda: len(seen) == 2):
        seen.append(item)
    assert [item.path.name for item in seen] == ["a.jsonl", "b.jsonl"]
    assert [item.path.name for item in RecordingDirectory(folder).scan() if item.pending] == [
        "c.jsonl"
    ]


# -- columns ---------------------------------------------------------------------------------------


def library(folder: Path) -> list[ListedRecording]:
    for place, (name, tokens) in enumerate([("slow", 11), ("fast", 101), ("middle", 21)]):
        path = write(folder / f"{name}.jsonl", *turn(1, 20.0, tokens, 1.0), end=place != 1)
        os.utime(path, (1e9 + place, 1e9 + place))
    (folder / "broken.jsonl").write_text("hello")
    return list(filled(RecordingDirectory(folder)).values())


def test_every_column_sorts_both_ways_and_keeps_what_is_unknown_last(folder: Path) -> None:
    items = library(folder)

    def names(by: str, falling: bool) -> list[str]:
        return [item.path.stem for item in sort(items, BY_NAME[by], falling)]

    assert names("speed", True) == ["fast", "middle", "slow", "broken"]
    assert names("speed", False) == ["slow", "middle", "fast", "broken"]
    assert names("file", False) == ["broken", "fast", "middle", "slow"]
    for column in COLUMNS:
        values = [column.value(item) for item in sort(items, column, True)]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True), column.name
        assert values[len(known) :] == [None] * (len(values) - len(known)), column.name


def test_columns_fit_and_do_not_move_when_figures_come(folder: Path) -> None:
    known = library(folder)
    pending = [ListedRecording(item.info) for item in known]
    for width, files in product(range(1, 220), (True, False, None)):
        columns = layout(width, known, "state", files=files)
        assert columns
        assert layout(width, pending, "state", files=files) == columns
        for texts in [titles(columns, BY_NAME["state"], True), *(row(i, columns) for i in known)]:
            assert len("  ".join(texts)) <= width
        assert width < 40 or "state" in [column.name for column, _ in columns]


def test_names_of_files_stand_in_the_list_where_somebody_gave_them(folder: Path) -> None:
    write(folder / "2026-01-01T00-00-00_a.jsonl")
    own = RecordingDirectory(folder).scan()
    assert "file" not in [column.name for column, _ in layout(150, own)]
    write(folder / "baseline.jsonl")
    items = RecordingDirectory(folder).scan()
    columns = layout(150, items)
    assert "file" in [column.name for column, _ in columns]
    shown = {item.path.name: row(item, columns)[-1].strip() for item in items}
    assert shown == {"2026-01-01T00-00-00_a.jsonl": "", "baseline.jsonl": "baseline.jsonl"}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("2026-01-01T00-00-01_demo", False),
        ("2026-01-01T00-00-01_demo-2", False),
        ("2026-01-01T00-00-01_no-model", False),
        ("2026-01-01T00-00-01_watch-3", False),
        ("2026-01-01T00-00-01_demo my first run", True),
        ("2026-01-01T00-00-01_demo-mine", True),
        ("2026-01-01", True),
        ("my first run", True),
    ],
)
def test_a_name_that_somebody_gave_is_shown_whatever_it_begins_with(
    folder: Path, name: str, given: bool
) -> None:
    loaded = events.LoadEnd(t=11.0, model="mlx-community/demo")
    write(folder / f"{name}.jsonl", loaded, *turn(1, 20.0, 11, 1.0))
    items = RecordingDirectory(folder).scan()
    columns = layout(160, items)
    assert ("file" in [column.name for column, _ in columns]) is given
    assert any(name[:17] in text for text in row(items[0], columns)) is given


@pytest.mark.parametrize("renamed", [False, True])
def test_runs_of_one_minute_are_told_apart_where_there_is_room(folder: Path, renamed: bool) -> None:
    for second in (1, 2):
        name = "baseline of today" if renamed and second == 1 else f"2026-01-01T00-00-0{second}_a"
        path = write(folder / f"{name}.jsonl", *turn(second, 20.0, 11, 1.0))
        moved = path.read_bytes().replace(b"1700000000.0", f"170000000{second}.0".encode())
        path.write_bytes(moved)
    items = RecordingDirectory(folder).scan()
    columns = layout(113, items)  # what a screen of 120 leaves
    shown = [column.name for column, _ in columns]
    assert shown == ["date", "model", "length", "speed", "used", "pressure", "state", "prompt"]
    dates = {row(item, columns)[0] for item in items}
    assert len(dates) == 2
    assert not [date for date in dates if "…" in date]
    prompts = {row(item, columns)[shown.index("prompt")].strip() for item in items}
    first = "baseline of today:…" if renamed else "question 1"
    assert prompts == {first, "question 2"}
    narrow = layout(73, items)  # what a screen of 80 leaves
    assert [column.name for column, _ in narrow] == ["date", "model", "speed", "state", "prompt"]


@pytest.mark.parametrize("width", [73, 113, 150, 193])
def test_columns_stay_where_they_are_whatever_is_sorted_by(folder: Path, width: int) -> None:
    items = library(folder)
    usual = layout(width, items)
    before = [(column.name, cells) for column, cells in usual if column.name != "prompt"]
    for by in COLUMNS:
        now = [(column.name, cells) for column, cells in layout(width, items, by.name)]
        beside = [place for place in now if place[0] not in ("prompt", by.name)]
        assert beside == [place for place in before if place[0] != by.name]
        if any(column.name == "prompt" for column, _ in usual):
            assert by.name in ("file", *(name for name, _ in now)), by.name
        assert len("  ".join(titles(layout(width, items, by.name), by, True))) <= width


def test_of_a_file_that_cannot_be_read_nothing_is_made_up(folder: Path) -> None:
    items = library(folder)
    for by in ("date", "wired", "speed"):
        for falling in (True, False):
            assert sort(items, BY_NAME[by], falling)[-1].path.name == "broken.jsonl"
    broken = next(item for item in items if item.info.problem)
    columns = layout(100, items)
    shown = dict(zip((column.name for column, _ in columns), row(broken, columns), strict=True))
    told = [shown[name].strip() for name in ("date", "model", "state", "prompt")]
    assert told == ["—", "—", "unreadable", "broken.jsonl"]


# -- handling --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "why"),
    [
        ("", "needs a name"),
        ("   ", "needs a name"),
        ("../up", "cannot contain /"),
        ("a\\b", "or \\"),
        (".hidden", "dot"),
        ("a\x1b[31m", "control"),
        ("a\nb", "control"),
        ("a\u202eb", "control"),
        ("x" * 260, "longer"),
        ("there", "already"),
    ],
)
def test_names_that_are_refused(folder: Path, stem: str, why: str) -> None:
    write(folder / "there.jsonl")
    path = write(folder / "a.jsonl")
    (item,) = [item for item in RecordingDirectory(folder).scan() if item.path == path]
    with pytest.raises(file_actions.FileActionRefused, match=why.replace("\\", "\\\\")):
        file_actions.rename(item, stem)
    assert sorted(path.name for path in folder.iterdir()) == ["a.jsonl", "there.jsonl"]


def test_a_new_name_keeps_the_suffix(folder: Path) -> None:
    path = write(folder / "a.jsonl.gz")
    (item,) = RecordingDirectory(folder).scan()
    renamed = file_actions.rename(item, " best one ")
    assert renamed.path.name == "best one.jsonl.gz"
    assert renamed.path.is_file()
    assert not path.exists()


def test_what_is_written_or_came_along_is_left_alone(folder: Path) -> None:
    file = RecordingFile(folder, "now")
    file.write(events.encode(header()))
    (running,) = RecordingDirectory(folder).scan()
    (shipped,) = RecordingDirectory(folder, shipped=True).scan()
    for item, why in ((running, "being written"), (shipped, "came with mlxtop")):
        with pytest.raises(file_actions.FileActionRefused, match=why):
            file_actions.delete(item)
        with pytest.raises(file_actions.FileActionRefused, match=why):
            file_actions.rename(item, "b")
    file.close()
    assert file_actions.delete(running) == len(events.encode(header()))
    assert list(folder.iterdir()) == []
    with pytest.raises(file_actions.FileActionRefused, match="cannot be deleted: No such file"):
        file_actions.delete(running)
