"""Recordings outside of the screen: packed, checked, listed, redacted."""

import gzip
import json
import os
import random
import re
import subprocess
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mlxtop import events
from mlxtop.commands.app import build
from mlxtop.events import AnyEvent
from mlxtop.exports import asked
from mlxtop.files import checks, recordings, rewrite
from mlxtop.recording import unpack
from mlxtop.recording.check import schema_text
from mlxtop.recording.file import RecordingFile
from mlxtop.recording.library import broken_run, inspect
from mlxtop.recording.migrate import migrate
from mlxtop.recording.reader import Recording, read
from mlxtop.recording.recorder import Recorder
from mlxtop.recording.redact import redact
from mlxtop.recording.report import RecordingError
from mlxtop.recording.validate import Problem, validate
from mlxtop.sources.replay import Replay
from tools import format_reference

app = build()

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "recordings").glob("*.jsonl"))
DEMO = ROOT / "recordings" / "demo.jsonl"
SECRETS = ("sesame", "/home/ada", "ada-laptop")


def written(path: Path, said: list[AnyEvent], end: bool = True) -> Path:
    path.write_bytes(b"".join(map(events.encode, said)))
    if end:
        with path.open("ab") as file:
            file.write(events.encode(events.End(t=max(event.t for event in said))))
    return path


def header(**more: object) -> events.Header:
    return events.Header(
        t=10.0,
        schema=1,
        wall=1e9,
        clock="test",
        mlxtop="0",
        **more,  # type: ignore[arg-type]
    )


def turn(number: int, t: float, count: int = 2, told: int | None = None) -> list[AnyEvent]:
    times = [t + 0.1 * (place + 1) for place in range(count)]
    return [
        events.TurnStart(t=t, turn=number, index=1),
        events.Tokens(t=times[-1], turn=number, times=times, text=["sesame "] * count),
        events.TurnEnd(
            t=times[-1],
            turn=number,
            finish_reason="stop",
            generation_tokens=count if told is None else told,
            prompt_tokens=1,
        ),
    ]


def pack(plain: bytes, suffix: str) -> bytes:
    return gzip.compress(plain) if suffix == ".gz" else zstandard.compress(plain)


