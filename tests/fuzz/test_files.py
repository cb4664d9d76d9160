"""No file breaks what reads it: not the reader, not what is drawn of it, not the commands."""

import gzip
import os
import random
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlxtop import events
from mlxtop.events import AnyEvent, encode
from mlxtop.files import checks, rewrite
from mlxtop.findings import findings
from mlxtop.recording import Recording, RecordingError, read, report, unpack
from mlxtop.recording.reader import LONGEST_LINE_BYTES
from mlxtop.recording.validate import validate
from mlxtop.timeline import Timeline
from tests.recording.desk import HEADER, turn, user
from tests.recording.plans import measured
from tools import fuzz
from tools.fuzz_target import draw, look

RUN: list[AnyEvent] = [
    HEADER,
    events.Anchor(t=2.0, wall=1_700_000_002.0),
    events.LoadEnd(t=2.5, model="m", seconds=0.5, parameters=10**9, quantization="4 bits"),
    user(3.0),
    *turn(4.0)[:-1],
    events.TurnEnd(t=5.0, turn=1, finish_reason="stop", generation_tokens=2, tail_text="."),
    events.Sample(t=4.2, values={"memory.used_bytes": 1e9, "memory.total_bytes": 8e9}),
    events.Mark(t=4.5, note="here"),
    events.End(t=6.0),
]
BENCH: list[AnyEvent] = [HEADER, *measured(), events.End(t=200.0)]
DATA = b"".join(map(encode, RUN))
FEW = settings(max_examples=15, suppress_health_check=list(HealthCheck))
MARK = b'{"kind":"mark","t":5.0}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


class Packer(Protocol):
    """What gzip's and zstd's compressors have in common."""

    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


def timeline_of(path: Path) -> Timeline:
    timeline = Timeline()
    for event in read(path):
        timeline.add(event)
    return timeline


def test_cut_at_every_byte(path: Path) -> None:
    whole = len(encode(HEADER))
    for size in range(len(DATA) + 1):
        path.write_bytes(DATA[:size])
        if size < whole - 1:
            with pytest.raises(RecordingError):
                validate(path)
            continue
        # A header without its newline is whole all the same.
        verdict = validate(path)
        assert verdict.errors == 0, "what is cut off is no mistake"
        assert verdict.events == sum(1 for _ in read(path))


@FEW
@given(size=st.integers(0, len(DATA)))
def test_a_cut_recording_is_drawn(path: Path, size: int) -> None:
    path.write_bytes(DATA[:size])
    assert (look(path) == "") == (size >= len(encode(HEADER)) - 1)


