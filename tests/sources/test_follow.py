"""A recording that is still being written, seen from another process."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.file import RecordingFile
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import RecordingError
from mlxtop.sources.follow import BEHIND_SECONDS, LOOK_SECONDS, Follow

WALL = 1e9


class Writer:
    """A run that writes its recording, and a clock on its wall."""

    def __init__(self, folder: Path) -> None:
        self.file = RecordingFile(folder, "run")
        self.t = 100.0
        self.say(events.Header(t=self.t, schema=1, wall=WALL, clock="test", mlxtop="0"))

    def say(self, *said: AnyEvent) -> None:
        for event in said:
            self.file.write(events.encode(event))

    def wall(self) -> float:
        return WALL + self.t - 100.0

    def follow(self) -> Follow:
        return Follow(self.file.path, wall=self.wall)


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(tmp_path)


def marks(source: Follow) -> list[str]:
    return [mark.note for mark in source.timeline.marks.values]


def test_what_is_written_arrives_in_its_order(writer: Writer) -> None:
    writer.say(events.Mark(t=101.0, note="one"))
    source = writer.follow()
    assert marks(source) == ["one"]
    source.poll()
    assert marks(source) == ["one"]
    writer.say(events.Mark(t=102.0, note="two"), events.Mark(t=103.0, note="three"))
    source.poll()
    assert marks(source) == ["one", "two", "three"]
    assert source.report.events == 4


def test_half_a_line_waits_for_its_end(writer: Writer) -> None:
    source = writer.follow()
    line = events.encode(events.Mark(t=101.0, note="whole"))
    for place in range(0, len(line), 7):
        assert marks(source) == []
        writer.file.write(line[place : place + 7])
        source.poll()
    assert marks(source) == ["whole"]
    assert source.report.bad == 0
    assert not source.report.torn


def test_now_is_the_writers_now_a_moment_behind(writer: Writer) -> None:
    source = writer.follow()
    writer.t = 107.5
    source.poll()
    assert source.playhead.following
    assert source.playhead.time() == pytest.approx(107.5 - BEHIND_SECONDS)
    source.playhead.toggle()
    writer.t = 120.0
    assert source.playhead.time() == pytest.approx(107.5 - BEHIND_SECONDS)
    assert source.playhead.end == pytest.approx(120.0 - BEHIND_SECONDS)
    source.playhead.go_end()
    assert source.playhead.time() == pytest.approx(120.0 - BEHIND_SECONDS)


def test_time_stands_still_when_the_run_has_ended(writer: Writer) -> None:
    source = writer.follow()
    writer.say(events.Mark(t=105.0, note="last"), events.End(t=105.0))
    writer.t = 110.0
    source.poll()
    assert not source.running
    assert source.report.clean
    writer.t = 500.0
    assert source.playhead.time() == 105.0


def test_a_writer_that_went_away_is_noticed_and_nothing_of_it_missed(writer: Writer) -> None:
    source = writer.follow()
    writer.say(events.Mark(t=105.0, note="last"))
    writer.file.close()
    writer.t += LOOK_SECONDS / 2
    source.poll()
    assert source.running, "it is not asked at every frame"
    writer.t += LOOK_SECONDS
    source.poll()
    assert not source.running
    assert not source.report.clean
    assert marks(source) == ["last"]


def test_a_recording_that_nobody_writes_is_seen_at_its_end(writer: Writer) -> None:
    writer.say(events.Mark(t=105.0, note="last"))
    writer.file.close()
    source = writer.follow()
    assert not source.running
    writer.t = 900.0
    assert source.playhead.time() == 105.0


def test_lines_that_hold_nothing_are_counted(writer: Writer) -> None:
    source = writer.follow()
    writer.file.write(b"nonsense\n")
    writer.say(events.Mark(t=101.0, note="after"))
    source.poll()
    assert source.report.bad == 1
    assert marks(source) == ["after"]


def test_what_cannot_be_followed_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="does not exist"):
        Follow(tmp_path / "none.jsonl")
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    with pytest.raises(RecordingError, match="is not a file"):
        Follow(pipe)


def test_a_file_that_hangs_holds_nobody(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.say(events.Mark(t=101.0, note="one"))
    source = writer.follow()
    monkeypatch.setattr("mlxtop.sources.follow.PATIENCE_SECONDS", 0.01)
    goes_on, really = threading.Event(), Recording.arrived

    def hangs(recording: Recording) -> Iterator[AnyEvent]:
        goes_on.wait(60)
        return really(recording)

    monkeypatch.setattr(Recording, "arrived", hangs)
    writer.say(events.Mark(t=102.0, note="two"))
    for _ in range(3):
        source.poll()
    assert marks(source) == ["one"]
    assert source.running
    goes_on.set()
    monkeypatch.setattr("mlxtop.sources.follow.PATIENCE_SECONDS", 60)
    source.poll()
    assert marks(source) == ["one", "two"]
    source.close()


def test_one_that_hangs_can_be_let_go_of(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    source = writer.follow()
    monkeypatch.setattr("mlxtop.sources.follow.PATIENCE_SECONDS", 0.01)
    goes_on = threading.Event()

    def hangs(recording: Recording) -> Iterator[AnyEvent]:
        goes_on.wait(60)
        return iter(())

    monkeypatch.setattr(Recording, "arrived", hangs)
    source.poll()
    source.close()
    assert not source.running
    assert not goes_on.is_set()
    goes_on.set()