# -- packed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_recording_holds_the_same_events(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"run.jsonl{suffix}"
    path.write_bytes(pack(DEMO.read_bytes(), suffix))
    assert list(read(path)) == list(read(DEMO))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_packed_files_that_were_joined_are_one(tmp_path: Path, suffix: str) -> None:
    plain = DEMO.read_bytes()
    middle = plain.index(b"\n", len(plain) // 2) + 1
    path = tmp_path / f"run.jsonl{suffix}"
    path.write_bytes(pack(plain[:middle], suffix) + pack(plain[middle:], suffix))
    assert list(read(path)) == list(read(DEMO))


def cut(folder: Path, suffix: str) -> tuple[Path, int]:
    """A packed recording of several blocks that ends in its middle, and its whole lines."""
    draw = random.Random(1)
    notes = ("".join(draw.choices("abcdefghijklmnop", k=200)) for _ in range(2500))
    said = [header(), *(events.Mark(t=11.0, note=note) for note in notes), events.End(t=12.0)]
    plain = b"".join(map(events.encode, said))
    packed = pack(plain, suffix)
    path = folder / f"run.jsonl{suffix}"
    path.write_bytes(packed[: len(packed) * 3 // 5])
    return path, sum(1 for _ in read(path))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_file_that_is_cut_off_is_called_so_and_read_as_far_as_it_goes(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, lines = cut(tmp_path, suffix)
    assert 500 < lines < 2500
    words = f"the compressed file is cut off: only {lines:,} lines could be read"
    assert checks.check([path]) == 1
    assert f"{path}: error: {words}\n{path}: 1 error; {lines:,} lines, " in capsys.readouterr().out
    replay = Replay(Recording(path))
    replay.read_all()
    assert replay.said == f"T{words[1:]}."
    assert recordings.list_recordings(tmp_path, exports=asked("recordings", json=True)) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["state"], told["cut_off"], told["remarks"]) == ("damaged", True, [replay.said])


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_file_of_which_nothing_is_left_is_not_called_empty(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"run.jsonl{suffix}"
    path.write_bytes(pack(DEMO.read_bytes(), suffix)[:100])
    for does in (lambda: list(read(path)), lambda: migrate(path, tmp_path / "out.jsonl")):
        with pytest.raises(RecordingError, match="is cut off: only 0 lines could be read"):
            does()
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="is empty"):
        list(read(path))


@settings(max_examples=40)
@given(share=st.floats(0, 1))
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_recording_cut_anywhere_gives_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, share: float
) -> None:
    whole = list(read(DEMO))
    packed = pack(DEMO.read_bytes(), suffix)
    path = tmp_path_factory.mktemp("cut") / f"run.jsonl{suffix}"
    path.write_bytes(packed[: int(share * len(packed))])
    try:
        found = list(read(path))
    except RecordingError:
        return
    assert found == whole[: len(found)]


@settings(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_flipped_bit_is_a_sentence_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, place: float, bit: int
) -> None:
    packed = bytearray(pack(DEMO.read_bytes(), suffix))
    packed[int(place * len(packed))] ^= 1 << bit
    path = tmp_path_factory.mktemp("flip") / f"run.jsonl{suffix}"
    path.write_bytes(packed)
    with suppress(RecordingError):
        for event in read(path):
            assert isinstance(event, events.Event)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("piped", [False, True])
def test_what_is_packed_is_told_by_its_first_bytes_and_not_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, piped: bool
) -> None:
    path, plain = tmp_path / "run.jsonl", tmp_path / f"run.jsonl{suffix}"
    path.write_bytes(pack(DEMO.read_bytes(), suffix))
    plain.write_bytes(DEMO.read_bytes())
    for file in (path, plain):
        asked: Path = file
        with subprocess.Popen(["cat", file], stdout=subprocess.PIPE) as cat:
            if piped:
                assert cat.stdout is not None
                number = cat.stdout.fileno()
                monkeypatch.setattr(os, "dup", lambda _, number=number, dup=os.dup: dup(number))
                asked = Path("-")
            assert list(read(asked)) == list(read(DEMO))
            monkeypatch.undo()
    found = inspect(path)
    assert found is not None
    assert found.clean is None, "only reading all of it tells"
    assert inspect(plain) == replace(
        inspect(DEMO) or found, path=plain, modified=plain.stat().st_mtime
    )


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_a_file_of_a_few_bytes_is_a_sentence(tmp_path: Path, size: int) -> None:
    for suffix in (".gz", ".zst"):
        path = tmp_path / "short.jsonl"
        path.write_bytes(pack(b"{}", suffix)[:size])
        with pytest.raises(RecordingError, match="could be read" if size else "is empty"):
            list(read(path))


def test_a_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "ALWAYS_ALLOWED_BYTES", 1 << 20)
    path = tmp_path / "bomb.jsonl.gz"
    first = events.encode(header())
    pack = zlib.compressobj(9, wbits=31)
    path.write_bytes(
        b"".join([pack.compress(first), *(pack.compress(b"\0" * (1 << 20)) for _ in range(64))])
        + pack.flush()
    )
    monkeypatch.setattr(unpack, "MOST_TIMES_LARGER", 100)
    with pytest.raises(RecordingError, match="far more than any recording contains"):
        list(read(path))


# -- check -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted((ROOT / "recordings").glob("*.jsonl")), ids=lambda p: p.name
)
def test_shipped_recordings_are_sound(path: Path) -> None:
    verdict = validate(path)
    assert verdict.sound
    assert verdict.problems == []
    assert verdict.events == verdict.lines > 10


def problems(path: Path, said: list[AnyEvent], end: bool = True) -> list[Problem]:
    return validate(written(path, said, end)).problems


def test_what_is_wrong_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    assert problems(path, [header(), *turn(1, 11.0)]) == []
    (wrong,) = problems(path, [header(), *turn(1, 11.0, told=5)])
    assert (wrong.line, wrong.error) == (4, True)
    assert "ends with 5 tokens, and 2 were recorded" in wrong.text
    (wrong,) = problems(path, [header(), *turn(1, 11.0)[:2]])
    assert wrong.line == 4
    assert "turn 1 has no end" in wrong.text
    (wrong,) = problems(path, [header(), *turn(1, 11.0)], end=False)
    assert (wrong.line, wrong.error) == (0, False)
    verdict = validate(path)
    assert (verdict.errors, verdict.remarks) == (0, 1)


