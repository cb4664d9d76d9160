"""The list of processes, read from real ones."""

import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psutil
import pytest

from mlxtop.watch.history import KEPT_READINGS, ProcessHistory, wait_after
from mlxtop.watch.processes import (
    ProcessInfo,
    ProcessReader,
    Reading,
    by_cpu,
    by_memory,
    command_line,
    kept,
)
from mlxtop.watch.served import Served, Server

# What a server does, as far as a list of processes can see: it has a name and listens.
LISTENS = """\
import socket
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
input()
"""


def only(pid: int) -> Callable[[], Iterable[psutil.Process]]:
    process = psutil.Process(pid)
    return lambda: [process]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], tuple[int, int]]]:
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> tuple[int, int]:
        script = tmp_path / name
        script.write_text(LISTENS, "utf-8")
        program = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        assert program.stdout is not None
        return program.pid, int(program.stdout.readline())

    yield start
    for program in started:
        program.kill()
        program.communicate()


def test_a_server_is_read_with_its_name_memory_and_port(
    serve: Callable[[str], tuple[int, int]],
) -> None:
    pid, port = serve("mlx_lm.server")

    (info,) = ProcessReader(only(pid)).read().servers

    assert (info.pid, info.server, info.port) == (pid, "mlx_lm.server", port)
    assert info.name.endswith("mlx_lm.server")
    assert (info.memory_bytes or 0) > 1_000_000


def test_another_program_that_listens_is_no_server(
    serve: Callable[[str], tuple[int, int]],
) -> None:
    pid, _ = serve("website.py")

    reading = ProcessReader(only(pid)).read()

    assert reading.servers == ()
    assert [p.port for p in reading.processes] == [None]


def test_a_share_of_cpu_is_known_from_the_second_reading_on() -> None:
    reader = ProcessReader(only(os.getpid()))

    (first,) = reader.read().processes
    sum(range(3_000_000))
    (second,) = reader.read().processes

    assert first.cpu_percent is None
    assert second.cpu_percent is not None
    assert second.cpu_percent > 0


