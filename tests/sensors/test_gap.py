"""Nobody read for a while: the machine slept, or the process was stopped."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from mlxtop.events import Anchor, AnyEvent, Sample, decode
from mlxtop.folds.pressure import HOLD_SECONDS
from mlxtop.sensors.linux.kernel import LinuxCpu
from mlxtop.sensors.linux.memory import LinuxSwap
from mlxtop.sensors.macos.gpu_time import Client, GpuTime
from mlxtop.sensors.sampler import Sampler
from mlxtop.sensors.sampler_counts import OwnSampling
from mlxtop.timeline import Timeline
from tests.sensors.ticking import Ticking
from tests.tui.zoomed import plots

SLEPT = 600.0


class World:
    """Files of /proc that go on counting while nobody reads."""

    def __init__(self, ticking: Ticking, folder: Path) -> None:
        self.ticking = ticking
        self.stat, self.meminfo, self.vmstat = (
            folder / name for name in ("stat", "meminfo", "vmstat")
        )
        self.meminfo.write_text("MemTotal: 1000 kB\nSwapTotal: 500 kB\nSwapFree: 400 kB\n")
        self.busy_percent = 20.0
        self._user = self._idle = self._pages = 0.0
        self._at = ticking.t
        self.write()

    def write(self) -> None:
        passed, self._at = self.ticking.t - self._at, self.ticking.t
        self._user += passed * self.busy_percent
        self._idle += passed * (100 - self.busy_percent)
        self._pages += passed * 10
        self.stat.write_text(f"cpu  {self._user:.0f} 0 0 {self._idle:.0f} 0 0 0 0 0 0\n")
        self.vmstat.write_text(f"pswpin {self._pages:.0f}\npswpout 0\n")


def read(ticking: Ticking, folder: Path, ticks: int = 100) -> tuple[Timeline, list[AnyEvent]]:
    """Sample for ten seconds, sleep for ten minutes, sample for ten seconds."""
    world = World(ticking, folder)

    def pass_time(number: int) -> None:
        if number == ticks // 2:
            ticking.t += SLEPT
        world.write()

    ticking.on_wait, ticking.most_waits = pass_time, ticks
    sensors = [
        LinuxCpu(5, world.stat),
        LinuxSwap(1, world.meminfo, world.vmstat, ticking.now),
        OwnSampling(1),
    ]
    seen: list[AnyEvent] = []
    sampler = Sampler(
        sensors, seen.append, 5, clock=ticking.now, wall=ticking.wall, wait=ticking.wait
    )
    sampler.run()
    timeline = Timeline()
    for event in seen:
        timeline.add(event)
    return timeline, seen


def test_series_and_charts_have_a_gap(ticking: Ticking, tmp_path: Path) -> None:
    timeline, _ = read(ticking, tmp_path)
    slept_at = 1010.0
    for name in ("cpu.user_percent", "swap.used_bytes", "swap.in_bytes_per_second"):
        assert timeline.readings.value(name, slept_at - 0.1) is not None, name
        for t in (slept_at + HOLD_SECONDS + 1, slept_at + SLEPT / 2, slept_at + SLEPT - 0.1):
            assert timeline.readings.value(name, t) is None, name
        assert timeline.readings.value(name, slept_at + SLEPT + 0.1) is not None, name
    line = plots("cpu", timeline, ticking.t, ticking.t - 1000, 200, 30)[0].lines[0]
    width = line.xs[1] - line.xs[0]
    since = [ticking.t - 1000 + x for x in line.xs]
    gap = [
        y
        for at, y in zip(since, line.ys, strict=True)
        if 10 + HOLD_SECONDS + width < at < 10 + SLEPT
    ]
    assert len(gap) > 100
    assert all(math.isnan(y) for y in gap)


def test_rates_after_it_are_true_for_the_whole_time(ticking: Ticking, tmp_path: Path) -> None:
    timeline, seen = read(ticking, tmp_path)
    page = os.sysconf("SC_PAGE_SIZE")
    after = [event for event in seen if isinstance(event, Sample) and event.t > 1100]
    assert after[0].values["cpu.user_percent"] == pytest.approx(20, abs=0.5)
    assert after[0].values["swap.in_bytes_per_second"] == pytest.approx(10 * page, rel=0.02)
    highest = max(timeline.series["swap.in_bytes_per_second"].values[1:])
    assert highest < 12 * page
    assert after[0].values["app.sampling_gaps"] == 1
    assert after[0].values["app.samples_dropped"] == 0


def test_an_anchor_follows_also_where_wall_time_did_not_step(
    ticking: Ticking, tmp_path: Path
) -> None:
    _, seen = read(ticking, tmp_path)
    assert [event.t for event in seen if isinstance(event, Anchor)] == pytest.approx([1000, 1610])
    ticking.on_wait = lambda number: setattr(ticking, "t", ticking.t + 4 * (number == 300))
    ticking.waits, ticking.most_waits = 250, 350
    again: list[AnyEvent] = []
    Sampler([], again.append, 5, clock=ticking.now, wall=ticking.wall, wait=ticking.wait).run()
    anchors = [event.t for event in again if isinstance(event, Anchor)]
    assert len(anchors) == 2
    assert anchors[1] - anchors[0] == pytest.approx(14)


def test_gpu_time_of_a_gap_is_a_share_of_the_whole_gap() -> None:
    time = GpuTime()
    shares: list[float] = []
    used, t = 0.0, 0.0
    for step in range(60):
        passed = SLEPT if step == 30 else 0.2
        t, used = t + passed, used + passed * 0.25e9
        share, _ = time.update(t, {1: Client(7, int(used))}, 7)
        shares += [] if share is None else [share]
    assert shares == pytest.approx([25.0] * len(shares), abs=0.1)
    # A GPU that stood still meanwhile: little, and no spike when it works again.
    t += SLEPT
    share, _ = time.update(t, {1: Client(7, int(used))}, 7)
    assert share == pytest.approx(0, abs=0.1)
    for _ in range(5):
        t, used = t + 0.2, used + 0.2 * 0.25e9
        share, _ = time.update(t, {1: Client(7, int(used))}, 7)
        assert share is not None
        assert share <= 25.1


CHILD = """
import sys, time
from mlxtop.events import encode
from mlxtop.sensors import Sampler, default_sensors
sampler = Sampler(default_sensors(hz=20), lambda e: sys.stdout.buffer.write(encode(e)), 20)
sampler.start()
while sampler.stats().ticks < 30: time.sleep(0.02); sys.stdout.flush()
sys.stdout.flush()
print('"stop me"', flush=True)
while sampler.stats().ticks < 70: time.sleep(0.02); sys.stdout.flush()
sampler.stop()
times = __import__("os").times()
print(times.user + times.system, flush=True)
"""
STOPPED_SECONDS = 3.5


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's own figures")
def test_a_process_that_was_stopped_leaves_a_gap() -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE)
    assert child.stdout is not None
    seen: list[AnyEvent] = []
    spent = 0.0
    try:
        for line in child.stdout:
            if line.strip() == b'"stop me"':
                os.kill(child.pid, signal.SIGSTOP)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(STOPPED_SECONDS)
                os.kill(child.pid, signal.SIGCONT)
            elif line.startswith(b"{"):
                seen.append(decode(line))
            else:
                spent = json.loads(line)
    finally:
        child.kill()
        child.wait()
    timeline = Timeline()
    for event in seen:
        timeline.add(event)
    ticks = list(timeline.ticks)
    before, after = max(pairwise(ticks), key=lambda pair: pair[1] - pair[0])
    assert after - before >= STOPPED_SECONDS - 0.1
    # A gap: nothing is held, nothing is joined up.
    middle = before + HOLD_SECONDS + 0.1
    for name in ("cpu.user_percent", "memory.used_bytes", "pressure.level", "app.cpu_percent"):
        assert timeline.readings.value(name, before) is not None or name == "app.cpu_percent"
        assert timeline.readings.value(name, middle) is None, name
        assert timeline.readings.value(name, after - 0.01) is None, name
    # An anchor at the very reading that follows.
    assert after in timeline.anchors.times
    assert timeline.readings.value("app.sampling_gaps", ticks[-1]) == 1
    # What is a rate is one over the whole time: our own CPU cannot have been more than all of it.
    own = timeline.series["app.cpu_percent"]
    first = next(place for place, t in enumerate(own.times) if t >= after)
    span = own.times[first] - own.times[first - 1]
    assert span >= STOPPED_SECONDS - 0.1
    assert own.values[first] / 100 * span <= spent + 0.05
    for name in ("cpu.user_percent", "cpu.system_percent"):
        value = timeline.readings.value(name, after)
        assert value is None or 0 <= value <= 100
