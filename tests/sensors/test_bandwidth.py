"""Memory bandwidth: told where somebody knows it, else measured once and remembered."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mlxtop import child_process, events, paths
from mlxtop.sensors import bandwidth, build_header
from mlxtop.sensors.bandwidth import Bandwidth, find, find_or_measure, measure, remembered
from mlxtop.sensors.bandwidth_child import SMALLEST_CACHE_BYTES, cache_bytes, copy_rates
from mlxtop.sensors.machine import Machine

GIB = 2**30


def calm() -> str:
    return ""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the processes that are started to measure."""
    started: list[str] = []
    command = child_process.command

    def counting(module: str, *arguments: str) -> list[str]:
        started.append(module)
        return command(module, *arguments)

    monkeypatch.setattr(child_process, "command", counting)
    return started


def test_it_is_measured_once_and_remembered_with_the_chip(counted: list[str]) -> None:
    assert remembered("A chip", 2) is None
    found, problem = measure("A chip", 2, calm)
    assert problem == ""
    assert found is not None
    assert found.bytes_per_second > 1e8
    assert found.label == "memory bandwidth, measured"
    assert found.source.startswith("measured: ")
    assert remembered("A chip", 2) == found
    assert find_or_measure("A chip", 2, system="linux") == (found, "")
    assert counted == ["mlxtop.sensors.bandwidth_child"]
    # Another chip, or the same with other cores, is another machine.
    assert remembered("Another chip", 2) is None
    assert remembered("A chip", 4) is None


def test_never_while_something_is_at_work(counted: list[str]) -> None:
    found, problem = measure("A chip", 2, lambda: "a model is running (process 7)")
    assert (found, problem) == (None, "a model is running (process 7)")
    assert counted == []
    assert remembered("A chip", 2) is None


def test_a_process_of_a_model_that_works_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = "import sys\nprint(flush=True)\nwhile True: pass"
    arguments = [sys.executable, "-c", busy, "mlxtop.engine.child"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as model:
        assert model.stdout is not None
        model.stdout.readline()
        # Tests beside this one have models at work, too.
        known = [psutil.Process(), psutil.Process(model.pid)]
        monkeypatch.setattr(psutil, "process_iter", lambda: known)
        said = ""
        # Where others keep the processors busy, it may not get its share in one half second.
        for _ in range(20):
            said = bandwidth.why_not_now()
            if said.startswith("a model"):
                break
        model.kill()
    assert said == f"a model is running (process {model.pid})"


def test_what_the_maker_says_needs_no_measurement(counted: list[str]) -> None:
    found, problem = find_or_measure("Apple M4 Max", 16, 40, 128 * GIB, system="linux")
    assert problem == ""
    assert found == Bandwidth(546e9, "Apple's table, by chip and GPU cores")
    assert found.label == "memory bandwidth, theoretical"
    assert counted == []


def test_an_apple_chip_that_is_not_in_the_table_is_not_measured(counted: list[str]) -> None:
    assert find_or_measure("Apple M99", 16, system="darwin")[0] is None
    assert counted == []


@pytest.mark.parametrize(
    "kept",
    [
        7,
        {"chip": "A chip", "cpu_cores": 2},
        {"chip": "A chip", "cpu_cores": 2, "bytes_per_second": "fast", "source": "measured"},
        {"chip": "A chip", "cpu_cores": 2, "bytes_per_second": -1, "source": "measured"},
        {"chip": "A chip", "cpu_cores": 2, "bytes_per_second": 1e30, "source": "measured"},
        {"chip": "A chip", "cpu_cores": 2, "bytes_per_second": 1e9, "source": None},
    ],
)
def test_nonsense_that_was_remembered_is_nothing(kept: object) -> None:
    paths.state_file().parent.mkdir(parents=True, exist_ok=True)
    paths.state_file().write_text(json.dumps({bandwidth.REMEMBERED: kept}))
    assert find("A chip", 2) is None


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('nothing')", "the measuring process printed no result"),
        (
            'print(\'{"bytes_per_second": 0, "median_bytes_per_second": 0}\')',
            "the measuring process printed no result",
        ),
        ("import sys; sys.exit('too little memory is free')", "too little memory is free"),
        ("import os; os._exit(3)", "the measuring process exited with status 3"),
    ],
)
def test_a_measurement_that_fails_says_why(
    program: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "command", lambda module: [sys.executable, "-c", program])
    assert measure("A chip", 2, calm) == (None, said)
    assert remembered("A chip", 2) is None


def test_the_header_has_it() -> None:
    machine = Machine(chip="A chip", cpu_cores=2)
    assert build_header([], machine).memory_bandwidth_bytes_per_second is None
    found, _ = measure("A chip", 2, calm)
    assert found is not None
    header = events.decode(events.encode(build_header([], machine)))
    assert isinstance(header, events.Header)
    assert header.memory_bandwidth_bytes_per_second == found.bytes_per_second
    assert header.memory_bandwidth_source == found.source


def test_the_largest_cache_counts(tmp_path: Path) -> None:
    for place, size in enumerate(("32K", "1024K", "262144K", "nonsense")):
        (tmp_path / f"index{place}").mkdir()
        (tmp_path / f"index{place}" / "size").write_text(f"{size}\n")
    assert cache_bytes(tmp_path) == 256 << 20
    assert cache_bytes(tmp_path / "nothing") == SMALLEST_CACHE_BYTES


def test_each_round_has_a_rate() -> None:
    rates = copy_rates(2, 1 << 20, rounds=4)
    assert len(rates) == 4
    assert all(rate > 0 for rate in rates)
