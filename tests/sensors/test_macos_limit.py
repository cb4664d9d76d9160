"""A kernel that answers two to ten times a second and repeats itself in between: what is told."""

import math
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from mlxtop.events import AnyEvent, Sample
from mlxtop.sensors import Sampler, Sensor
from mlxtop.sensors.cpu import Core, Cpu, shares
from mlxtop.sensors.guard import Guard
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.memory import MacMemory, MacSwap, MacSwapTraffic, SharedCounts
from mlxtop.sensors.macos.sources import Counts, KernelSource, ProgramSource
from tests.sensors.fake_mac import FakeMac, buffer
from tests.sensors.ticking import Ticking

PAGE = 16384
PAGES_A_SECOND = 6400
BUSY_CORES, PARKED = 5, 7
WIRED, OUT = "memory.wired_bytes", "swap.out_bytes_per_second"


@dataclass
class Machine:
    """A busy Mac whose clock is told: five cores work, one is parked, and it swaps steadily."""

    mac: FakeMac
    ticking: Ticking
    others_hz: float = 0.0
    swaps: tuple[float, float] = (0.0, math.inf)
    others_calls: int = 0
    other: Kernel = field(init=False)

    def __post_init__(self) -> None:
        self.other = self.mac.kernel()
        self.mac.sysctl("hw.pagesize", struct.pack("<q", PAGE))
        self.mac.sysctl("vm.swapusage", struct.pack("<QQQIi", 400, 300, 100, PAGE, 1))
        # They were there before us: what the kernel would repeat is theirs.
        self._others_due = self.ticking.t - 4.9863
        self.move()

    def move(self, number: int = 0) -> None:
        """Let the kernel reach the clock's time, and the other programs make their calls."""
        while self.others_hz and self._others_due <= self.ticking.t:
            self._set(self._others_due)
            self.other.vm_statistics64()
            self.mac.all_cores()
            self.others_calls += 2
            self._others_due += 1 / self.others_hz
        self._set(self.ticking.t)

    def _set(self, t: float) -> None:
        self.mac.at(t)
        # Wired memory tells which moment an answer is of: a page more each millisecond.
        begun, ended = self.swaps
        swapouts = round(PAGES_A_SECOND * max(0.0, min(t, ended) - begun))
        data = bytearray(buffer(wired=round(1000 * t), swapouts=swapouts))
        struct.pack_into("<Q", data, 48, round(1e6 * t))
        self.mac.statistics(bytes(data))
        ticks = round(100 * t)
        for core in range(8):
            if core == PARKED:
                continue
            busy = ticks if core < BUSY_CORES else 0
            self.mac.cpu(core, busy, 0, ticks - busy)


def sampled(machine: Machine, sensors: list[Sensor], hz: float, ticks: int) -> list[Sample]:
    ticking, seen = machine.ticking, list[AnyEvent]()
    ticking.most_waits, ticking.waits = ticks, 0
    ticking.on_wait = machine.move
    sampler = Sampler(
        sensors, seen.append, hz, clock=ticking.now, wall=ticking.wall, wait=ticking.wait
    )
    sampler.run()
    assert sampler.stats().late == sampler.stats().dropped == 0
    assert sampler.stats().lost == ()
    return [event for event in seen if isinstance(event, Sample)]


def readers(machine: Machine, hz: float) -> list[Sensor]:
    source = KernelSource(machine.mac.kernel())
    shared = SharedCounts(source, machine.ticking.now)
    return [
        Cpu(hz, machine.mac.cores),
        MacMemory(hz, shared),
        MacSwapTraffic(hz, shared),
        MacSwap(hz, source),
    ]


def told(samples: list[Sample], name: str) -> list[tuple[float, float]]:
    """Return (time, value) of a figure, as often as it was told and known."""
    return [
        (sample.t, value) for sample in samples if (value := sample.values.get(name)) is not None
    ]


@dataclass
class Run:
    """Forty seconds of a machine, read at `hz` beside programs that call at `others_hz`."""

    hz: float
    others_hz: float
    ticks: int
    calls: int
    samples: list[Sample]