def test_times_may_be_late_but_not_run_backwards(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    mark, late = events.Mark(t=12.0), events.Notice(t=11.2, text="late")
    assert problems(path, [header(), mark, late]) == []
    (wrong,) = problems(path, [header(), mark, events.Notice(t=10.5, text="too late")])
    assert "1.5 s late" in wrong.text
    (wrong,) = problems(path, [header(), late, events.Notice(t=11.1, text="back")])
    assert "before that of the notice before it" in wrong.text


def test_one_line_in_the_wrong_place_is_one_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readings: list[AnyEvent] = [
        events.Sample(t=11.0 + place / 5, values={name: 1.0})
        for place in range(60)
        for name in ("cpu.load_1m", "swap.used_bytes")
    ]
    readings[20], readings[90] = readings[90], readings[20]
    path = written(tmp_path / "run.jsonl", [header(), *readings])
    (wrong,) = validate(path).problems
    assert (wrong.line, wrong.more) == (23, 64)
    assert checks.check([path]) == 1
    said = capsys.readouterr().out
    assert f"{path}:23: error: it comes 7.0 s late, and 64 more lines after it\n" in said
    assert f"{path}: 1 error; " in said


def test_tokens_without_their_turn_are_one_error(tmp_path: Path) -> None:
    _, tokens, end = turn(1, 11.0)
    (wrong,) = problems(tmp_path / "run.jsonl", [header(), tokens, tokens, end])
    assert (wrong.line, wrong.more) == (2, 2)


def test_what_is_out_of_order_is_named_by_its_groups(tmp_path: Path) -> None:
    groups = "app", "cpu", "gpu\x1b[31m", "memory", "swap", "thermal"
    values: dict[str, float | None] = {f"{name}.{of}": 1.0 for name in groups for of in "ab"}
    later, earlier = (events.Sample(t=t, values=values) for t in (12.0, 11.5))
    (wrong,) = problems(tmp_path / "run.jsonl", [header(), later, earlier])
    words = "that of the sample of app, cpu, gpu␛[31m, memory and 2 more before it"
    assert wrong.text == f"its time is 0.500 s before {words}"


def test_two_runs_in_one_file_are_one_error(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", [header(), *turn(1, 11.0)])
    path.write_bytes(path.read_bytes() * 2)
    (wrong,) = validate(path).problems
    assert wrong.line == 6
    assert "second header" in wrong.text


def test_lines_that_hold_no_event_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", [header()], end=False)
    with path.open("ab") as file:
        file.write(b'{"kind":"sample","t":11,"values":{"a":"b"}}\nnonsense\n\n')
        file.write(b'{"kind":"later","t":12}\n{"kind":"mark","t":1')
    lines = [(problem.line, problem.error) for problem in validate(path).problems]
    assert lines == [(2, True), (3, True), (4, True), (5, False), (6, False), (0, False)]


@settings(max_examples=60)
@given(data=st.data())
def test_check_never_fails_on_a_damaged_recording(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(DEMO.read_bytes()[:20_000])
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "run.jsonl"
    path.write_bytes(whole)
    try:
        verdict = validate(path)
    except RecordingError:
        return
    assert verdict.lines > 0


def test_fields_of_a_later_version_are_told_once_a_kind(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", [header()])
    more = (
        b'{"kind":"mark","t":11,"face":1}\n' * 3 + b'{"kind":"notice","t":12,"text":"","face":1}\n'
    )
    path.write_bytes(events.encode(header()) + more + events.encode(events.End(t=13)))
    assert [(one.line, one.text) for one in validate(path).problems] == [
        (2, "a field this version does not know: `face` of mark"),
        (5, "a field this version does not know: `face` of notice"),
    ]


def test_a_recording_that_is_being_written_is_not_called_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = RecordingFile(tmp_path, "run")
    file.write(events.encode(header()) + b'{"kind":"ma')
    assert checks.check([file.path]) == 0
    said = capsys.readouterr().out
    assert f"{file.path}: remark: it is being written: this is its state so far" in said
    assert "cut off" not in said
    assert "closed" not in said
    file.close()
    assert checks.check([file.path]) == 0
    said = capsys.readouterr().out
    assert "it was not closed properly" in said
    assert "the last line is cut off" in said


def test_the_exit_status_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path / "good.jsonl", [header(), *turn(1, 11.0)])
    bad = written(tmp_path / "bad.jsonl", [header(), *turn(1, 11.0, told=5)])
    assert checks.check([good]) == 0
    assert "sound; 5 lines, 1 turn, 2 tokens, 0:01" in capsys.readouterr().out
    assert checks.check([good, bad]) == 1
    assert f"{bad}:4: error: turn 1 ends" in capsys.readouterr().out
    assert checks.check([tmp_path / "none"]) == 1
    assert "does not exist" in capsys.readouterr().err
    assert checks.check([good, bad, tmp_path / "none"], as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["sound"] for one in told] == [True, False, False]


def test_a_remark_is_a_failure_where_that_is_asked_for(tmp_path: Path) -> None:
    unclosed = written(tmp_path / "run.jsonl", [header(), *turn(1, 11.0)], end=False)
    sound = written(tmp_path / "sound.jsonl", [header(), *turn(1, 11.0)])

    def status(*words: str) -> int:
        return CliRunner().invoke(app, ["check", *words]).exit_code

    assert status(str(unclosed)) == 0
    assert status("--strict", str(unclosed)) == 1
    assert status("--strict", str(sound)) == 0


# -- the schema ------------------------------------------------------------------------------------


def test_the_documentation_is_made_from_the_events() -> None:
    assert format_reference.SCHEMA.read_text() == schema_text()
    text = format_reference.DOCUMENT.read_text()
    assert text == format_reference.document(text)
    for kind in events.KINDS:
        assert f"### `{kind}`" in text


# -- redact ----------------------------------------------------------------------------------------


def secretive() -> list[AnyEvent]:
    start, tokens, end = turn(1, 13.0)
    return [
        header(host="ada-laptop"),
        events.LoadStart(t=10.5, model="/home/ada/models/tiny", path="/home/ada/models/tiny"),
        events.LoadEnd(t=11.0, model="/home/ada/models/tiny", path="/home/ada/models/tiny"),
        events.Message(t=12.0, index=0, role="user", text="open sesame"),
        start,
        tokens,
        msgspec.structs.replace(end, tail_text="sesame"),
        events.Mark(t=14.0, note="sesame"),
        events.Notice(t=14.1, text="sesame", origin="engine"),
        events.Error(t=14.2, text="sesame", origin="sensors", log=["/home/ada"]),
    ]


def test_a_redacted_recording_keeps_figures_and_no_secrets(tmp_path: Path) -> None:
    source = written(tmp_path / "run.jsonl", secretive())
    target = tmp_path / "out.jsonl"
    removed = redact(source, target)
    said = target.read_text()
    assert not [secret for secret in SECRETS if secret in said]
    before, after = list(read(source)), list(read(target))
    assert [(event.t, type(event)) for event in before] == [(e.t, type(e)) for e in after]
    times = [event.times for event in after if isinstance(event, events.Tokens)]
    assert times == [event.times for event in before if isinstance(event, events.Tokens)]
    loaded = [event.model for event in after if isinstance(event, events.LoadEnd)]
    assert loaded == ["tiny"]
    assert removed.counts["token's text"] == 2
    assert "1 × host name" in removed.sentences()
    assert validate(target).sound


def test_the_name_of_a_model_stays_unless_it_is_given_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, tokens, end = turn(1, 13.0)
    assert isinstance(start, events.TurnStart)
    source = written(
        tmp_path / "run.jsonl",
        [
            header(),
            events.LoadEnd(t=11.0, model="acme/tune", path="/x", draft="/home/ada/small"),
            msgspec.structs.replace(start, draft="/home/ada/small"),
            tokens,
            end,
            events.Unload(t=20.0, model="acme/tune"),
        ],
    )
    kept, other = tmp_path / "kept.jsonl", tmp_path / "other.jsonl"
    assert rewrite.write_redacted(source, kept) == 0
    assert (
        "the model's name (tune, small; --rename-model NAME removes it), its"
        in capsys.readouterr().out
    )
    assert rewrite.write_redacted(source, other, "X") == 0
    assert "the model's name (X, X 2), its sizes" in capsys.readouterr().out
    assert not [word for word in ("ada", "acme") if word in kept.read_text()]
    assert not [word for word in ("acme", "tune", "small") if word in other.read_text()]
    loaded, began, gone = (
        event
        for event in read(other)
        if isinstance(event, events.LoadEnd | events.TurnStart | events.Unload)
    )
    assert isinstance(loaded, events.LoadEnd)
    assert isinstance(began, events.TurnStart)
    assert isinstance(gone, events.Unload)
    assert (loaded.model, loaded.draft, began.draft, gone.model) == ("X", "X 2", "X 2", "X")


def test_a_redacted_recording_replaces_nothing(tmp_path: Path) -> None:
    source = written(tmp_path / "run.jsonl", secretive())
    target = tmp_path / "out.jsonl"
    target.write_text("mine")
    with pytest.raises(RecordingError, match="already exists"):
        redact(source, target)
    assert target.read_text() == "mine"
    for place in (tmp_path / "nowhere" / "out.jsonl", Path("-")):
        with pytest.raises(RecordingError, match="cannot be written"):
            redact(source, place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "run.jsonl"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_redacted_recording_is_packed_as_its_name_says(tmp_path: Path, suffix: str) -> None:
    source = written(tmp_path / "run.jsonl", secretive())
    redact(source, tmp_path / "plain.jsonl")
    packed = tmp_path / f"out.jsonl{suffix}"
    redact(source, packed)
    assert list(read(packed)) == list(read(tmp_path / "plain.jsonl"))
    assert b"header" not in packed.read_bytes()


def test_what_is_redacted_of_a_packed_file_that_was_cut_off_is_said_to_end_early(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = written(tmp_path / "run.jsonl", secretive())
    packed = tmp_path / "run.jsonl.gz"
    redact(whole, packed)
    assert rewrite.write_redacted(packed, tmp_path / "all.jsonl") == 0
    assert "cut off" not in capsys.readouterr().err
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(packed.read_bytes()[:-12])
    assert rewrite.write_redacted(cut, tmp_path / "some.jsonl") == 0
    said = capsys.readouterr().err
    assert re.search(r"cut off: only \d+ lines? could be read; the rest is missing", said)


def test_what_is_not_known_is_left_out_of_a_redacted_recording_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "run.jsonl", [header()], end=False)
    with source.open("ab") as file:
        file.write(b'{"kind":"mark","t":11,"face":"ada","voice":{"of":"ada"}}\n')
        file.write(b'{"kind":"turn_start","t":11,"turn":1,"index":0,"sampling":{"who":"ada"}}\n')
        file.write(b'{"kind":"later","t":12,"text":"ada"}\nada\n{"kind":"mark","t":13,"note":"ada')
    target = tmp_path / "out.jsonl"
    assert rewrite.write_redacted(source, target) == 0
    assert "ada" not in target.read_text()
    assert [event.t for event in read(target)] == [10, 11, 11]
    said = capsys.readouterr().out
    assert "3 × line that is not a known event" in said
    assert "3 × unknown field" in said


# -- list ------------------------------------------------------------------------------------------


def test_the_list_is_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert recordings.list_recordings(tmp_path) == 0
    assert "No recordings" in capsys.readouterr().out
    assert recordings.list_recordings(tmp_path / "none", named=True) == 1
    assert "does not exist" in capsys.readouterr().err
    written(tmp_path / "a.jsonl", [header(), *turn(1, 11.0)])
    written(tmp_path / "b.jsonl", [header(), *turn(1, 11.0)], end=False)
    (tmp_path / "c.jsonl").write_text("nonsense\n")
    damaged = written(tmp_path / "d.jsonl", [header(), *turn(1, 11.0)])
    damaged.write_bytes(damaged.read_bytes().replace(b'"turn_start"', b"start", 1))
    recordings.list_recordings(tmp_path)
    table = capsys.readouterr().out
    for word in ("complete", "incomplete", "unreadable", "damaged", "4 recordings"):
        assert word in table
    recordings.list_recordings(tmp_path, exports=asked("recordings", json=True))
    told = {Path(one["file"]).stem: one for one in json.loads(capsys.readouterr().out)}
    states = {name: one["state"] for name, one in told.items()}
    assert states == {"a": "complete", "b": "unclean", "c": "unreadable", "d": "damaged"}
    assert [told[name]["bad_lines"] for name in "abd"] == [0, 0, 1]


# -- the run before --------------------------------------------------------------------------------


def test_only_the_newest_recording_counts_as_the_last_run(tmp_path: Path) -> None:
    assert broken_run(tmp_path / "none") is None
    assert broken_run(tmp_path) is None
    lost = written(tmp_path / "lost.jsonl", [header(), *turn(1, 11.0)], end=False)
    found = broken_run(tmp_path)
    assert found is not None
    assert found.path == lost
    whole = written(tmp_path / "whole.jsonl", [header(), *turn(1, 11.0)])
    os.utime(lost, (1e9, 1e9))
    os.utime(whole, (1e9 + 1, 1e9 + 1))
    assert broken_run(tmp_path) is None
    os.utime(lost, (1e9 + 2, 1e9 + 2))
    assert broken_run(tmp_path) is not None


def test_a_run_that_is_still_recorded_did_not_break_off(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path, "running")
    file.write(events.encode(header()))
    assert broken_run(tmp_path) is None
    file.close()
    assert broken_run(tmp_path) is not None


def test_an_anonymous_recording_never_holds_what_is_left_out(tmp_path: Path) -> None:
    first, *rest = secretive()
    assert isinstance(first, events.Header)
    recorder = Recorder(tmp_path, header=first, anonymous=True, at_once=True, limit_bytes=None)
    recorder.start()
    for event in rest:
        recorder.put(event)
    recorder.close()
    (path,) = tmp_path.glob("*.jsonl")
    said = path.read_text()
    assert '"tokens"' in said
    assert not [secret for secret in (*SECRETS, "/home") if secret in said]
