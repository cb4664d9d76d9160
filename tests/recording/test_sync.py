"""When a recording is brought to the disk, that nothing waits for it, and the lock on it."""

import fcntl
import os
import sys
import threading
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.recording.file import RecordingFile, is_being_written
from mlxtop.recording.rewrite import new_file
from tests.recording.desk import Desk, user


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> list[float]:
    """Return the moments at which the file was brought to the disk."""
    times: list[float] = []

    def sync_soon(_: RecordingFile) -> bool:
        times.append(round(desk.t - 100, 3))
        return True

    monkeypatch.setattr(RecordingFile, "sync_soon", sync_soon)
    return times


def under(share: float) -> events.Sample:
    """Return a Linux sample in which `share` percent of the time some work waited for memory."""
    return events.Sample(t=100, values={"pressure.some_avg10_percent": share})


def test_the_file_goes_to_the_disk_at_once_and_every_five_seconds(
    desk: Desk, synced: list[float]
) -> None:
    desk.put(user(100))
    for _ in range(24):
        desk.work(0.5)
    assert synced == [0.5, 5.5, 10.5]


@pytest.mark.parametrize(
    "alarm",
    [events.Sample(t=100, values={"pressure.level": 1.0}), under(30)],
    ids=["read", "derived"],
)
def test_under_memory_pressure_it_goes_there_at_once_and_each_second(
    desk: Desk, synced: list[float], alarm: events.Sample
) -> None:
    desk.put(user(100))
    desk.work(0.5)
    desk.work(1.25)
    assert synced == [0.5]
    desk.put(alarm)
    for _ in range(8):
        desk.work(0.25)
    assert synced == [0.5, 2.0, 3.0], "at once, but no more than once a second"


def test_an_alarm_that_comes_and_goes_is_worth_one_sync_a_second(
    desk: Desk, synced: list[float]
) -> None:
    desk.put(user(100))
    for step in range(40):
        desk.put(under(30.0 * (step % 2)))
        desk.work(0.05)
    assert synced == [0.05, 1.1], "every second sample says that all is well again"


def test_a_disk_that_is_busy_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def busy(_: RecordingFile) -> bool:
        asked.append(round(desk.t - 100, 3))
        return len(asked) > 2

    monkeypatch.setattr(RecordingFile, "sync_soon", busy)
    desk.put(user(100))
    for _ in range(8):
        desk.work(0.5)
    assert asked == [0.5, 1.0, 1.5]


def test_pressure_is_heeded_while_nothing_is_recorded(desk: Desk, synced: list[float]) -> None:
    desk.put(under(30))
    desk.put(user(100))
    desk.work(0.5)
    desk.work(1)
    assert synced == [0.5, 1.5]


def test_the_writing_does_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[os.stat_result] = []
    begun, let_go = threading.Event(), threading.Event()

    def slow(descriptor: int) -> None:
        asked.append(os.fstat(descriptor))
        begun.set()
        let_go.wait(30)

    monkeypatch.setattr(os, "fsync", slow)
    monkeypatch.setattr(sys, "platform", "linux")  # macOS has a call of its own
    file = RecordingFile(tmp_path, "run")
    file.write(b"{}\n")
    assert file.sync_soon()
    assert begun.wait(30)
    assert not file.sync_soon(), "the disk is still at it"
    assert file.write(b"{}\n") == 3
    let_go.set()
    file.close()
    assert len(asked) == 2
    assert {found.st_ino for found in asked} == {file.path.stat().st_ino}


def test_somebody_who_looks_at_the_lock_does_not_take_it_from_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, asked = fcntl.flock, []

    def taken_at_first(descriptor: int, operation: int) -> None:
        asked.append(operation)
        if len(asked) < 4:
            raise BlockingIOError
        really(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", taken_at_first)
    file = RecordingFile(tmp_path, "run")
    file.write(b"{}\n")
    monkeypatch.setattr(fcntl, "flock", really)
    assert is_being_written(file.path)
    file.close()
    assert not is_being_written(file.path)


def test_on_macos_what_is_written_anew_leaves_the_drive_s_cache_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, asked = 51, []
    really = fcntl.fcntl

    def asks(descriptor: int, command: int, *rest: int) -> object:
        if command != full:
            return really(descriptor, command, *rest)
        asked.append(os.fstat(descriptor).st_size)
        return 0

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", full, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", asks)
    monkeypatch.setattr(sys, "platform", "darwin")
    with new_file(tmp_path / "new.jsonl") as file:
        file.write(b"{}\n")
    assert asked[0] == 3
    assert len(asked) == 2, "the file, and the folder that names it"
