"""What is recorded when: the beginning, the context, off and on, no text, limits and failures."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.reader import Recording
from tests.recording.desk import Desk, Disk, sample, turn, user


def kinds(given: list[AnyEvent]) -> list[str]:
    return [str(event.__struct_config__.tag) for event in given]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data" / "recordings")


def test_nothing_is_written_before_the_first_message(desk: Desk) -> None:
    desk.put(sample(90), events.Notice(t=95, text="no message yet"))
    assert desk.work() == "waiting"
    assert not desk.directory.exists()


@pytest.mark.parametrize("first", [user(100), turn(100)[0], events.Mark(t=100, note="here")])
def test_a_file_begins_with_the_first_message_turn_or_mark_and_the_thirty_seconds_before(
    desk: Desk, first: AnyEvent
) -> None:
    desk.put(*(sample(t, t) for t in range(50, 100)), first, sample(100.05))
    assert desk.work() == "recording"
    read = desk.read()
    assert kinds(read) == ["header", *["sample"] * 30, kinds([first])[0], "sample"]
    assert [event.t for event in read[:3]] == [70, 70, 71], (
        "the file's time begins with the samples"
    )
    assert isinstance(read[0], events.Header)
    assert read[0].wall == pytest.approx(1_700_000_070)
    assert read[0].chip == "Abacus"
    assert desk.tape.status.since == 70


def test_no_mark_is_lost_however_long_before_the_first_message(desk: Desk) -> None:
    desk.put(*(sample(t, t) for t in range(100)), events.Mark(t=60, note="frozen 40 s ago"))
    assert desk.work() == "recording"
    desk.put(*(sample(t, t) for t in range(100, 200)), user(200))
    desk.work()
    read = desk.read()
    assert [event for event in read if isinstance(event, events.Mark)] == [
        events.Mark(t=60, note="frozen 40 s ago")
    ]
    assert [event.t for event in read if isinstance(event, events.Sample)] == [*range(30, 200)]


def test_a_mark_older_than_all_that_is_kept_begins_its_file(desk: Desk) -> None:
    desk.put(*(sample(t, t) for t in range(500)), events.Mark(t=60, note="looked at long ago"))
    assert desk.work() == "recording"
    header, *rest = desk.read()
    assert header.t == 60
    assert rest[-1] == events.Mark(t=60, note="looked at long ago")


def test_a_system_message_begins_no_file(desk: Desk) -> None:
    desk.put(events.Message(t=99, index=0, role="system", text="be brief"))
    assert desk.work() == "waiting"


def test_what_still_holds_opens_the_file_however_old_it_is(desk: Desk) -> None:
    old: list[AnyEvent] = [
        events.Anchor(t=1, wall=1_700_000_001),
        events.EngineReady(t=2, pid=5, mlx="1", mlx_lm="2"),
        events.LoadStart(t=3, model="gone"),
        events.LoadEnd(t=4, model="gone"),
        events.Unload(t=5, model="gone"),
        events.LoadStart(t=6, model="here"),
        events.LoadProgress(t=6.5, done_bytes=1, total_bytes=2),
        events.LoadEnd(t=7, model="here"),
        events.Conversation(t=8, id=1),
        events.Anchor(t=61, wall=1_700_000_061),
    ]
    desk.put(*old, sample(62), sample(99), user(100))
    desk.work()
    assert desk.read()[1:] == [old[1], old[5], old[7], old[8], old[9], sample(99), user(100)]
    assert desk.files()[0].name.endswith("_here.jsonl")


def test_an_unloaded_model_does_not_open_the_file(desk: Desk) -> None:
    desk.put(events.LoadEnd(t=1, model="gone"), events.Unload(t=2), sample(99), user(100))
    desk.work()
    assert kinds(desk.read()) == ["header", "sample", "message"]


def test_files_are_private(desk: Desk) -> None:
    desk.put(user(100))
    desk.work()
    assert stat.S_IMODE(desk.files()[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.directory.stat().st_mode) == 0o700


def test_a_name_that_is_taken_is_never_overwritten(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for _ in range(3):
        desk = Desk(tmp_path)
        desk.put(events.LoadEnd(t=99, model="org/../Modèl e:1"), user(100))
        desk.work()
        desk.tape.close("closed")
    names = [path.name for path in desk.files()]
    stem = names[0].removesuffix(".jsonl")
    assert names == [f"{stem}.jsonl", f"{stem}-2.jsonl", f"{stem}-3.jsonl"]
    assert stem.endswith("_Mod-l-e-1")


def test_off_closes_the_file_and_on_begins_a_complete_one(desk: Desk) -> None:
    desk.put(events.Conversation(t=98, id=3), user(100), *turn(101))
    desk.work()
    desk.tape.switch(False)
    assert desk.tape.status.state == "off"
    first = desk.read()
    assert kinds(first)[-2:] == ["turn_end", "end"]
    desk.put(sample(103))
    assert desk.work(5) == "off"
    desk.tape.switch(True)
    assert desk.work() == "recording"
    assert len(desk.files()) == 2
    second = desk.read()
    assert second[1:] == [
        events.Conversation(t=98, id=3),
        user(100),
        events.Message(t=102, index=1, role="assistant", text="so it is."),
    ]
    assert second[0].t == pytest.approx(105.2)


def test_on_before_any_turn_waits_for_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, on=False)
    desk.put(sample(99))
    assert desk.work() == "off"
    desk.tape.switch(True)
    assert desk.work() == "waiting"
    desk.put(sample(100), user(101))
    assert desk.work() == "recording"
    assert kinds(desk.read()) == ["header", "sample", "message"]


def test_what_is_said_while_off_never_reaches_a_file(desk: Desk) -> None:
    desk.put(user(100, 0, "open"), *turn(101))
    desk.work()
    desk.tape.switch(False)
    desk.put(user(103, 2, "my secret"), *turn(104, 3, 2, ("hushed ", "words")))
    desk.work()
    desk.tape.switch(True)
    desk.work()
    data = b"".join(path.read_bytes() for path in desk.files())
    assert b"open" in data
    assert b"secret" not in data
    assert b"hushed" not in data
    replies = [event for event in desk.read() if isinstance(event, events.Message)]
    assert [(reply.role, reply.text) for reply in replies] == [
        ("user", "open"),
        ("assistant", "so it is."),
        ("user", None),
        ("assistant", None),
    ]


def test_a_file_begun_in_mid_turn_has_the_turn_so_far(desk: Desk) -> None:
    whole = turn(101)
    desk.put(user(100), *whole[:3])
    desk.work()
    desk.tape.switch(False)
    desk.tape.switch(True)
    desk.put(whole[3])
    desk.work()
    assert desk.read()[1:] == [user(100), *whole]


def test_an_edit_cuts_off_what_stood_behind_it(desk: Desk) -> None:
    desk.put(user(100), *turn(101), user(103, 2), *turn(104, 3, 2), user(110, 0, "anew"))
    desk.work()
    desk.tape.switch(False)
    desk.tape.switch(True)
    desk.work()
    assert desk.read()[1:] == [user(110, 0, "anew")]


def test_no_text_leaks_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text=False)
    secret = "xyzzy"
    whole = turn(101, pieces=(secret, secret))
    end = events.TurnEnd(
        t=102, turn=1, finish_reason="error", tail_text=secret, error=f"on {secret}"
    )
    desk.put(
        events.Message(t=1, index=0, role="system", text=secret),
        events.Error(t=99, text=f"failed at {secret}", origin="engine", log=[secret]),
        user(100, 1, secret),
        *whole[:3],
        end,
        events.Notice(t=103, text=f"rebuilt for {secret}", origin="engine"),
        events.Notice(t=103, text="The sensor swap answers again.", origin="sensors"),
        events.Mark(t=104, note="my own note"),
    )
    desk.work()
    desk.tape.switch(False)
    desk.put(user(105, 3, secret))
    desk.tape.switch(True)
    desk.work()
    desk.tape.close("closed")
    assert len(desk.files()) == 2
    data = b"".join(path.read_bytes() for path in desk.files())
    assert secret.encode() not in data
    assert b"my own note" in data
    assert b"The sensor swap" in data
    read = desk.read(0)
    assert isinstance(read[0], events.Header)
    assert not read[0].text
    tokens = next(event for event in read if isinstance(event, events.Tokens))
    assert len(tokens.times) == 2


def test_at_the_limit_it_pauses_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_bytes(b"x" * 900)
    (tmp_path / "other.txt").write_bytes(b"x" * 9000)
    desk = Desk(tmp_path, limit=1500)
    desk.put(user(100))
    assert desk.work() == "recording"
    desk.put(*(sample(101 + step / 10) for step in range(20)))
    desk.work()
    assert desk.work() == "paused"
    assert "paused" in desk.tape.status.sentence
    paused = desk.files()[-1]
    assert isinstance(list(Recording(paused).events())[-1], events.End)
    size = paused.stat().st_size
    desk.put(user(104, 2, "in the pause"))
    assert desk.work(11) == "paused"
    assert sum(path.stat().st_size for path in desk.files()) == size + 900
    assert (tmp_path / "old.jsonl").exists()
    (tmp_path / "old.jsonl").unlink()
    assert desk.work(1) == "paused", "the directory is read every ten seconds"
    assert desk.work(10) == "recording"
    assert user(104, 2, "in the pause") in desk.read()


def test_at_the_limit_from_the_start_no_file_is_made(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_bytes(b"x" * 900)
    desk = Desk(tmp_path, limit=900)
    desk.put(user(100))
    assert desk.work() == "paused"
    desk.tape.close("closed")
    assert [path.name for path in desk.files()] == ["old.jsonl"]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(os, "write", disk.write)
    return disk


@pytest.mark.parametrize("room", [0, 1, 60, 150, 200, 333])
def test_a_full_disk_loses_nothing_and_tears_no_line(desk: Desk, disk: Disk, room: int) -> None:
    disk.room = room
    given: list[AnyEvent] = [user(100), *(sample(101 + step) for step in range(9))]
    desk.put(*given)
    assert desk.work() == "failed"
    assert "No space left" in desk.tape.status.sentence
    desk.put(sample(111))
    disk.room = 1 << 30
    assert desk.work(0.5) == "failed", "it is tried again every two seconds"
    assert desk.work(2) == "recording"
    desk.tape.close("closed")
    recording = Recording(desk.files()[0])
    assert list(recording.events())[1:-1] == [*given, sample(111)]
    assert recording.report.bad == 0
    assert recording.report.clean


def test_what_memory_cannot_keep_is_counted_and_told(tmp_path: Path, disk: Disk) -> None:
    desk = Desk(tmp_path, bound=400)
    desk.put(user(100))
    desk.work()
    disk.room = 20
    desk.put(*(sample(101 + step) for step in range(30)))
    assert desk.work() == "failed"
    status = desk.tape.status
    assert 0 < status.kept_bytes <= 400
    assert 0 < status.lost_events < 30
    disk.room = 1 << 30
    assert desk.work(3) == "recording"
    recording = Recording(desk.files()[0])
    read = list(recording.events())
    assert recording.report.bad == 0
    told = [event for event in read if isinstance(event, events.Notice)]
    assert len(told) == 1
    assert told[0].text.startswith(f"{status.lost_events} events")
    samples = [event.t for event in read if isinstance(event, events.Sample)]
    assert len(samples) == 30 - status.lost_events
    assert samples[-1] == 130


def test_a_directory_that_is_gone_is_made_again_with_a_complete_file(desk: Desk) -> None:
    desk.put(events.LoadEnd(t=99, model="m"), user(100), *turn(101))
    desk.work()
    desk.files()[0].unlink()
    desk.directory.rmdir()
    desk.put(sample(103))
    assert desk.work() == "recording"
    reply = events.Message(t=102, index=1, role="assistant", text="so it is.")
    assert desk.read()[1:] == [events.LoadEnd(t=99, model="m"), user(100), reply, sample(103)]


def test_a_directory_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file stands where the directory should")
    desk = Desk(tmp_path / "recordings")
    desk.put(user(100))
    assert desk.work() == "failed"
    (tmp_path / "recordings").unlink()
    assert desk.work(2) == "recording"
    assert desk.read()[1:] == [user(100)]


def test_a_file_that_never_held_a_byte_is_not_left_behind(desk: Desk, disk: Disk) -> None:
    disk.room = 0
    desk.put(user(100))
    desk.work()
    desk.tape.close("closed")
    assert desk.files() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_really_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    desk = Desk(small_disk / "recordings")
    ballast.write_bytes(b"x" * 4096)
    given: list[AnyEvent] = [user(100), *(sample(101 + step) for step in range(300))]
    desk.put(*given)
    assert desk.work() == "failed"
    ballast.unlink()
    assert desk.work(2) in ("failed", "recording")
    desk.tape.close("closed")
    recording = Recording(desk.files()[0])
    read = list(recording.events())
    assert recording.report.bad == 0
    number = len(read) - 1 - recording.report.clean
    assert number > 100
    assert read[1 : 1 + number] == given[:number]


def test_times_that_are_no_numbers_and_foreign_headers_are_left_out(desk: Desk) -> None:
    desk.put(user(100), sample(float("nan")), events.End(t=101), sample(102))
    desk.work()
    assert kinds(desk.read()) == ["header", "message", "sample"]


def test_what_no_disk_took_is_told_when_the_run_is_over(desk: Desk, disk: Disk) -> None:
    disk.room = 0
    desk.put(user(100), *turn(101))
    desk.work()
    desk.finish()
    status = desk.tape.status
    assert (status.files, status.path, status.where, status.refused) == ((), None, "none", True)
    assert status.shortfall == (
        f"Nothing was recorded: {desk.directory} cannot be written (No space left on device)."
    )
    assert desk.files() == []


def test_a_file_that_lacks_its_end_is_called_cut_off(desk: Desk, disk: Disk) -> None:
    desk.put(user(100))
    desk.work()
    disk.room = 150
    desk.put(*turn(101), *(sample(102 + step) for step in range(20)))
    desk.work()
    desk.finish()
    status = desk.tape.status
    (path,) = desk.files()
    assert (status.files, status.where, status.refused) == ((path,), f"{path} (cut off)", True)
    assert status.shortfall.startswith(f"{path} is cut off: {desk.directory} cannot be written (No")


def test_a_disk_that_was_full_for_a_while_leaves_nothing_to_say(desk: Desk, disk: Disk) -> None:
    desk.put(user(100))
    disk.room = 60
    assert desk.work() == "failed"
    disk.room = 1 << 30
    desk.work(3)
    desk.finish()
    assert desk.tape.status.shortfall == ""
    assert desk.tape.status.where == str(desk.files()[0])


def test_events_that_are_lost_for_good_are_told_at_the_end(tmp_path: Path, disk: Disk) -> None:
    desk = Desk(tmp_path, bound=400)
    desk.put(user(100))
    desk.work()
    disk.room = 20
    desk.put(*(sample(101 + step) for step in range(30)))
    desk.work()
    lost = desk.tape.status.lost_events
    disk.room = 1 << 30
    desk.work(3)
    desk.finish()
    assert f"lacks {lost} events" in desk.tape.status.shortfall
    assert desk.tape.status.refused


def test_a_limit_that_is_reached_is_told_and_no_failure_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_bytes(b"x" * 900)
    desk = Desk(tmp_path, limit=900)
    desk.put(user(100))
    desk.work()
    desk.finish()
    status = desk.tape.status
    assert (status.files, status.refused) == ((), False)
    assert status.shortfall == (
        f"Nothing was recorded: recordings take 900 B of 900 B in {tmp_path}. "
        "Remove some, or raise the limit."
    )


def test_a_run_that_is_recorded_from_the_middle_on_says_what_lacks(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_bytes(b"x" * 900)
    desk = Desk(tmp_path, limit=900)
    desk.put(user(100))
    desk.work()
    desk.quota.limit_bytes = None
    desk.put(user(120, 2))
    desk.work(20)
    desk.finish()
    said = desk.tape.status.shortfall
    assert said.startswith("The beginning of the run was not recorded: recordings take 900 B")


@pytest.mark.parametrize("how", ["a file", "a link to nothing"])
def test_a_place_that_is_no_directory_is_said_to_be_none(tmp_path: Path, how: str) -> None:
    place = tmp_path / "recordings"
    if how == "a file":
        place.touch()
    else:
        place.symlink_to("nowhere")
    desk = Desk(place)
    desk.put(user(100))
    desk.work()
    desk.finish()
    said = f"Nothing was recorded: {place} cannot be written (it is not a directory)."
    assert desk.tape.status.shortfall == said


def test_all_files_of_a_run_are_known_at_its_end(desk: Desk) -> None:
    desk.put(user(100), *turn(101))
    desk.work()
    desk.tape.switch(False)
    desk.tape.switch(True)
    desk.put(user(110, 2))
    desk.work(5)
    desk.finish()
    assert desk.tape.status.files == tuple(desk.files())
    assert len(desk.files()) == 2


def test_a_run_without_a_turn_has_nothing_to_say(desk: Desk) -> None:
    desk.put(sample(99))
    desk.work()
    desk.finish()
    status = desk.tape.status
    assert (status.files, status.where, status.shortfall) == ((), "none", "")


@pytest.mark.parametrize("what", ["deleted", "moved", "replaced", "cut"])
def test_after_a_file_is_lost_a_new_one_has_all_that_holds(
    desk: Desk, tmp_path: Path, what: str
) -> None:
    said = turn(101, pieces=("so ", "it is"))
    desk.put(user(100), *said[:3])
    desk.work()
    (path,) = desk.files()
    if what == "deleted":
        path.unlink()
    elif what in ("moved", "replaced"):
        path.rename(tmp_path / "elsewhere.jsonl")
        if what == "replaced":
            path.write_text("somebody else's\n")
    else:
        os.truncate(path, 100)
    desk.put(said[3])
    desk.work(1.0)
    desk.finish()
    assert desk.read()[1:-1] == [user(100), *said]
    if what == "replaced":
        assert path.read_text() == "somebody else's\n"
    if what in ("moved", "replaced"):
        assert isinstance(list(Recording(tmp_path / "elsewhere.jsonl").events())[-1], events.End)
    assert desk.tape.status.files == (desk.files()[-1],)
