"""A recording made here, played on the same screen."""

import shlex
from collections.abc import Iterator
from math import ceil
from pathlib import Path

import psutil
import pytest

from mlxtop import paths
from tests.terminal.desk import MLXTOP, Desk, read, replies
from tests.terminal.terminal import Terminal

QUESTION = "What is wired memory?"


@pytest.fixture(scope="module")
def recording(shared_desk: Desk) -> Path:
    """A recording of one turn of the demo model."""
    program = shared_desk.start("demo", "--prompt", QUESTION)
    _, said = program.communicate()
    assert program.returncode == 0, said
    (made,) = shared_desk.recordings()
    return made


def assert_without_mlx(terminal: Terminal) -> None:
    """Fail where the replay has a child process or mlx in its memory."""
    app = psutil.Process(terminal.pid)
    assert app.children(recursive=True) == []
    maps = Path(f"/proc/{terminal.pid}/maps")
    if maps.exists():
        assert "libmlx" not in maps.read_text("utf-8")


@pytest.fixture
def player(shared_desk: Desk, recording: Path) -> Iterator[Terminal]:
    """A replay that begins paused."""
    terminal = shared_desk.open("replay", str(recording), "--paused")
    terminal.wait_for("▶ REPLAY", "1× paused", "space play/pause")
    yield terminal
    assert_without_mlx(terminal)
    terminal.press("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []


def test_a_replay_is_driven_by_keys_and_records_nothing(
    player: Terminal, recording: Path, shared_desk: Desk
) -> None:
    before = recording.read_bytes()
    player.press("+")
    player.wait_for("2× paused")
    player.press("-")
    player.press("-")
    player.wait_for("0.5× paused")
    for _ in range(10):
        player.press("+")
    player.wait_for("64× paused")
    player.press("end")
    reply = " ".join(replies(read(recording))[0].split())
    player.wait_for(f"you {QUESTION}", "cached")
    player.wait_until(lambda: reply in player.left, "the reply")
    player.press("home")
    player.wait_until_gone(f"you {QUESTION}")
    player.press("g")
    player.wait_for("go to a time")
    player.type("99:00\r")
    player.wait_for("is outside the run")
    player.press("escape")
    player.wait_until_gone("go to a time")
    player.press("space")
    player.wait_for(f"you {QUESTION}")
    player.wait_until(lambda: reply in player.left, "the reply that was played")
    player.wait_for("paused")
    assert recording.read_bytes() == before
    assert shared_desk.recordings() == [recording]


def test_a_replay_begins_where_it_was_told_to_and_at_that_speed(
    recording: Path, shared_desk: Desk
) -> None:
    last = read(recording)[-1].t - read(recording)[0].t
    terminal = shared_desk.open(
        "replay", str(recording), "--speed", "4", "--at", f"0:{ceil(last):02}", "--paused"
    )
    terminal.wait_for("4× paused", QUESTION)
    assert_without_mlx(terminal)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize("how", ["empty", "no JSON", "newer", "a directory", "missing"])
def test_a_recording_that_cannot_be_read_is_one_sentence(
    how: str, recording: Path, desk: Desk
) -> None:
    path = desk.work / "some.jsonl"
    match how:
        case "empty":
            path.write_bytes(b"")
        case "no JSON":
            path.write_text("Dear diary,\ntoday\n", "utf-8")
        case "newer":
            path.write_text(recording.read_text("utf-8").replace('"schema":1', '"schema":99', 1))
        case "a directory":
            path.mkdir()
    terminal = desk.open("replay", str(path))
    assert terminal.wait_for_exit() == 1
    said = [line for line in terminal.lines if line]
    assert said[0].startswith("mlxtop: ")
    assert "some.jsonl" in "".join(said)
    assert "Traceback" not in terminal.text
    assert b"\x1b[?1049h" not in terminal.raw


def test_a_recording_that_was_cut_off_is_shown_as_far_as_it_goes(
    recording: Path, desk: Desk
) -> None:
    path = desk.work / "cut.jsonl"
    path.write_bytes(recording.read_bytes()[:-200])
    terminal = desk.open("replay", str(path), "--paused")
    terminal.wait_for("▶ REPLAY", "The last line was cut off", "not closed properly")
    terminal.press("end")
    terminal.wait_for(QUESTION)
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("99:00", "--at 99:00 is outside the run, which is from 0:00 to 0:15."),
        ("-5m", "--at -5m is outside the run"),
        ("99:99", "99:99 is not a time"),
    ],
)
def test_a_moment_that_is_not_in_the_recording_is_told(desk: Desk, moment: str, words: str) -> None:
    demo = paths.shipped_recordings_dir() / "demo.jsonl"
    terminal = desk.open("replay", str(demo), f"--at={moment}")
    assert terminal.wait_for_exit() == 2
    assert words in " ".join(terminal.raw.decode().split())


def test_a_moment_before_the_end_is_counted_from_there(desk: Desk) -> None:
    demo = paths.shipped_recordings_dir() / "demo.jsonl"
    terminal = desk.open("replay", str(demo), "--at=-10s", "--paused")
    terminal.wait_for("paused 0:05.")
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


def test_a_recording_that_is_piped_in_is_shown_and_takes_keys(desk: Desk) -> None:
    demo = paths.shipped_recordings_dir() / "demo.jsonl"
    piped = shlex.join([*MLXTOP, "replay", "-", "--at=-10s", "--paused"])
    terminal = desk.open_command(["sh", "-c", f"cat {shlex.quote(str(demo))} | {piped}"])
    terminal.wait_for("standard input", "paused 0:05.")
    terminal.press("home")
    terminal.wait_for("paused 0:00.")
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


def test_nonsense_that_is_piped_in_is_told(desk: Desk) -> None:
    piped = shlex.join([*MLXTOP, "replay", "-"])
    terminal = desk.open_command(["sh", "-c", f"echo nonsense | {piped}"])
    assert terminal.wait_for_exit() == 1
    said = " ".join(terminal.raw.decode().split())
    assert "The standard input is not a recording of mlxtop" in said
    assert "Traceback" not in said


def test_what_is_wrong_with_a_file_is_told_before_that_there_is_no_terminal(desk: Desk) -> None:
    program = desk.start("replay", "none.jsonl", stdin="")
    _, said = program.communicate()
    assert program.returncode == 1
    assert "none.jsonl does not exist" in said


def test_what_never_ends_and_is_no_recording_is_not_copied_first(desk: Desk) -> None:
    piped = shlex.join([*MLXTOP, "replay", "-"])
    terminal = desk.open_command(["sh", "-c", f"yes | {piped}"])
    assert terminal.wait_for_exit() == 1
    assert "The standard input is not a recording of mlxtop" in " ".join(
        terminal.raw.decode().split()
    )


def test_what_is_piped_in_and_finds_no_room_is_told(desk: Desk) -> None:
    demo = paths.shipped_recordings_dir() / "demo.jsonl"
    piped = shlex.join([*MLXTOP, "replay", "-"])
    terminal = desk.open_command(
        ["sh", "-c", f"ulimit -f 8; cat {shlex.quote(str(demo))} | {piped}"]
    )
    assert terminal.wait_for_exit() == 1
    said = " ".join(terminal.raw.decode().split())
    assert "The piped recording cannot be stored in" in said
    assert "Traceback" not in said
