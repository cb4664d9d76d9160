"""The sampling thread: every sensor at its own rate, one `Sample` a tick."""

import threading
from collections.abc import Callable, Sequence
from math import floor

from mlxtop.clock import now
from mlxtop.clock import wall as wall_now
from mlxtop.events import Anchor, AnyEvent, Sample
from mlxtop.sensors.guard import Guard
from mlxtop.sensors.sampler_counts import OwnSampling, SamplerStats
from mlxtop.sensors.source import Sensor, Values

EVERY_SECONDS = 60.0
STEP_SECONDS = 0.5
# The machine slept or the process was stopped: a new anchor, even if the clocks agree.
PAUSE_SECONDS = 2.0


class Anchors:
    """Gives an `Anchor` at the start, each minute, after a pause, when wall time steps by 0.5 s."""

    def __init__(self) -> None:
        """Begin without an anchor: the first `due` returns one."""
        self._last: Anchor | None = None
        self._asked: float | None = None

    def due(self, t: float, wall: float) -> Anchor | None:
        """Return the anchor to write at `t`, or None if none is due."""
        last, asked = self._last, self._asked
        self._asked = t
        if last is not None and asked is not None and t - asked <= PAUSE_SECONDS:
            stepped = abs((wall - t) - (last.wall - last.t)) > STEP_SECONDS
            if not stepped and t - last.t < EVERY_SECONDS:
                return None
        self._last = Anchor(t=t, wall=wall)
        return self._last


# After missing ticks for longer than this, the machine slept or the process was stopped.
GAP_SECONDS = 10.0
# No reading was running: no busy machine delays a waiting thread for so long.
GAP_ASLEEP_SECONDS = 2.0


class Schedule:
    """The next tick; deadlines never drift, and missed ticks are never repeated."""

    def __init__(self, start: float, hz: float) -> None:
        """Begin with tick 0 due at `start`, seconds on the shared clock."""
        self._start = start
        self._hz = hz
        self.tick = 0
        self.dropped = 0
        """Ticks that were missed because an earlier tick took too long."""
        self.gaps = 0
        """Times the machine slept or the process was stopped."""

    @property
    def deadline(self) -> float:
        """When the current tick is due, seconds on the shared clock."""
        return self._start + self.tick / self._hz

    def catch_up(self, t: float, *, waited: bool = False) -> None:
        """Advance to the newest tick due at `t`, and count the missed ones.

        `waited`: the thread only waited for its deadline; no reading was running.
        """
        # The epsilon keeps a tick exactly at its deadline from rounding down.
        newest = floor((t - self._start) * self._hz + 1e-6)
        missed = newest - self.tick
        if missed > 0:
            longest = GAP_ASLEEP_SECONDS if waited else GAP_SECONDS
            if missed > longest * self._hz:
                self.gaps += 1
            else:
                self.dropped += missed
            self.tick = newest


FASTEST_HZ = 20.0
LATE_SECONDS = 0.025
STOP_SECONDS = 0.5


