"""Reading whatever a file may hold."""

import gzip
import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mlxtop import events
from mlxtop.events import AnyEvent, encode
from mlxtop.recording import Recording, RecordingError, read, recordings
from mlxtop.recording import reader as reader_module
from mlxtop.recording.check import unsound
from mlxtop.recording.migrate import migrate
from mlxtop.recording.reader import is_recording
from mlxtop.recording.redact import redact
from mlxtop.recording.validate import validate
from tests.recording.desk import HEADER, sample, turn, user

RUN: list[AnyEvent] = [HEADER, sample(2), user(3), *turn(4), events.End(t=6)]


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def test_a_good_recording(path: Path) -> None:
    write(path, *map(encode, RUN))
    with Recording(path) as recording:
        assert recording.header == HEADER
        assert list(recording.events()) == RUN
        report = recording.report
    assert (report.lines, report.events, report.bad, report.torn) == (8, 8, 0, False)
    assert report.clean
    assert report.sentences() == []
    assert list(read(path)) == RUN


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_mark_of_utf_8_at_the_head_is_passed_over(
    path: Path, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    plain = b"".join(map(encode, RUN))
    path.write_bytes(pack(b"\xef\xbb\xbf" + plain))
    assert list(read(path)) == RUN
    assert is_recording(path)
    assert validate(path).lines == len(RUN)
    (info,) = recordings(tmp_path)
    assert info.problem == ""
    for make in (migrate, redact):
        made = tmp_path / f"{make.__name__}.jsonl"
        make(path, made)
        assert made.read_bytes().startswith(b'{"kind":"header"')


def test_other_bytes_of_no_text_are_no_recording(path: Path) -> None:
    write(path, b"\xef\xbb", *map(encode, RUN))
    with pytest.raises(RecordingError, match="is not a recording of mlxtop"):
        Recording(path)


@pytest.mark.parametrize(
    "line",
    [
        '{"kind":"mark","t":%s}',
        '{"kind":"turn_start","t":1,"turn":%s,"index":1}',
        '{"kind":"sample","t":1,"values":{"a.b":%s}}',
        '{"kind":"tokens","t":1,"turn":1,"times":[%s]}',
        '{"kind":"benchmark_start","t":1,"benchmark":1,"plan":"tokens","points":[],'
        '"settings":{"limit":%s}}',
    ],
)
def test_a_number_of_thousands_of_digits_is_a_bad_line_with_words(path: Path, line: str) -> None:
    write(path, encode(HEADER), (line % ("7" * 5000)).encode() + b"\n", encode(events.End(t=2)))
    verdict = validate(path)
    assert verdict.errors == 1
    assert verdict.problems[0].text.endswith("is out of range")
    with Recording(path) as recording:
        assert len(list(recording.events())) == 2


@pytest.mark.parametrize("field", ["t", "schema"])
def test_a_header_of_such_a_number_is_refused_in_a_sentence(path: Path, field: str) -> None:
    header = encode(HEADER).replace(f'"{field}":1'.encode(), f'"{field}":{"7" * 5000}'.encode())
    write(path, header)
    with pytest.raises(RecordingError, match="header"):
        Recording(path)


def test_cut_at_every_byte(path: Path) -> None:
    whole = b"".join(map(encode, RUN))
    ends = [0]
    for event in RUN:
        ends.append(ends[-1] + len(encode(event)))
    for cut in range(len(whole)):
        write(path, whole[:cut])
        if cut < ends[1] - 1:
            with pytest.raises(RecordingError):
                Recording(path)
            continue
        with Recording(path) as recording:
            seen = list(recording.events())
        # A line that lacks only its newline is whole.
        assert seen == RUN[: sum(end - 1 <= cut for end in ends[1:])]
        assert recording.report.bad == 0
        assert recording.report.torn == all(cut not in (end, end - 1) for end in ends)


def test_bad_lines_are_skipped_counted_and_named(path: Path) -> None:
    good = encode(sample(2))
    bad = [
        b"not json\n",
        b"\n",
        b"[1, 2]\n",
        b'{"kind":"sample","t":"x","values":{}}\n',
        b'{"kind":"sample","t":-1,"values":{}}\n',
        b'{"kind":"sample","t":1e13,"values":{}}\n',
        b'{"kind":"sample","t":1e999,"values":{}}\n',
        b'{"kind":"sample","t":NaN,"values":{}}\n',
        b'{"kind":"anchor","t":1,"wall":1e300}\n',
        b'{"kind":"tokens","t":1,"turn":1,"times":[1,2],"text":["a"]}\n',
        b'{"kind":"tokens","t":1,"turn":1,"times":[1,-2]}\n',
        b'{"kind":"message","t":1,"index":0,"role":"user","text":"\xff"}\n',
        b'{"kind":"sample","t":2,"values":' + b"[" * 100_000 + b"\n",
        b"\x00\x00\x00\n",
    ]
    write(path, encode(HEADER), *[line for one in bad for line in (one, good)])
    with Recording(path) as recording:
        assert list(recording.events()) == [HEADER, *[sample(2)] * len(bad)]
        report = recording.report
    assert report.bad == len(bad)
    assert [line.number for line in report.bad_lines] == list(range(2, 22, 2))
    assert all(line.reason for line in report.bad_lines)
    assert not report.clean
    assert "line 2" in report.sentences()[0]


def test_kinds_and_fields_of_a_later_version(path: Path) -> None:
    write(
        path,
        encode(HEADER),
        b'{"kind":"weather","t":2,"rain":true}\n',
        b'{"kind":"sample","t":3,"values":{},"mood":[{"a":1}]}\n',
        b'{"kind":"weather","t":4}\n',
    )
    with Recording(path) as recording:
        assert list(recording.events()) == [HEADER, events.Sample(t=3, values={})]
    assert recording.report.unknown == {"weather": 2}
    assert recording.report.bad == 0
    assert "weather" in recording.report.sentences()[0]


def test_a_line_too_long_is_not_held_in_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "LONGEST_LINE_BYTES", 1000)
    long = b'{"kind":"mark","t":1,"note":"' + b"x" * 5000 + b'"}\n'
    fits = events.Mark(t=2, note="y" * (1000 - len(encode(events.Mark(t=2, note="y"))) + 1))
    assert len(encode(fits)) == 1000
    write(path, encode(HEADER), long, encode(fits), encode(sample(3)), long[:-1])
    with Recording(path) as recording:
        assert list(recording.events()) == [HEADER, fits, sample(3)]
    assert [line.number for line in recording.report.bad_lines] == [2, 5]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello\n", "first line is not a header"),
        (b"\x89PNG\r\n\x1a\n" * 100, "first line is not a header"),
        (b"[" * 100_000, "first line is not a header"),
        (b"{}\n", "JSON, but not a header"),
        (encode(sample(1)), "JSON, but not a header"),
        (b'{"kind":"header","t":1}\n', "JSON, but not a header"),
        (b'{"kind":"header","schema":0}\n', "JSON, but not a header"),
        (b'{"kind":"header","schema":1,"t":1}\n', "header is damaged"),
        (encode(msgspec.structs.replace(HEADER, t=-1.0)), "out of range"),
        (b'{"kind":"header","schema":7,"new":{}}\n', "schema 7.*up to 1.*update mlxtop"),
    ],
)
def test_what_is_no_recording_is_told_in_a_sentence(path: Path, content: bytes, words: str) -> None:
    with pytest.raises(RecordingError, match=words) as told:
        Recording(write(path, content))
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="is a directory"):
        Recording(tmp_path)
    with pytest.raises(RecordingError, match="does not exist"):
        Recording(tmp_path / "none.jsonl")
    with pytest.raises(RecordingError, match="cannot be opened"):
        Recording(tmp_path / "nul\0byte")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingError, match="is not a file"):
        Recording(tmp_path / "pipe")


