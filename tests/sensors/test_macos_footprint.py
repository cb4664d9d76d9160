"""A process's memory on a Mac is its footprint: in the panes' figures and in the list."""

import os

import psutil
import pytest

from mlxtop.sensors.macos.footprint import Footprints
from mlxtop.sensors.processes import RESIDENT, ProcessCost, process_memory
from mlxtop.watch.processes import ProcessReader
from tests.sensors.fake_mac import FakeMac

OURS = 5 << 33  # more than 32 bits


def test_the_footprint_is_told_and_named(mac: FakeMac) -> None:
    mac.footprint(os.getpid(), OURS)
    memory = process_memory("darwin", mac.path)
    assert memory.source == "proc_pid_rusage ri_phys_footprint"
    assert memory.read(psutil.Process()) == OURS
    sensor = ProcessCost("app", 1, os.getpid(), memory)
    assert sensor.read()["app.memory_bytes"] == OURS
    sources = {info.name: info.source for info in sensor.infos}
    assert sources["app.memory_bytes"] == "proc_pid_rusage ri_phys_footprint"


def test_another_users_process_has_none(mac: FakeMac) -> None:
    footprints = Footprints(mac.path)
    mac.footprint(1, 0)
    assert (footprints.of(2), footprints.of(1)) == (None, 0)


def test_where_it_cannot_be_had_it_is_resident_memory_and_says_so(
    mac: FakeMac, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The call answers for nobody; there is no such call; there is no such system.
    for memory in (process_memory("darwin", mac.path), process_memory("darwin", "libc.so.6"),
                   process_memory("linux")):  # fmt: skip
        assert memory.source == RESIDENT
        assert memory.read(psutil.Process()) > 1 << 20
    # One that is refused, where the call answers for others.
    mac.footprint(os.getpid(), OURS)
    memory = process_memory("darwin", mac.path)
    monkeypatch.setattr("mlxtop.sensors.macos.footprint.Footprints.of", lambda self, pid: None)
    assert 1 << 20 < memory.read(psutil.Process()) < OURS


def test_the_list_of_processes_has_footprints(mac: FakeMac) -> None:
    mac.footprint(os.getpid(), OURS)
    reader = ProcessReader(lambda: [psutil.Process()], memory=process_memory("darwin", mac.path))
    (info,) = reader.read().processes
    assert info.memory_bytes == OURS
