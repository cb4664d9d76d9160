"""What is kept of a recording in memory has a bound, and what is unpacked of it too."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from mlxtop import events
from mlxtop.compare.run import read_run
from mlxtop.events import AnyEvent, encode
from mlxtop.recording import reader, unpack
from mlxtop.recording.directory import Index, RecordingDirectory
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.recording.validate import validate
from mlxtop.sources.follow import Follow
from mlxtop.sources.replay import Replay
from tests.recording.desk import HEADER, sample, turn


def replayed(path: Path) -> None:
    Replay(Recording(path)).read_all()


def followed(path: Path) -> None:
    source = Follow(path)
    if source.problem:
        raise RecordingError(source.problem)


def many(number: int, make: Callable[[int], AnyEvent]) -> list[AnyEvent]:
    return [HEADER, *turn(1.0), *(make(place) for place in range(2, number)), events.End(t=1e6)]


TOO_MANY: list[tuple[str, str, Callable[[int], AnyEvent]]] = [
    ("MOST_TURNS", "turns", lambda n: events.TurnStart(t=9.0, turn=n, index=1)),
    ("MOST_FIGURES", "figures", lambda n: events.Sample(t=9.0, values={f"a{n}.b": 1.0})),
    ("MOST_TOKENS", "tokens", lambda n: events.Tokens(t=9.0, turn=1, times=[9.0])),
    ("MOST_OTHERS", "events other than turns and readings", lambda n: events.Mark(t=9.0)),
]


@pytest.mark.parametrize(("name", "words", "make"), TOO_MANY, ids=[name for name, *_ in TOO_MANY])
@pytest.mark.parametrize("reads", [read_run, replayed, followed])
def test_more_than_is_kept_in_memory_is_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reads: Callable[[Path], object],
    name: str,
    words: str,
    make: Callable[[int], AnyEvent],
) -> None:
    monkeypatch.setattr(reader, name, 30)
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(map(encode, many(20, make))))
    reads(path)
    path.write_bytes(b"".join(map(encode, many(40, make))))
    with pytest.raises(RecordingError, match=f"has more than 30 {words}, more than mlxtop keeps"):
        reads(path)
    validate(path)


def test_readings_have_no_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, *_ in TOO_MANY:
        monkeypatch.setattr(reader, name, 30)
    path = tmp_path / "run.jsonl"
    memory = events.MlxMemory(t=9.0, active_bytes=1, cache_bytes=1, peak_bytes=1)
    path.write_bytes(b"".join(map(encode, many(100, lambda n: sample(9.0) if n % 2 else memory))))
    assert len(read_run(path).timeline.series["a"]) == 49


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_lines_that_take_no_room_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(unpack, "ALWAYS_ALLOWED_LINES", 1000)
    path = tmp_path / "bomb.jsonl"
    path.write_bytes(pack(encode(HEADER) + encode(events.Mark(t=2.0)) * 500_000))
    assert path.stat().st_size < 100_000
    for reads in (validate, read_run, replayed):
        with pytest.raises(RecordingError, match="decompresses to far more than any recording"):
            reads(path)
    shelf = RecordingDirectory(tmp_path, index=Index(tmp_path / "index.json"))
    list(shelf.fill([item.path for item in shelf.scan()]))
    (item,) = shelf.scan()
    shelf.close()
    assert item.state == "unreadable"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_night_in_which_nothing_changed_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    """Lines that differ in their times alone: no recording packs closer."""
    monkeypatch.setattr(unpack, "ALWAYS_ALLOWED_LINES", 1000)
    monkeypatch.setattr(unpack, "ALWAYS_ALLOWED_BYTES", 1 << 20)
    values: dict[str, float | None] = {f"group{place}.figure_bytes": 1e9 for place in range(25)}
    late = random.Random(1)
    times = (round(2.0 + place / 5 + late.random() / 1000, 6) for place in range(20_000))
    lines = [encode(events.Sample(t=t, values=values)) for t in times]
    path = tmp_path / "night.jsonl"
    path.write_bytes(pack(b"".join([encode(HEADER), *lines])))
    assert validate(path).lines == 20_001