def test_a_name_that_would_be_obeyed_by_a_terminal_is_made_visible(tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[2Jb\u202e"
    evil.symlink_to("/bin/sleep")
    program = subprocess.Popen([str(evil), "60"])
    try:
        reading = ProcessReader(only(program.pid)).read()
    finally:
        program.kill()
        program.wait()

    (name,) = (p.name for p in reading.processes)
    assert "\x1b" not in name
    assert "\u202e" not in name
    assert name.startswith("a␛[2Jb")


def test_a_process_that_has_ended_is_left_out() -> None:
    program = subprocess.Popen([sys.executable, "-c", "pass"])
    reader = ProcessReader(only(program.pid))
    program.wait()

    assert reader.read().total == 0


class Shut(psutil.Process):
    """A process of somebody else, as macOS shows it: its figures are not for us."""

    def oneshot(self) -> Any:
        return nullcontext()

    def memory_info(self) -> Any:
        raise psutil.AccessDenied(self.pid)

    def cpu_times(self) -> Any:
        raise psutil.AccessDenied(self.pid)


def test_what_the_system_keeps_to_itself_is_unknown_and_not_nought(
    serve: Callable[[str], tuple[int, int]],
) -> None:
    process = Shut(serve("mlx_lm.server")[0])
    reader = ProcessReader(lambda: [process])

    reader.read()
    (info,) = reader.read().servers

    assert info.memory_bytes is None
    assert info.cpu_percent is None


def test_what_is_not_known_to_use_anything_is_counted_and_not_listed() -> None:
    reading = ProcessReader(lambda: [Shut(os.getpid())]).read()

    assert (reading.total, reading.processes) == (1, ())


def info(pid: int, memory: int | None, cpu: float | None = None, server: str = "") -> ProcessInfo:
    return ProcessInfo(pid, f"p{pid}", memory, cpu, server=server)


def test_processes_are_sorted_by_memory_and_by_cpu() -> None:
    found = [info(1, 10, 5.0), info(2, 30, None), info(3, None, 90.0), info(4, 20, 5.0)]

    assert [p.pid for p in by_memory(found)] == [2, 4, 1, 3]
    assert [p.pid for p in by_cpu(found)] == [3, 4, 1, 2]


def test_the_largest_the_busiest_and_every_server_are_kept() -> None:
    found = [info(pid, 1000 + pid) for pid in range(100)]
    found += [info(200, 1, 80.0), info(201, 1, None, "ollama"), info(202, 1)]

    assert {p.pid for p in kept(found, 2)} == {98, 99, 200, 201}


def reading_at(t: float) -> Reading:
    return Reading(t, (), 0)


def test_history_answers_for_the_moment_that_is_looked_at() -> None:
    history = ProcessHistory(lambda: reading_at(0.0))
    for t in (10.0, 11.0, 12.0):
        history.add(reading_at(t))

    assert history.at(9.9) is None
    assert history.at(11.5) == reading_at(11.0)
    assert history.at(99.0) == reading_at(12.0)


def test_a_trail_is_the_mean_of_each_part_of_the_last_minute() -> None:
    history = ProcessHistory(lambda: reading_at(0.0))
    for t, cpu in ((95.0, 9.0), (101.0, 10.0), (104.0, 30.0), (106.0, None), (112.0, 80.0)):
        history.add(Reading(t, (info(7, 1, cpu),), 1))

    trail = history.trails(112.5, 15.0, 3)[7]
    assert (trail[0], trail[2]) == (20.0, 80.0)
    assert math.isnan(trail[1])
    assert history.trails(104.5, 15.0, 3)[7][1:] == (9.0, 20.0)
    assert history.trails(50.0, 15.0, 3) == {}


def test_details_are_read_once_and_only_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    process = psutil.Process()
    reads: list[int] = []
    real = type(process).cmdline

    def counted(self: psutil.Process) -> list[str]:
        reads.append(self.pid)
        return real(self)

    (plain,) = ProcessReader(lambda: [process]).read().processes
    assert (plain.command, plain.user) == ("", "")
    monkeypatch.setattr(type(process), "cmdline", counted)
    monkeypatch.setattr("mlxtop.watch.processes.is_candidate", lambda name: False)
    reader = ProcessReader(lambda: [process], details=True)
    found = [reader.read().processes[0] for _ in range(2)]
    assert found[0].command == found[1].command == command_line(real(process))
    assert found[0].user == psutil.Process().username()
    assert found[0].started == process.create_time()
    assert len(reads) == 1


class Telling(Served):
    """Says at once what every server has loaded."""

    def models(self, server: Server) -> str:
        return f"{server.argued} at {server.port}"

    def keep(self, servers: set[Server]) -> None:
        self.kept = servers


def test_a_server_has_the_model_that_it_says(serve: Callable[[str], tuple[int, int]]) -> None:
    pid, port = serve("mlx_lm.server")
    served = Telling()
    (info,) = ProcessReader(only(pid), served=served).read().servers
    assert info.models == f" at {port}"
    assert served.kept == {Server(pid, "mlx_lm.server", port)}


def test_a_beginning_that_macos_refuses_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    process = psutil.Process()

    def refuse(self: object) -> None:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "create_time", refuse)
    (found,) = ProcessReader(lambda: [process]).read().processes
    assert found.started == 0.0


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["/usr/bin/python3", "-m", "http.server"], "python3 -m http.server"),
        (["a\x1b[2J", "b\nc"], "a␛[2J b c"),
        (["x" * 400], "x" * 299 + "…"),
        ([], ""),
    ],
)
def test_a_command_line_is_one_safe_line(arguments: list[str], shown: str) -> None:
    assert command_line(arguments) == shown


def native(process: psutil.Process) -> type:
    """Return what psutil asks the system by."""
    return type(vars(process)["_proc"])


@pytest.mark.parametrize("error", [RuntimeError("proc_pidinfo() syscall failed"), OSError(5, "")])
def test_a_list_that_could_not_be_read_is_read_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlxtop.watch.history.EVERY_SECONDS", 0.0)
    answers: list[Exception | None] = [error, error, None]
    read = threading.Event()

    def listed() -> Reading:
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer
        read.set()
        return reading_at(1.0)

    history = ProcessHistory(listed)
    history.start()
    assert read.wait(30)
    history.close()
    assert history.at(1.0) == reading_at(1.0)


@pytest.mark.parametrize("error", [RuntimeError("proc_pidinfo() syscall failed"), OSError(5, "")])
def test_a_figure_that_macos_refuses_is_unknown_and_stops_nothing(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = psutil.Process()

    def refuse(self: object) -> None:
        raise error

    monkeypatch.setattr(native(process), "cpu_times", refuse)
    monkeypatch.setattr(native(process), "memory_info", refuse)
    reading = ProcessReader(lambda: [process]).read()
    assert reading.total == 1
    monkeypatch.setattr(native(process), "name", refuse)
    assert ProcessReader(lambda: [psutil.Process()]).read().total == 1


def test_a_process_that_ends_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    process = psutil.Process()

    def ended(self: object) -> None:
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(native(process), "cpu_times", ended)
    assert ProcessReader(lambda: [process]).read().total == 0


def test_history_keeps_ten_minutes() -> None:
    history = ProcessHistory(lambda: reading_at(0.0))
    for t in range(KEPT_READINGS + 5):
        history.add(reading_at(float(t)))

    assert history.at(4.5) is None
    assert history.at(5.5) == reading_at(5.0)


def test_a_machine_with_many_processes_is_read_less_often() -> None:
    assert wait_after(0.005) == 1.0
    assert wait_after(0.2) == pytest.approx(4.0)
