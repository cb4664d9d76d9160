"""A recording as a source: its beginning at once, the rest behind it."""

import gc
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import BinaryIO

import pytest

from mlxtop import events
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.sources import replay
from mlxtop.sources.files import SlicedFile
from mlxtop.sources.replay import READ_SECONDS, REST_SECONDS, Replay
from mlxtop.timeline.series import Series

LINES = 3000


@pytest.fixture
def long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording of which a tenth is read at once."""
    monkeypatch.setattr(replay, "AT_ONCE", LINES // 10)
    monkeypatch.setattr(replay, "PATIENCE_SECONDS", 60.0)
    path = tmp_path / "long.jsonl"
    said = [events.Header(t=0.0, schema=1, wall=1e9, clock="test", mlxtop="0")]
    marks = [events.Mark(t=float(place), note=str(place)) for place in range(1, LINES)]
    end = events.End(t=float(LINES))
    path.write_bytes(b"".join(map(events.encode, [*said, *marks, end])))
    return path


def later() -> Callable[[], float]:
    """Return a clock by which a batch takes more than half of what a poll may."""
    return count(step=READ_SECONDS * 0.6).__next__


def test_the_beginning_is_there_at_once_and_the_rest_comes(long: Path) -> None:
    source = Replay(Recording(long))
    assert source.reading
    assert 0 < source.share_read < 1
    assert source.said == "", "nobody knows yet how it ends"
    assert source.playhead.end == LINES // 10 - 1
    clock = later()
    while source.reading:
        before = source.share_read
        source.poll(clock)
        assert source.share_read >= before
    assert source.playhead.end == LINES - 1
    assert len(source.timeline.marks) == LINES - 1
    assert source.share_read == 1


def test_the_first_poll_lets_the_first_frame_be_drawn_and_later_ones_read(long: Path) -> None:
    source, clock = Replay(Recording(long)), later()
    read = []
    for _ in range(3):
        source.poll(clock)
        read.append(len(source.timeline.marks) - (LINES // 10 - 1))
    assert read == [0, 500, 1000]


def test_a_poll_reads_only_for_a_moment_and_then_rests(long: Path) -> None:
    source = Replay(Recording(long))
    before = len(source.timeline.marks)
    source.poll(count().__next__)
    source.poll(count(100, step=READ_SECONDS).__next__)
    # The clock says that so much time passed before the first batch as a poll may take.
    assert len(source.timeline.marks) == before
    ticks = count(200, step=READ_SECONDS * 0.6)
    source.poll(ticks.__next__)
    read = len(source.timeline.marks)
    assert before < read < LINES - 1
    source.poll(lambda: next(ticks) - READ_SECONDS * 0.6 + REST_SECONDS * 0.9)
    assert len(source.timeline.marks) == read, "it rests"
    source.poll(ticks.__next__)
    assert len(source.timeline.marks) > read


def test_what_was_looked_at_stays_while_more_is_read(long: Path) -> None:
    source = Replay(Recording(long))
    source.playhead.go_to(50.0)
    clock = later()
    source.poll(clock)
    source.poll(clock)
    assert source.timeline.last == LINES // 10 - 1 + 500
    assert source.playhead.time() == 50.0


def test_what_the_reader_has_to_say_comes_with_the_end(long: Path) -> None:
    long.write_bytes(long.read_bytes()[:-30])
    source = Replay(Recording(long))
    source.read_all()
    assert not source.reading
    assert "not closed properly" in source.said


def test_a_file_that_cannot_be_read_on_keeps_what_was_read(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(long)
    source = Replay(recording)

    class Broken:
        def readline(self, _: int) -> bytes:
            raise OSError(5, "Input/output error")

        def close(self) -> None:
            pass

    monkeypatch.setattr(recording, "_file", Broken())
    clock = later()
    source.poll(clock)
    source.poll(clock)
    assert not source.reading
    assert "Input/output error" in source.problem
    assert len(source.timeline.marks) == LINES // 10 - 1
    with pytest.raises(RecordingError):
        Replay(Recording(long.with_name("none.jsonl")))


def test_long_charts_are_made_ready_once_all_is_read(long: Path) -> None:
    said = [events.Sample(t=float(t), values={"a_percent": 1.0}) for t in range(LINES)]
    end = events.End(t=float(LINES))
    long.write_bytes(long.read_bytes().splitlines(keepends=True)[0])
    with long.open("ab") as file:
        file.write(b"".join(map(events.encode, [*said, end])))
    source = Replay(Recording(long))
    prepared: list[Series] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Series, "prepare", lambda self: prepared.append(self))
        clock = later()
        while source.reading:
            assert not prepared
            source.poll(clock)
        source.poll(clock)
        assert prepared == list(source.timeline.series.values())
        source.poll(clock)
    assert len(prepared) == 1
    assert gc.get_freeze_count() > 0, "no collection looks at it again"
    source.close()
    assert gc.get_freeze_count() == 0


def test_closing_stops_the_reading(long: Path) -> None:
    source = Replay(Recording(long))
    source.close()
    before = len(source.timeline.marks)
    clock = later()
    source.poll(clock)
    source.poll(clock)
    assert len(source.timeline.marks) == before


class Hanging:
    """A file on a mount that does not answer until it is let go on."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.goes_on = threading.Event()
        self.closed = threading.Event()

    def readline(self, size: int) -> bytes:
        self.goes_on.wait()
        return self._file.readline(size)

    def fileno(self) -> int:
        return self._file.fileno()

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        # As the buffer of a file: who closes it waits for who reads it.
        self.goes_on.wait()
        self._file.close()
        self.closed.set()