RUNS = [(hz, others_hz) for hz in (1.0, 5.0, 10.0, 20.0) for others_hz in (0.0, 1.0, 3.0, 25.0)]


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: f"{run[0]:g}Hz-others{run[1]:g}Hz")
def run(
    request: pytest.FixtureRequest, fake_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    hz, others_hz = request.param
    copy = shutil.copy(fake_library, tmp_path_factory.mktemp("limit") / "macos.so")
    machine = Machine(FakeMac(Path(copy)), Ticking(), others_hz)
    before = machine.mac.number("calls") - machine.others_calls
    ticks = round(hz * 40)
    samples = sampled(machine, readers(machine, hz), hz, ticks)
    calls = machine.mac.number("calls") - machine.others_calls - before
    return Run(hz, others_hz, ticks, calls, samples)


def test_a_busy_machine_is_never_told_to_be_idle(run: Run) -> None:
    busy = told(run.samples, "cpu.user_percent")
    assert len(busy) == run.ticks - 1, "every reading after the first has a figure"
    # Five of eight cores; the one that is parked is one of the eight.
    assert {value for _, value in busy} == {62.5}


def test_no_reading_of_memory_is_told_twice_or_long_after_it_was_true(run: Run) -> None:
    wired = told(run.samples, WIRED)
    values = [value for _, value in wired]
    assert values == sorted(set(values))
    # The first answer may be older: nobody knows when the last one was asked for.
    for t, value in wired[1:]:
        assert -0.001 <= t - value / PAGE / 1000 < 1 / run.hz + 0.001
    # A window of the kernel's is a second, and begins with the first call after the last.
    longest = max(1.0, 1 / run.hz) + 1 / run.hz + 1e-6
    assert max(later[0] - earlier[0] for earlier, later in pairwise(wired)) <= longest


def test_the_kernel_is_called_once_a_tick_for_memory_and_swap(run: Run) -> None:
    assert run.calls == run.ticks


def moved(rates: list[tuple[float, float]], start: float, end: float) -> float:
    """Return the bytes moved between two times, each rate being that since the one before it."""
    total = 0.0
    for (before, _), (t, rate) in pairwise(rates):
        total += rate * max(0.0, min(t, end) - max(before, start))
    return total


def test_swap_traffic_is_true_within_a_tenth_over_two_seconds(run: Run) -> None:
    rates = told(run.samples, OUT)
    true = PAGES_A_SECOND * PAGE
    assert len(rates) > 25
    if not run.others_hz:
        assert [rate for _, rate in rates] == pytest.approx([true] * len(rates), rel=1e-3)
    # The moment of an answer is known to one reading's distance: below 5 Hz that is a longer time.
    seconds = max(2.0, 10 / run.hz)
    t, end = rates[0][0], rates[-1][0]
    while t + seconds <= end:
        assert moved(rates, t, t + seconds) == pytest.approx(true * seconds, rel=0.1)
        t += 0.13


@pytest.mark.parametrize("others_hz", [0.0, 3.0])
def test_a_burst_is_told_when_it_was(mac: FakeMac, ticking: Ticking, others_hz: float) -> None:
    """A benchmark's trial is not to answer for what was swapped out before it."""
    machine = Machine(mac, ticking, others_hz, swaps=(ticking.t + 10.0, ticking.t + 11.0))
    rates = told(sampled(machine, readers(machine, 5.0), 5.0, 150), OUT)
    begun, ended = machine.swaps
    busy = [t for t, rate in rates if rate > 0]
    # Between two answers that were new lies up to a second.
    assert begun < busy[0] <= begun + 1.4
    assert busy[-1] <= ended + 1.4
    assert moved(rates, begun - 2, ended + 3) == pytest.approx(PAGES_A_SECOND * PAGE, rel=0.1)


def test_swap_traffic_by_the_program_is_from_run_to_run(ticking: Ticking) -> None:
    swapouts = iter([1000, 1010, 1010])

    def vm_stat(command: Sequence[str]) -> str:
        return f"(page size of 4096 bytes)\nSwapins: 0.\nSwapouts: {next(swapouts)}.\n"

    traffic = MacSwapTraffic(1.0, SharedCounts(ProgramSource(vm_stat), ticking.now))
    found = []
    for _ in range(3):
        found.append(traffic.read()[OUT])
        ticking.t += 2.0
    assert found == [None, 5 * 4096, 0]


class Repeating(KernelSource):
    """Answers of ten pages a second, each as old as it is told to be."""

    def __init__(self, ticking: Ticking, ages: dict[int, float]) -> None:
        self.ticking = ticking
        self.ages = ages
        self.calls = 0
        self.made_at = 0.0

    def counts(self) -> Counts:
        if self.calls in self.ages:
            self.made_at = self.ticking.t - self.ages[self.calls]
        self.calls += 1
        return Counts({"swapouts": round(1e6 * self.made_at)}, str(self.made_at).encode())


def test_an_answer_of_unknown_age_makes_no_rate(ticking: Ticking) -> None:
    """At the start, and after a gap, the kernel repeats what others asked for up to a second ago.

    The first rate after a gap is the mean of the whole gap, never a burst.
    """
    ages = {0: 0.9, 1: 0.0, 2: 0.0, 10: 0.9, 11: 0.0, 12: 0.0}
    traffic = MacSwapTraffic(5.0, SharedCounts(Repeating(ticking, ages), ticking.now))
    rates = {}
    for tick in range(15):
        if (rate := traffic.read().get(OUT)) is not None:
            rates[tick] = rate
        ticking.t += 60.0 if tick == 9 else 0.2
    assert rates == {2: pytest.approx(1e6), 11: pytest.approx(1e6), 12: pytest.approx(1e6)}


def test_a_counter_that_went_backwards_has_no_rate_until_the_next_reading(
    mac: FakeMac, ticking: Ticking
) -> None:
    mac.sysctl("hw.pagesize", struct.pack("<q", 1))
    traffic = MacSwapTraffic(1.0, SharedCounts(KernelSource(mac.kernel()), ticking.now))
    rates = []
    for count in (0, 10, 20, 5, 15, 25):
        mac.at(ticking.t)
        mac.statistics(buffer(swapouts=count, wired=count))
        rates.append(traffic.read().get(OUT))
        ticking.t += 1
    assert rates == [None, None, 10.0, None, 10.0, 10.0]


def test_a_repeated_sum_of_all_cores_is_no_reading(mac: FakeMac, ticking: Ticking) -> None:
    """What psutil reads for the sum repeats itself: never a nought, which nobody measured."""
    machine = Machine(mac, ticking, others_hz=3.0)
    cpu = Cpu(5.0, mac.all_cores)
    found = []
    for _ in range(300):
        machine.move()
        found.append(cpu.read())
        ticking.t += 0.2
    assert found.count({}) > 30, "the kernel repeated itself"
    assert 0.0 not in [values.get("cpu.user_percent") for values in found]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([Core(1, 1, 4)], [Core(2, 1, 6)], (50, 0)),
        # Parked: idle, but there.
        ([Core(1, 1, 4), Core(3, 3, 9)], [Core(2, 1, 5), Core(3, 3, 9)], (50, 0)),
        # No time passed at all.
        ([Core(1, 1, 4)] * 2, [Core(1, 1, 4)] * 2, None),
        # A counter that wrapped tells nothing of its core.
        ([Core(9, 1, 10), Core(0, 0, 0)], [Core(1, 1, 2), Core(0, 1, 2)], (0, 50)),
        # A core that came.
        ([Core(1, 1, 4)], [Core(1, 1, 5), Core(0, 0, 1)], None),
        ([], [], None),
    ],
)
def test_shares_of_the_cores(
    before: list[Core], after: list[Core], found: tuple[float, float] | None
) -> None:
    assert shares(before, after) == found