@FEW
@given(bit=st.integers(0, 8 * len(DATA) - 1))
def test_a_flipped_bit(path: Path, bit: int) -> None:
    flipped = bytearray(DATA)
    flipped[bit // 8] ^= 1 << bit % 8
    path.write_bytes(flipped)
    refused = look(path)
    assert not refused or bit // 8 < len(encode(HEADER)), "only a damaged header is a reason"


@FEW
@given(seed=st.integers(0, 2**32))
def test_a_damaged_benchmark(tmp_path: Path, seed: int) -> None:
    suffix, data = fuzz.damaged([*map(encode, BENCH)], random.Random(seed))
    path = tmp_path / f"run{suffix}"
    path.write_bytes(data)
    look(path)


@pytest.mark.parametrize(
    "odd",
    [
        events.Trial(t=30.0, benchmark=1, point=-1, number=1, turn=2),
        events.Trial(t=30.0, benchmark=1, point=10**20, number=10**20, turn=2, note="\x1b[31m"),
        events.Trial(t=30.0, benchmark=1, point=0, number=-(10**20), turn=99, failed="\n" * 9),
        events.BenchmarkStart(t=25.0, benchmark=9, plan="\x1b[2J", points=[]),
        events.BenchmarkStart(
            t=25.0,
            benchmark=1,
            plan="x" * 500,
            points=[events.PlanPoint(label="\x1b[31m漢字" * 99, skipped="\r\n")] * 99,
            trials=-(10**20),
            settings={"\x1b": ["\x9b", None, -1e30, True], "b": 10**20},
        ),
        events.BenchmarkEnd(t=25.0, benchmark=1, outcome="failed", error="\x1b]0;x\x07"),
        events.TurnStart(t=26.0, turn=77, index=0, batch=0),
        events.TurnStart(
            t=26.0,
            turn=78,
            index=0,
            batch=-3,
            purpose=events.Purpose(benchmark=1, what="trial", point=-7, number=-1),
        ),
    ],
)
def test_a_benchmark_that_cannot_be_is_drawn(path: Path, odd: AnyEvent) -> None:
    path.write_bytes(b"".join(map(encode, [*BENCH[:8], odd, *BENCH[8:]])))
    assert look(path) == ""


@FEW
@given(seed=st.integers(0, 2**32))
def test_damage_of_all_kinds(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    suffix, data = fuzz.damaged(chance.choice(fuzz.seeds()), chance)
    path = tmp_path / f"run{suffix}"
    path.write_bytes(data)
    look(path)


@pytest.mark.parametrize("pack", [None, gzip.compress, zstandard.compress])
def test_a_line_of_fifty_megabytes_is_left_out_in_little_memory(
    tmp_path: Path, pack: Callable[[bytes], bytes] | None
) -> None:
    long = b'{"kind":"mark","t":4.0,"note":"' + b"x" * 50_000_000 + b'"}\n'
    data = encode(HEADER) + long + MARK
    suffix = "" if pack is None else ".gz" if pack is gzip.compress else ".zst"
    path = tmp_path / f"run.jsonl{suffix}"
    path.write_bytes(data if pack is None else pack(data))
    del data, long
    tracemalloc.start()
    with Recording(path) as recording:
        assert [event.t for event in recording.events()] == [HEADER.t, 5.0]
        assert recording.report.bad_lines[0].reason == "it is longer than 8 MiB"
    assert [one.line for one in validate(path).problems] == [2, 0]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LONGEST_LINE_BYTES


@pytest.mark.parametrize(
    "t",
    ["-1", "1e13", "31557600000000000000", "1e999", "NaN", "Infinity", "-0.0", "5e-324", "1e12"],
)
def test_times_that_cannot_be_are_left_out_and_the_others_drawn(path: Path, t: str) -> None:
    odd = f'{{"kind":"tokens","t":4.6,"turn":1,"times":[{t}],"text":["x"]}}\n'
    odd += f'{{"kind":"sample","t":{t},"values":{{"a":1}}}}\n{{"kind":"anchor","t":3,"wall":{t}}}\n'
    path.write_bytes(DATA + odd.encode())
    assert look(path) == ""
    possible = [event.t for event in read(path) if not 0 <= event.t <= 1e12]
    assert possible == []
    left_out = {"-0.0": 0, "5e-324": 0, "1e12": 0, "-1": 2}.get(t, 3)
    with Recording(path) as recording:
        list(recording.events())
        assert recording.report.bad == left_out


def test_lines_up_to_a_second_late_are_sound_and_stand_where_they_belong(path: Path) -> None:
    ordered = [HEADER, *(events.Sample(t=2 + at / 5, values={"a": float(at)}) for at in range(20))]
    marks = [events.Mark(t=2.0 + at) for at in range(3)]
    late = [*ordered, events.End(t=9.0)]
    for mark in marks:
        place = next(at for at, event in enumerate(late) if event.t >= mark.t + 0.9)
        late.insert(place, mark)
    path.write_bytes(b"".join(map(encode, late)))
    assert validate(path).problems == []
    timeline = timeline_of(path)
    assert list(timeline.marks.times) == [2.0, 3.0, 4.0]
    assert timeline.readings.value("a", 3.0) == 5.0


def test_times_that_go_backwards_are_told_and_drawn(path: Path) -> None:
    backwards = [HEADER, *reversed(RUN[1:-1])]
    path.write_bytes(b"".join(map(encode, backwards)))
    assert validate(path).errors > 0
    assert look(path) == ""


def test_a_suspend_is_a_gap_and_wall_time_is_right_after_it(path: Path) -> None:
    awake: list[AnyEvent] = [HEADER, events.Anchor(t=1.0, wall=1000.0)]
    awake += [events.Sample(t=1 + at / 5, values={"a": 1.0}) for at in range(50)]
    awake += [events.Anchor(t=3600.0, wall=9000.0)]
    awake += [events.Sample(t=3600 + at / 5, values={"a": 1.0}) for at in range(50)]
    path.write_bytes(b"".join(map(encode, [*awake, events.End(t=3610.0)])))
    assert validate(path).problems == []
    assert look(path) == ""
    timeline = timeline_of(path)
    assert timeline.readings.value("a", 1800.0) is None
    assert (timeline.wall(1.0), timeline.wall(3601.0)) == (1000.0, 9001.0)
    assert "Nothing was read for 59:49" in findings(timeline, 3580.0, 3610.0 - 0.2)[0].text


def test_two_runs_in_one_file_are_drawn(path: Path) -> None:
    path.write_bytes(DATA + DATA.replace(b'"t":', b'"t":1'))
    assert look(path) == ""
    path.write_bytes(encode(HEADER) * 50 + DATA)
    assert look(path) == ""
    assert sum("a second header" in one.text for one in validate(path).problems) == 50


def packer(suffix: str) -> Packer:
    return (
        zlib.compressobj(9, wbits=31)
        if suffix == ".gz"
        else zstandard.ZstdCompressor().compressobj()
    )


@pytest.mark.parametrize("first", [b"", encode(HEADER)])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_is_given_up_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, first: bytes
) -> None:
    monkeypatch.setattr(unpack, "ALWAYS_ALLOWED_BYTES", 32 << 20)
    monkeypatch.setattr(unpack, "MOST_TIMES_LARGER", 10)
    pack = packer(suffix)
    parts = [pack.compress(first), *(pack.compress(b"\0" * (1 << 20)) for _ in range(64))]
    path = tmp_path / f"bomb.jsonl{suffix}"
    path.write_bytes(b"".join([*parts, pack.flush()]))
    tracemalloc.start()
    words = "far more than any recording contains" if first else "is not a recording of mlxtop"
    assert words in look(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20


@pytest.mark.parametrize("line", [b"\n", b'{"kind":"later"}\n', b"rubbish\n"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_rubbish_without_an_end_is_given_up(
    path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, line: bytes
) -> None:
    monkeypatch.setattr(report, "MOST_BAD_LINES", 1000)
    path = path.with_name(f"{path.name}{suffix}")
    data = encode(HEADER) + MARK + line * 100_000
    path.write_bytes(gzip.compress(data) if suffix else data)
    assert "of its first 1,002 lines 1,000 are not events" in look(path)
    with pytest.raises(RecordingError, match="are not events"):
        validate(path)


def test_kinds_without_number_are_told_in_few_words(path: Path) -> None:
    kinds = b"".join(b'{"kind":"k%d"}\n' % number for number in range(3000))
    path.write_bytes(DATA + kinds)
    assert look(path) == ""
    with Recording(path) as recording:
        list(recording.events())
        assert recording.report.unknown.total() == 3000
        assert "3000 lines of kinds" in recording.report.sentences()[0]
        assert len(recording.report.sentences()[0]) < 200


def test_a_file_that_is_being_written_is_read_as_far_as_it_goes(path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for number in range(300):
                line = encode(events.Sample(t=2.0 + number, values={"a": float(number)}))
                # In two halves, so that a reader meets lines that are not whole.
                file.write(line[:17])
                file.write(line[17:])
        done.set()

    path.write_bytes(encode(HEADER))
    writer = threading.Thread(target=write)
    writer.start()
    seen = [0]
    while not done.is_set():
        with Recording(path) as recording:
            found = list(recording.events())
            assert recording.report.bad <= 1, "one that was read in two halves"
        assert [event.t for event in found] == sorted(event.t for event in found)
        seen.append(len(found))
    writer.join()
    assert seen == sorted(seen)
    assert len(list(read(path))) == 301


COMMANDS: list[Callable[[Path, Path], int]] = [
    lambda path, _: checks.check([path]),
    rewrite.write_redacted,
    rewrite.migrate_file,
    lambda path, _: rewrite.migrate_file(path, None),
    lambda path, _: rewrite.asked_how(path),
]


def _is(kind: str, path: Path) -> None:
    match kind:
        case "a directory":
            path.mkdir()
        case "a fifo":
            os.mkfifo(path)
        case "a link to itself":
            path.symlink_to(path)
        case "a file of the future":
            path.write_bytes(encode(HEADER).replace(b'"schema":1', b'"schema":9'))
        case "empty":
            path.touch()
        case "zeros":
            path.write_bytes(bytes(100_000))
        case "text":
            path.write_text("Dear diary,\n")


@pytest.mark.parametrize("number", range(len(COMMANDS)))
@pytest.mark.parametrize(
    "kind",
    [
        "nothing",
        "a directory",
        "a fifo",
        "a link to itself",
        "a file of the future",
        "empty",
        "zeros",
        "text",
    ],
)
def test_what_is_no_recording_is_one_sentence_to_every_command(
    path: Path, capsys: pytest.CaptureFixture[str], kind: str, number: int
) -> None:
    _is(kind, path)
    assert COMMANDS[number](path, path.with_name("out.jsonl")) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith(f"mlxtop: {path} ")
    assert not path.with_name("out.jsonl").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(path: Path) -> None:
    path.write_bytes(DATA)
    path.chmod(0)
    assert "permission denied" in look(path)


def test_an_empty_timeline_is_drawn() -> None:
    draw(Timeline(), 0.0)