def hang(recording: Recording) -> Hanging:
    """Let the file of an open recording hang from here on."""
    hanging = Hanging(recording._file)
    recording._file = hanging  # type: ignore[assignment]
    return hanging


def test_a_file_that_hangs_half_way_holds_nobody_up_and_nothing_of_it_is_lost(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "PATIENCE_SECONDS", 0.01)
    recording = Recording(long)
    source = Replay(recording)
    hanging = hang(recording)
    share, clock = source.share_read, later()
    for _ in range(10):
        source.poll(clock)
    assert source.reading
    assert source.share_read == share
    assert len(source.timeline.marks) == LINES // 10 - 1
    source.playhead.go_to(5.0)
    assert source.playhead.time() == 5.0
    hanging.goes_on.set()
    source.read_all()
    assert [mark.note for mark in source.timeline.marks.values] == [*map(str, range(1, LINES))]
    assert not source.broke_off


def test_a_caller_waits_once_for_a_file_that_hangs(long: Path) -> None:
    recording = Recording(long)
    hanging = hang(recording)
    file = SlicedFile(recording)
    assert file.read(10, patience=0.01) is None
    # Each of these would take an hour.
    assert file.read(10, patience=3600.0) is None
    assert file.read(10, patience=3600.0) is None
    hanging.goes_on.set()
    said = file.read(20, patience=None)
    assert said is not None
    assert len(said.events) == 10, "what was asked for at first"
    said = file.read(20, patience=None)
    assert said is not None
    assert len(said.events) == 20


def test_a_replay_whose_file_hangs_is_closed_at_once_and_the_file_later(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "PATIENCE_SECONDS", 0.01)
    recording = Recording(long)
    source = Replay(recording)
    hanging = hang(recording)
    clock = later()
    source.poll(clock)
    source.poll(clock)
    source.close()
    assert not hanging.closed.is_set()
    hanging.goes_on.set()
    assert hanging.closed.wait(60)


def test_what_goes_wrong_in_the_reader_comes_to_who_reads(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(long)
    source = Replay(recording)

    def broken(_: bytes) -> None:
        raise LookupError("broken on purpose")

    monkeypatch.setattr(recording, "_event", broken)
    with pytest.raises(LookupError, match="on purpose"):
        source.read_all()
