"""`mlxtop watch` as it is typed: what is printed, where it ends, and with which status."""

import csv
import io
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.recording.reader import Recording
from tests.terminal.desk import Desk, runs

PATIENCE_SECONDS = 60


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def result(program: "subprocess.Popen[str]") -> tuple[str, str, int]:
    out, err = program.communicate(timeout=PATIENCE_SECONDS)
    return out, err, program.returncode


def written(desk: Desk) -> list[str]:
    """Return the names of files that were not there before."""
    before = {"state.json"}
    folders = (desk.data, desk.config, desk.work)
    return [p.name for f in folders for p in f.rglob("*") if p.name not in before]


def test_one_reading_is_a_table_and_nothing_is_written(desk: Desk) -> None:
    out, err, status = result(desk.start("watch", "--once"))

    assert (status, err) == (0, "")
    assert "memory.total_bytes" in out
    assert "NAME" in out.splitlines()[2]
    assert "processes, those that use the most memory." in out
    assert written(desk) == []


def test_one_reading_as_json_holds_shares_of_cpu(desk: Desk) -> None:
    out, _, status = result(desk.start("watch", "--once", "--json"))

    content = json.loads(out)
    assert status == 0
    assert content["figures"]["cpu.user_percent"]["value"] is not None
    assert content["figures"]["memory.total_bytes"]["unit"] == "bytes"
    assert content["processes"]


def test_csv_ends_after_so_many_rows(desk: Desk) -> None:
    out, err, status = result(desk.start("watch", "--csv", "--hz", "20", "--count", "3"))

    rows = list(csv.DictReader(io.StringIO(out)))
    assert (status, err) == (0, "")
    assert len(rows) == 3
    assert all(float(row["memory.total_bytes"]) > 0 for row in rows)
    assert rows[0]["cpu.user_percent"] == ""


def test_json_lines_can_be_replayed(desk: Desk) -> None:
    out, _, status = result(desk.start("watch", "--jsonl", "--hz", "20", "--seconds", "0.5"))

    file = desk.work / "watched.jsonl"
    file.write_text(out, "utf-8")
    with Recording(file) as recording:
        said = list(recording.events())
        assert recording.report.sentences() == []
    assert status == 0
    assert isinstance(said[0], events.Header)
    assert sum(isinstance(event, events.Sample) for event in said) > 1


@pytest.mark.parametrize("output", ["--csv", "--jsonl"])
def test_a_reader_that_goes_ends_it_quietly(desk: Desk, output: str) -> None:
    program = desk.start("watch", output, "--hz", "20")
    assert program.stdout is not None

    program.stdout.readline()
    program.stdout.close()

    assert program.stderr is not None
    assert program.stderr.read() == ""
    assert program.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("output", ["--csv", "--jsonl"])
def test_ctrl_c_ends_it_quietly(desk: Desk, output: str) -> None:
    program = desk.start("watch", output, "--hz", "20")
    assert program.stdout is not None
    text = program.stdout.readline() + program.stdout.readline()

    os.kill(program.pid, signal.SIGINT)

    text += program.stdout.read()
    assert text.endswith("\n")
    if output == "--jsonl":
        assert isinstance(events.decode(text.splitlines()[-1].encode()), events.End)
    assert program.stderr is not None
    assert program.stderr.read() == ""
    assert program.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--csv", "--jsonl"],
        ["--json"],
        ["--csv", "--hz", "0"],
        ["--csv", "--hz", "21"],
        ["--count", "3"],
        [],
    ],
)
def test_a_wrong_call_is_one_sentence_and_status_2(desk: Desk, words: list[str]) -> None:
    out, err, status = result(desk.start("watch", *words))

    assert (status, out) == (2, "")
    assert err.startswith("mlxtop: ")
    assert err.count("\n") == 1


def test_the_screen_shows_the_machine_starts_no_engine_and_writes_nothing(desk: Desk) -> None:
    terminal = desk.open("watch")
    terminal.wait_for("processes by memory")
    terminal.wait_for("not recorded")

    terminal.type("s")
    terminal.wait_for("processes by CPU")
    assert children(terminal.pid) == []
    terminal.type("q")

    assert terminal.wait_for_exit() == 0
    assert written(desk) == []


def test_what_is_recorded_can_be_replayed(desk: Desk) -> None:
    terminal = desk.open("watch", "--record")
    terminal.wait_for("● REC")
    terminal.type("m")
    terminal.wait_for("mark this moment")
    terminal.type("here\r")
    terminal.wait_until_gone("mark this moment")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0

    (file,) = desk.recordings()
    assert file.name.endswith("_watch.jsonl")
    assert file.stat().st_mode & 0o077 == 0
    with Recording(file) as recording:
        said = list(recording.events())
        assert recording.report.sentences() == []
    assert isinstance(said[0], events.Header)
    assert isinstance(said[-1], events.End)
    assert [event.note for event in said if isinstance(event, events.Mark)] == ["here"]


def children(pid: int) -> list[str]:
    """Return the names of the processes below one that still run."""
    import psutil

    below = psutil.Process(pid).children(recursive=True)
    return [process.name() for process in below if runs(process)]