def fresh_answers(
    mac: FakeMac, ticking: Ticking, kernel: Kernel, hz: float, ticks: int
) -> set[int]:
    """Return how many answers of a second were fresh, the different numbers of them."""
    numbers, since = [], ticking.t
    for tick in range(ticks):
        mac.at(since + tick / hz)
        before = mac.number("fresh")
        kernel.vm_statistics64()
        if tick % round(hz) == 0:
            numbers.append(0)
        numbers[-1] += mac.number("fresh") - before
    return set(numbers)


def test_the_fake_kernel_limits_as_the_real_one(mac: FakeMac, ticking: Ticking) -> None:
    kernel = mac.kernel()
    # A window ends a whole second after its first call, so each begins with a call here.
    assert fresh_answers(mac, ticking, kernel, 20.0, 20 * 300) == set(range(2, 11))
    ticking.t += 1000
    assert fresh_answers(mac, ticking, kernel, 2.0, 2 * 100) == {2}


def test_each_revision_has_a_copy_of_its_own(mac: FakeMac) -> None:
    ours, psutils = mac.kernel(), mac.kernel()
    psutils._count = 40
    for number in range(20):
        mac.statistics(buffer(wired=number))
        ours.vm_statistics64()
    mac.statistics(buffer(wired=100))
    assert struct.unpack_from("<I", psutils.vm_statistics64(), 12) == (100,)
    assert struct.unpack_from("<I", ours.vm_statistics64(), 12) < (20,)


def test_a_copy_that_is_wider_than_asked_for_is_asked_for_again(
    mac: FakeMac, ticking: Ticking
) -> None:
    """macOS 27 answers 38 words, but its copies have 104: only copies are refused, at first."""
    mac.tell("kernel_count", 104)
    mac.tell("wide_copies", 1)
    machine = Machine(mac, ticking)
    samples = sampled(machine, readers(machine, 10.0), 10.0, 200)
    assert mac.number("too_large") == 1
    values = [value for _, value in told(samples, WIRED)]
    assert len(values) > 50
    assert values == sorted(set(values))


def test_nothing_new_is_no_change_of_a_steady_figure() -> None:
    answers = iter([{"a_count": 1.0}, {}, {"a_count": 1.0}, {"a_count": 2.0}, {}])

    class Quiet(Sensor):
        steady = True

        def read(self) -> dict[str, float | None]:
            return dict(next(answers))

    guard = Guard(Quiet("quiet", 5, [("a_count", "a test")]), lambda event: None)
    given = [guard.read(tick / 5) for tick in range(5)]
    assert given == [{"a_count": 1.0}, {}, {}, {"a_count": 2.0}, {}]