def test_no_permission(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, encode(HEADER))

    def refuse(*args: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RecordingError, match="permission denied"):
        Recording(path)


def test_an_escape_sequence_in_a_name_is_shown_not_sent(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as told:
        Recording(tmp_path / "\x1b[31m.jsonl")
    assert "\x1b" not in str(told.value)


times = st.floats(0, 1e12, allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.integers(0, 1 << 40)
any_event: st.SearchStrategy[AnyEvent] = st.one_of(
    st.builds(events.Anchor, t=times, wall=times),
    st.builds(
        events.Sample,
        t=times,
        values=st.dictionaries(texts, st.none() | st.floats(-1e30, 1e30)),
    ),
    st.builds(
        events.MlxMemory, t=times, active_bytes=counts, cache_bytes=counts, peak_bytes=counts
    ),
    st.builds(events.Message, t=times, index=counts, text=st.none() | texts),
    st.builds(events.TurnStart, t=times, turn=counts, index=counts),
    st.builds(
        lambda t, pieces, channel: events.Tokens(
            t=t, turn=1, times=[t] * len(pieces), text=pieces, channel=channel
        ),
        times,
        st.lists(texts, max_size=5),
        st.sampled_from(["reply", "thinking"]),
    ),
    st.builds(events.Mark, t=times, note=texts),
    st.builds(events.Error, t=times, text=texts, log=st.lists(texts, max_size=3)),
)


@given(st.lists(any_event, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(path: Path, given_events: list[AnyEvent]) -> None:
    write(path, encode(HEADER), *map(encode, given_events))
    assert all(not unsound(event) for event in given_events)
    assert list(read(path)) == [HEADER, *given_events]


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_scrambled_recordings_never_raise_anything_else(path: Path, data: st.DataObject) -> None:
    whole = bytearray(b"".join(map(encode, RUN)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        with Recording(write(path, bytes(whole))) as recording:
            seen = list(recording.events())
    except RecordingError:
        return
    assert all(not unsound(event) for event in seen)
    assert recording.report.events == len(seen)


@given(st.binary(max_size=300))
@example(b'{"kind":"sample","t":99999999999999999999999999999999,"values":{}}')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_after_the_header(path: Path, tail: bytes) -> None:
    write(path, encode(HEADER), tail)
    assert next(iter(list(read(path)))) == HEADER


def test_the_list_of_recordings(tmp_path: Path) -> None:
    assert recordings(tmp_path / "none") == []
    load = events.LoadEnd(t=1, model="org/name")
    filler = [events.Mark(t=5, note="x" * 1000)] * 300
    write(tmp_path / "2026-01-01T00-00-00_a.jsonl", *map(encode, [HEADER, load, *filler, *RUN[1:]]))
    later = msgspec.structs.replace(HEADER, wall=HEADER.wall + 10, text=False)
    write(tmp_path / "2026-01-02T00-00-00_b.jsonl", *map(encode, [later, *RUN[1:-1]]), b'{"ki')
    write(tmp_path / "broken.jsonl", b"hello")
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "other.txt").write_text("no recording")
    found = {info.path.name: info for info in recordings(tmp_path)}
    assert len(found) == 4
    good = found["2026-01-01T00-00-00_a.jsonl"]
    assert (good.model, good.clean, good.running, good.text) == ("org/name", True, False, True)
    assert good.seconds == 5
    assert good.wall == HEADER.wall
    torn = found["2026-01-02T00-00-00_b.jsonl"]
    assert (torn.model, torn.clean, torn.text, torn.seconds) == ("b", False, False, 4)
    assert "not a header" in found["broken.jsonl"].problem
    assert "directory" in found["folder.jsonl"].problem
    order = [info.path.name for info in recordings(tmp_path) if not info.problem]
    assert order == ["2026-01-02T00-00-00_b.jsonl", "2026-01-01T00-00-00_a.jsonl"]


def test_a_file_that_grows_while_it_is_read(path: Path) -> None:
    write(path, encode(HEADER))
    recording = Recording(path)
    growing = recording.events()
    next(growing)
    writer = threading.Thread(target=lambda: path.open("ab").write(encode(sample(2))))
    writer.start()
    writer.join()
    assert next(growing) == sample(2)
    recording.close()
