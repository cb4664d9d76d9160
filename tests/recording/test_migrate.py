"""A recording of an older schema is brought to the current one, or left as it was."""

import gzip
import os
import stat
from pathlib import Path

import pytest
import zstandard

from mlxtop import events
from mlxtop.commands.app import build
from mlxtop.files import rewrite
from mlxtop.recording.file import RecordingFile
from mlxtop.recording.migrate import STEPS, Line, migrate, schema_in
from mlxtop.recording.reader import LONGEST_LINE_BYTES, read
from mlxtop.recording.report import RecordingError

app = build()

OLD = (
    b'{"kind":"header","t":1.0,"schema":1,"wall":5.0,"clock":"c","mlxtop":"0","later":[1]}\n'
    b'{"kind":"mark","t":2.0,"text":"here","face":"ada"}\n'
    b'{"kind":"from the future","t":3.0,"x":{"y":null}}\n'
    b"no JSON\n"
    b'{"kind":"mark","t":4.0}\n'
    b'{"kind":"mark","t":5.0,"text":"there"}\n'
    b'{"kind":"mark","t":6'
)


def rename(line: Line) -> Line:
    """What a mark says was once called its text."""
    if line["kind"] == "mark":
        line["note"] = line.pop("text")
    return line


def louder(line: Line) -> Line:
    """A second step, which sees what the first made."""
    if line["kind"] == "mark":
        line["note"] = line["note"].upper()
    return line


TWO_STEPS = {1: rename, 2: louder}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    path.write_bytes(OLD)
    path.chmod(0o640)
    os.utime(path, (1e9, 1e9))
    return path


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_there_is_a_step_from_every_schema_before_the_current() -> None:
    assert set(STEPS) == set(range(1, events.SCHEMA_VERSION))


def test_what_a_step_does_not_speak_of_is_kept(old: Path) -> None:
    done = migrate(old, None, steps=TWO_STEPS, current=3)
    assert old.read_bytes().splitlines(keepends=True) == [
        b'{"kind":"header","t":1.0,"schema":3,"wall":5.0,"clock":"c","mlxtop":"0","later":[1]}\n',
        b'{"kind":"mark","t":2.0,"face":"ada","note":"HERE"}\n',
        b'{"kind":"from the future","t":3.0,"x":{"y":null}}\n',
        b"no JSON\n",
        b'{"kind":"mark","t":4.0}\n',
        b'{"kind":"mark","t":5.0,"note":"THERE"}\n',
        b'{"kind":"mark","t":6',
    ]
    assert (done.old, done.new, done.lines, done.kept) == (1, 3, 7, 3)


def test_in_place_the_backup_is_the_file_as_it_was(old: Path) -> None:
    migrate(old, None, steps=TWO_STEPS, current=3)
    backup = old.with_name("run.jsonl.bak")
    assert backup.read_bytes() == OLD
    assert names(old) == ["run.jsonl", "run.jsonl.bak"]
    for path in (old, backup):
        status = path.stat()
        assert stat.S_IMODE(status.st_mode) == 0o640
        assert status.st_mtime == 1e9, "which recording is the newest is told by it"


def test_a_backup_is_never_written_over(old: Path) -> None:
    backup = old.with_name("run.jsonl.bak")
    backup.write_text("dear")
    with pytest.raises(RecordingError, match=r"run\.jsonl\.bak already exists: move it away"):
        migrate(old, None, steps=TWO_STEPS, current=3)
    assert (old.read_bytes(), backup.read_text()) == (OLD, "dear")
    assert names(old) == ["run.jsonl", "run.jsonl.bak"]


def test_to_another_file_the_first_is_left_alone(old: Path) -> None:
    target = old.with_name("new.jsonl")
    migrate(old, target, steps=TWO_STEPS, current=3)
    assert old.read_bytes() == OLD
    assert b"THERE" in target.read_bytes()
    with pytest.raises(RecordingError, match="already exists"):
        migrate(old, target, steps=TWO_STEPS, current=3)
    assert names(old) == ["new.jsonl", "run.jsonl"]


