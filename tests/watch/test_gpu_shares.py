"""GPU time by process, from the counters that macOS keeps by client."""

import os

import psutil

from mlxtop.sensors.macos.gpu_time import Client
from mlxtop.watch.processes import GpuShares, ProcessReader, by_gpu, gpu_shares


class Mac:
    """Counters of clients, at a time."""

    def __init__(self) -> None:
        self.t = 10.0
        self.clients: dict[int, Client] = {}

    def shares(self) -> GpuShares:
        return GpuShares(lambda: dict(self.clients), lambda: self.t)


def test_clients_of_a_process_are_added_up_over_the_time_that_passed() -> None:
    mac = Mac()
    shares = mac.shares()
    mac.clients = {1: Client(41, 0), 2: Client(41, 500), 3: Client(7, 0), 4: Client(None, 0)}
    assert shares.read() == {}

    mac.t = 12.0
    mac.clients = {
        1: Client(41, 1_000_000_000),
        2: Client(41, 400_000_500),
        3: Client(7, 0),
        4: Client(None, 9),
    }

    assert shares.read() == {41: 70.0, 7: 0.0}


def test_a_counter_that_jumps_or_is_new_counts_for_nothing() -> None:
    mac = Mac()
    shares = mac.shares()
    mac.clients = {1: Client(41, 900), 2: Client(42, 0)}
    shares.read()

    mac.t = 11.0
    mac.clients = {1: Client(41, 5), 2: Client(42, 10**15), 3: Client(43, 10**9)}

    assert shares.read() == {}


def test_two_readings_at_one_time_give_no_shares() -> None:
    mac = Mac()
    shares = mac.shares()
    mac.clients = {1: Client(41, 900)}
    shares.read()
    assert shares.read() == {}


def test_clients_that_overlap_are_no_more_than_the_whole_gpu() -> None:
    mac = Mac()
    shares = mac.shares()
    mac.clients = {1: Client(41, 0), 2: Client(41, 0)}
    shares.read()
    mac.t = 11.0
    mac.clients = {1: Client(41, 9 * 10**8), 2: Client(41, 9 * 10**8)}

    assert shares.read() == {41: 100.0}


def test_a_registry_that_does_not_answer_leaves_them_unknown() -> None:
    def fails() -> dict[int, Client]:
        raise OSError("IOServiceGetMatchingServices returned 5")

    assert GpuShares(fails).read() == {}


def test_a_machine_that_does_not_count_has_none() -> None:
    assert gpu_shares("linux")() == {}


def test_a_share_stands_at_its_process() -> None:
    me = os.getpid()
    reader = ProcessReader(lambda: [psutil.Process(me)], gpu=lambda: {me: 42.0})

    (info,) = by_gpu(reader.read().processes)

    assert info.gpu_percent == 42.0
