"""`mlxtop doctor` as a user runs it: in a pipe, in a terminal, with wrong words."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mlxtop.doctor.report import Report
from mlxtop.doctor.run import examine
from mlxtop.sensors.linux import nvidia
from tests.sensors.test_nvidia import Tell

REPOSITORY = Path(__file__).resolve().parents[2]
DOCTOR = (sys.executable, "-m", "mlxtop", "doctor")


def environment(**variables: str) -> dict[str, str]:
    unset = ("NO_COLOR", "COLUMNS", "TERM")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return kept | {"PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"} | variables


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*DOCTOR, *arguments],
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def in_a_terminal(**variables: str) -> str:
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [*DOCTOR, "--seconds", "1"], env=environment(**variables), stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 1 << 16)
        # What a terminal answers on Linux when nobody has it open any more.
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(ours)
    program.wait()
    return seen.decode()


def test_json_is_the_report_and_the_exit_status_follows_from_it() -> None:
    done = run("--json")
    report = msgspec.json.decode(done.stdout, type=Report)
    assert done.stderr == ""
    assert done.returncode == (1 if report.problems else 0)
    # On a busy machine the rate may not be kept; nothing else may fail.
    assert [problem for problem in report.problems if " Hz instead of " not in problem] == []
    assert {"cpu", "memory", "app cost"} <= {sensor.name for sensor in report.sensors}
    assert report.machine.memory_bytes
    assert report.machine.mlx_lm
    # The 1 Hz sensors were read more than once: two seconds are enough for a rate.
    assert all(sensor.hz_achieved is not None for sensor in report.sensors)


def test_a_pipe_gets_plain_text_in_80_columns() -> None:
    done = run("--seconds", "1")
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "memory.total_bytes" in done.stdout


def test_a_terminal_gets_colour_unless_it_is_not_wanted() -> None:
    assert "\x1b[32m●\x1b[0m cpu: works" in in_a_terminal(TERM="xterm")
    for refused in ({"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}):
        shown = in_a_terminal(**refused)
        assert re.search("[●o] cpu: works", shown), "a dumb terminal gets ASCII"
        assert "\x1b" not in shown


def test_a_stdout_that_takes_no_such_characters_gets_the_page_nevertheless() -> None:
    done = run("--seconds", "1", PYTHONIOENCODING="ascii")
    assert done.stderr == ""
    assert "cpu: works" in done.stdout


def test_a_capture_is_written_and_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    done = run("--seconds", "1", "--json", "--capture", str(folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert f"{len(files)} files in {folder}" in done.stderr
    kept = msgspec.json.decode((folder / "doctor.json").read_bytes(), type=Report)
    assert kept.sensors == msgspec.json.decode(done.stdout, type=Report).sensors


def test_a_place_that_will_not_do_is_one_sentence_and_nothing_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for place, said in (
        (tmp_path, "is not empty"),
        (tmp_path / "file", "is not a directory"),
        (tmp_path / "file" / "x", "cannot be created"),
        (tmp_path / ("x" * 300), "cannot be created (File name too long)"),
    ):
        done = run("--capture", str(place))
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9", "soon"])
def test_a_time_that_will_not_do_is_wrong_usage(seconds: str) -> None:
    done = run("--seconds", seconds)
    assert (done.returncode, done.stdout) == (2, "")
    assert "seconds" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" --seconds 1 --json | head -c 10', "bash", *DOCTOR],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (len(done.stdout), done.stderr) == (10, "")


def test_mlx_and_the_screen_are_not_imported() -> None:
    program = (
        "import sys\nfrom mlxtop.doctor.run import doctor\n"
        "doctor(json=True, seconds=1, capture=None)\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(str(loaded & {'mlx', 'mlx_lm', 'transformers', 'textual'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == "set()"


def test_a_machine_with_nvidia_gpus(tell: Tell) -> None:
    report = examine(1)
    figures = {figure.name: figure for each in report.sensors for figure in each.figures}
    assert figures["gpu.busy_percent"].value == 97
    assert figures["gpu.throttle_reasons"].note == "power cap"
    assert not [each for each in report.missing if "gpu.busy_percent" in each.figures]
    assert not [problem for problem in report.problems if " Hz instead of " not in problem]


def test_an_nvidia_gpu_whose_driver_does_not_answer_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nvidia, "kernel_shows_gpu", lambda: True)
    monkeypatch.setattr(nvidia, "LIBRARY", "no-such-library.so")
    report = examine(1)
    assert "An NVIDIA GPU is present but cannot be read: no-such-library.so" in report.problems[0]


@pytest.mark.skipif(sys.platform == "darwin", reason="needs a machine that is no Mac")
def test_a_mac_on_which_nothing_answers_names_each_sensor_that_fails() -> None:
    report = examine(1, "darwin")
    failed = {sensor.name for sensor in report.sensors if sensor.state == "failed"}
    assert {"memory", "pressure", "swap", "thermal"} <= failed
    assert all(any(f"sensor {name} fails" in said for said in report.problems) for name in failed)
    assert all(call.failure for call in report.calls)
