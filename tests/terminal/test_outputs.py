"""What a full disk, a closed descriptor and a reader that has gone do to the commands."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.desk import MLXTOP as WORDS
from tests.terminal.desk import Desk

MLXTOP = shlex.join(WORDS)
ROOT = Path(__file__).parents[2]
COMMANDS = (
    "--version",
    "--help",
    "themes",
    "config",
    "recordings recordings --json",
    "check recordings/sweep.jsonl",
    "compare recordings/tour.jsonl recordings/tour.jsonl",
    "watch --once",
    "watch --csv --count 1",
    "demo --prompt hi --no-record",
)
LOST = "mlxtop: Nothing more can be written to the output"


def outcomes(redirection: str, work: Path) -> dict[str, tuple[int, str, str]]:
    """Run every command under a shell's redirection; return status, stdout and stderr of each."""
    environment = os.environ | {"MLXTOP_DATA_DIR": str(work), "MLXTOP_CONFIG_DIR": str(work)}
    running = {
        command: subprocess.Popen(
            ["bash", "-c", f"{MLXTOP} {command} {redirection}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        for command in COMMANDS
    }
    return {
        command: (*process.communicate(), process.returncode)[::-1]
        for command, process in running.items()
    }


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is always full")
def test_a_full_output_is_one_sentence_and_status_1(tmp_path: Path) -> None:
    for command, (status, said, out) in outcomes(">/dev/full", tmp_path).items():
        assert (status, out) == (1, ""), command
        assert said.count(f"{LOST} (No space left on device).") == 1, command
        assert "Traceback" not in said, command
        assert "Exception ignored" not in said, command


def test_a_closed_output_is_one_sentence_and_status_1(tmp_path: Path) -> None:
    for command, (status, said, _) in outcomes(">&-", tmp_path).items():
        assert status == 1, command
        assert said.count(f"{LOST} (it is closed).") == 1, command
        assert "Traceback" not in said, command


def test_nobody_to_say_errors_to_is_no_reason_to_stop(tmp_path: Path) -> None:
    for command, (status, _, out) in outcomes("2>&-", tmp_path).items():
        assert status == 0, command
        assert out, command


def test_a_reader_that_has_gone_fails_nothing(tmp_path: Path) -> None:
    gone = '| true; exit "${PIPESTATUS[0]}"'
    for command, (status, said, _) in outcomes(gone, tmp_path).items():
        assert status == 0, command
        assert "Traceback" not in said, command
        assert "Exception ignored" not in said, command


def test_a_stream_ends_when_its_reader_has_gone(tmp_path: Path) -> None:
    environment = os.environ | {"MLXTOP_DATA_DIR": str(tmp_path)}
    for form in ("--csv", "--jsonl"):
        script = f'{MLXTOP} watch {form} --hz 20 | head -1; exit "${{PIPESTATUS[0]}}"'
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, env=environment, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("redirection", ["2>log", "2>&-"])
def test_the_screen_needs_no_stderr(desk: Desk, redirection: str) -> None:
    shipped = ROOT / "recordings" / "demo.jsonl"
    terminal = desk.open_command(["sh", "-c", f"{MLXTOP} replay {shipped} {redirection}"])
    terminal.wait_for("REPLAY")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    log = desk.work / "log"
    assert not log.exists() or log.read_text("utf-8") == ""


def test_what_is_said_of_a_run_is_not_held_back_where_python_is_told_to_hold_nothing() -> None:
    code = (
        "import sys; from mlxtop.streams import guard_streams; guard_streams()\n"
        "print(sys.stdout.line_buffering, sys.stderr.line_buffering)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True True\n"