def test_a_link_keeps_pointing_at_the_file(old: Path) -> None:
    link = old.with_name("latest.jsonl")
    link.symlink_to(old.name)
    migrate(link, None, steps=TWO_STEPS, current=3)
    assert link.is_symlink()
    assert b"THERE" in old.read_bytes()
    assert names(old) == ["latest.jsonl", "run.jsonl", "run.jsonl.bak"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_was_packed_is_packed_again(tmp_path: Path, suffix: str) -> None:
    pack = gzip.compress if suffix == ".gz" else zstandard.compress
    path = tmp_path / f"run.jsonl{suffix}"
    path.write_bytes(pack(OLD))
    migrate(path, None, steps=TWO_STEPS, current=3)
    assert path.read_bytes()[:2] in (b"\x1f\x8b", b"\x28\xb5")
    migrate(path, tmp_path / "plain.jsonl", steps={3: lambda line: line}, current=4)
    assert b'"note":"THERE"' in (tmp_path / "plain.jsonl").read_bytes()


def test_the_current_schema_is_left_alone(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rewrite.migrate_file(old, None) == 0
    assert rewrite.asked_how(old) == 0
    assert capsys.readouterr().out == f"{old} is already schema 1: nothing to do.\n" * 2
    assert old.read_bytes() == OLD
    assert names(old) == ["run.jsonl"]
    assert schema_in(old) == 1


def test_the_current_schema_is_copied_where_another_file_is_named(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, packed = old.with_name("new.jsonl"), old.with_name("new.jsonl.gz")
    assert rewrite.migrate_file(old, new) == 0
    assert capsys.readouterr().out == f"{old} is already schema 1: {new} is a copy of it.\n"
    assert new.read_bytes() == OLD
    assert rewrite.migrate_file(old, packed) == 0
    assert gzip.decompress(packed.read_bytes()) == OLD
    assert rewrite.migrate_file(old, new) == 1
    assert "already exists" in capsys.readouterr().err


@pytest.mark.parametrize("current", [1, 3])
def test_a_packed_file_whose_end_is_missing_is_left_alone(tmp_path: Path, current: int) -> None:
    path = tmp_path / "run.jsonl.gz"
    path.write_bytes(gzip.compress(OLD)[:-8])
    with pytest.raises(RecordingError, match="was not changed: its end is missing"):
        migrate(path, tmp_path / "new.jsonl", steps=TWO_STEPS, current=current)
    assert names(path) == ["run.jsonl.gz"]


def test_a_header_of_a_second_run_has_a_schema_of_its_own(old: Path) -> None:
    old.write_bytes(
        b'{"kind":"header","schema":1}\n{"kind":"mark","text":"a"}\n'
        b'{"kind":"header","schema":2}\n{"kind":"mark","note":"b"}\n'
        b'{"kind":"header","schema":"?"}\n{"kind":"mark","note":"c"}\n'
    )
    migrate(old, None, steps=TWO_STEPS, current=3)
    said = old.read_bytes()
    assert said.count(b'"schema":3') == 3
    assert all(note in said for note in (b'"note":"A"', b'"note":"B"', b'"note":"c"'))


def test_a_line_too_long_to_be_read_is_copied(old: Path) -> None:
    long = b'{"kind":"mark","t":2,"text":"' + b"x" * (2 * LONGEST_LINE_BYTES + 5) + b'"}\n'
    old.write_bytes(b'{"kind":"header","schema":1}\n' + long + b'{"kind":"mark","text":"a"}\n')
    done = migrate(old, None, steps=TWO_STEPS, current=3)
    assert old.read_bytes().endswith(long + b'{"kind":"mark","note":"A"}\n')
    assert (done.lines, done.kept) == (3, 1)


def test_what_fails_leaves_everything_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "link", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, refuse)
            with pytest.raises(RecordingError, match="No space left"):
                migrate(old, None, steps=TWO_STEPS, current=3)
        assert old.read_bytes() == OLD
        assert names(old) == ["run.jsonl"], name


def test_damaged_packed_data_are_said_to_be_that(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl.gz"
    whole = bytearray(gzip.compress(OLD + b'{"kind":"mark","t":7,"text":"xyz"}\n' * 9))
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(RecordingError, match="cannot be read"):
        migrate(path, None, steps=TWO_STEPS, current=3)
    assert names(path) == ["run.jsonl.gz"]


def test_a_file_system_without_links_gets_a_copy(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    migrate(old, None, steps=TWO_STEPS, current=3)
    assert old.with_name("run.jsonl.bak").read_bytes() == OLD
    assert b"THERE" in old.read_bytes()


def test_a_recording_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path, "run")
    file.write(OLD)
    with pytest.raises(RecordingError, match="is being written: end that run first"):
        migrate(file.path, None, steps=TWO_STEPS, current=3)
    file.close()


def test_the_command(
    old: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[int | str | None, str]:
        with pytest.raises(SystemExit) as left:
            app(["migrate", *words], prog_name="mlxtop")
        told = capsys.readouterr()
        return left.value.code, told.out + told.err

    assert run(str(old)) == (0, f"{old} is already schema 1: nothing to do.\n")
    assert run(str(old), "--in-place", "-o", "x")[0] == 2
    assert run(str(old.with_name("none")), "--in-place")[0] == 1
    monkeypatch.setattr(rewrite, "SCHEMA_VERSION", 3)
    code, said = run(str(old))
    assert (
        code,
        said.endswith("has schema 1: --in-place or --output converts it to schema 3.\n"),
    ) == (
        2,
        True,
    )
    monkeypatch.setattr(
        rewrite, "migrate", lambda *given: migrate(*given, steps=TWO_STEPS, current=3)
    )
    code, said = run(str(old), "--in-place")
    assert code == 0
    assert f"{old} has schema 3 now, 1 before; 7 lines." in said
    assert "3 lines could not be read and were kept as they were." in said
    assert f"The old file is {old}.bak" in said


def test_what_is_migrated_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(OLD.replace(b'"schema":1', b'"schema":3'))
    with pytest.raises(RecordingError, match="update mlxtop"):
        migrate(path, None)
    path.write_bytes(OLD)
    migrate(path, tmp_path / "new.jsonl", steps={1: rename}, current=2)
    new = tmp_path / "new.jsonl"
    new.write_bytes(new.read_bytes().replace(b'"schema":2', b'"schema":1'))
    marks = [event.note for event in read(new) if isinstance(event, events.Mark)]
    assert marks == ["here", "", "there"]