class Sampler:
    """Reads the sensors at `hz` (at most 20) in a thread and hands events to `emit`.

    `emit` is called from the sampling thread, and from one more thread for each slow sensor.
    """

    def __init__(
        self,
        sensors: Sequence[Sensor],
        emit: Callable[[AnyEvent], None],
        hz: float = 5.0,
        *,
        clock: Callable[[], float] = now,
        wall: Callable[[], float] = wall_now,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """Prepare; nothing is read before `start`.

        `clock`, `wall` and `wait` (seconds → True to stop) replace the real ones in tests.
        Raises ValueError for a rate that is not over 0 and at most 20.
        """
        if not 0 < hz <= FASTEST_HZ:
            raise ValueError(f"The sampling rate is {hz:g} Hz; it must be above 0 and up to 20.")
        self.hz = hz
        self.sensors = list(sensors)
        self._emit = emit
        self._clock = clock
        self._wall = wall
        self._stopping = threading.Event()
        self._wait = wait or self._stopping.wait
        self._threads: list[threading.Thread] = []
        self._guards = [Guard(sensor, emit) for sensor in self.sensors]
        self._ticks = self._late = 0
        self._worst = 0.0
        self._schedule: Schedule | None = None
        for sensor in self.sensors:
            if isinstance(sensor, OwnSampling):
                sensor.watch(self.stats)

    def start(self) -> None:
        """Begin sampling; a second call does nothing."""
        if self._threads:
            return
        self._threads.append(threading.Thread(target=self.run, name="sampler", daemon=True))
        for guard in self._guards:
            if guard.sensor.slow:
                name = f"sampler {guard.sensor.name}"
                self._threads.append(
                    threading.Thread(target=self._run_slow, args=(guard,), name=name, daemon=True)
                )
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End sampling; a reading that hangs is abandoned after half a second."""
        self._stopping.set()
        deadline = self._clock() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - self._clock()))

    def set_engine_pid(self, pid: int | None) -> None:
        """Set the process of the engine in every sensor; None if there is none."""
        for sensor in self.sensors:
            sensor.set_engine_pid(pid)

    def set_engine_gpu(self, address: str) -> None:
        """Set the GPU of the engine in every sensor, by its PCI address."""
        for sensor in self.sensors:
            sensor.set_engine_gpu(address)

    def stats(self) -> SamplerStats:
        """Return the counts so far."""
        schedule = self._schedule
        return SamplerStats(
            ticks=self._ticks,
            late=self._late,
            dropped=schedule.dropped if schedule else 0,
            gaps=schedule.gaps if schedule else 0,
            worst_late_seconds=self._worst,
            lost=tuple(guard.sensor.name for guard in self._guards if guard.lost),
        )

    def run(self) -> None:
        """Sample until stopped, on the calling thread."""
        schedule = self._schedule = Schedule(self._clock(), self.hz)
        anchors = Anchors()
        # A sensor slower than the sampler is read every n-th tick; `turn` is the last n-th.
        plan = [
            (guard, max(1, round(self.hz / guard.sensor.hz)))
            for guard in self._guards
            if not guard.sensor.slow
        ]
        turn = [-1] * len(plan)
        waited = False
        while True:
            t = self._clock()
            self._count(schedule, t, waited)
            if anchor := anchors.due(round(t, 6), self._wall()):
                self._emit(anchor)
            values: Values = {}
            for place, (guard, every) in enumerate(plan):
                if schedule.tick // every > turn[place]:
                    turn[place] = schedule.tick // every
                    values.update(guard.read(t))
            self._sample(t, values)
            schedule.tick += 1
            left = schedule.deadline - self._clock()
            if self._wait(max(0.0, left)):
                break
            waited = left > 0
        for guard, _ in plan:
            guard.sensor.close()

    def _run_slow(self, guard: Guard) -> None:
        schedule = Schedule(self._clock(), min(self.hz, guard.sensor.hz))
        while True:
            # The reading ends now: this is the time of its values.
            values = guard.read(self._clock())
            self._sample(self._clock(), values)
            schedule.tick += 1
            schedule.catch_up(self._clock())
            if self._stopping.wait(max(0.0, schedule.deadline - self._clock())):
                break
        guard.sensor.close()

    def _count(self, schedule: Schedule, t: float, waited: bool) -> None:
        dropped, gaps = schedule.dropped, schedule.gaps
        schedule.catch_up(t, waited=waited)
        self._ticks += 1
        if schedule.gaps > gaps:
            return
        lateness = t - schedule.deadline + (schedule.dropped - dropped) / self.hz
        self._worst = max(self._worst, lateness)
        self._late += lateness > LATE_SECONDS

    def _sample(self, t: float, values: Values) -> None:
        if values:
            # Microseconds are finer than any reading, and keep the recording small.
            self._emit(Sample(t=round(t, 6), values=values))
