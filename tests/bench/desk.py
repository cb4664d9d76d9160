"""Drives plans: on the real engine, and on one that follows a clock turned by hand."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.bench.expansion import expand
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Contexts
from mlxtop.bench.result import Result, of_point
from mlxtop.bench.runner import Runner
from mlxtop.events import AnyEvent
from mlxtop.paths import demo_model_dir
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.timeline import Timeline
from tests.kit.live import fake_live, quiet_live

PATIENCE_SECONDS = 60.0
DEMO = ModelSpec(str(demo_model_dir()))
CONTEXT = 4096
"""The demo model's."""
SHORT = 256
"""The other model's."""


def real_live(folder: Path) -> Live:
    """Return a run on the real engine without sensors, started."""
    live = quiet_live(LiveOptions(recordings=folder))
    live.start()
    return live


def drive(
    plan: Plan,
    live: Live,
    wanted: Sequence[ModelSpec] = (DEMO,),
    watch: Callable[[Runner], object] = lambda runner: None,
    contexts: Contexts = (CONTEXT,),
) -> Runner:
    """Run a plan on the real engine to its end; `watch` is called at every step."""
    runner = Runner(plan, expand(plan, wanted, contexts), live)
    go_on(runner, watch)
    return runner


def go_on(runner: Runner, watch: Callable[[Runner], object] = lambda runner: None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        runner.live.poll()
        if not runner.step():
            return
        watch(runner)
        assert time.monotonic() < deadline, runner.doing
        time.sleep(0.001)


QUIET: dict[str, float | None] = {
    "cpu.user_percent": 25.0,
    "cpu.system_percent": 1.0,
    "engine.cpu_percent": 95.0,
    "app.cpu_percent": 5.0,
    "swap.out_bytes_per_second": 0.0,
    "pressure.level": 0.0,
    "thermal.level": 0.0,
    "app.sampling_gaps": 1.0,
    "power.on_battery": 0.0,
}
"""A machine that does nothing else: of its four cores the engine has one."""
HEADER = events.Header(t=0.0, schema=1, wall=1e9, clock="test", mlxtop="0", cpu_cores=4)


def watched(*samples: tuple[float, dict[str, float | None]]) -> Timeline:
    """Return a timeline of readings."""
    timeline = Timeline()
    timeline.add(HEADER)
    for t, values in samples:
        timeline.add(events.Sample(t=t, values=values))
    return timeline


class Desk:
    """A run whose clock, readings and engine are played by the test; nothing waits."""

    def __init__(self, plan: Plan, wanted: Sequence[ModelSpec] = (DEMO,)) -> None:
        self.t = 1000.0
        self.readings: Callable[[float], dict[str, float | None]] = lambda t: QUIET
        self.live, self.engine = fake_live(header=HEADER, now=lambda: self.t, seconds=3.0)
        self.engine.reply = " ".join(["word"] * 10)
        self.live.start()
        points = expand(plan, wanted, (CONTEXT,))
        self.runner = Runner(plan, points, self.live, now=lambda: self.t)

    def first_reply_over(self) -> bool:
        """Return whether the first trial's reply has ended and its readings are waited for."""
        return self.live.turn == 2 and not self.live.answering

    def run(self, until: Callable[[], object] = lambda: False, most_seconds: float = 2000) -> None:
        """Turn the clock until the plan is over, or something holds."""
        end = self.t + most_seconds
        while not until():
            self.live.poll()
            if not self.runner.step():
                return
            self.t += 0.1
            said: list[AnyEvent] = [events.Sample(t=self.t, values=self.readings(self.t))]
            for event in said:
                self.live.emit(event)
            self.engine.tick()
            assert self.t < end, self.runner.doing


def with_first(result: Result, **changes: object) -> Result:
    """Return the result with another first trial of its first point."""
    first, *others = result.points
    trials = [msgspec.structs.replace(first.trials[0], **changes), *first.trials[1:]]
    return msgspec.structs.replace(result, points=[of_point(first.point, trials), *others])


def slowed(result: Result, place: int, factor: float) -> Result:
    """Return the result with another speed of a point."""
    one = result.points[place]
    trials = [
        msgspec.structs.replace(
            trial, generation_tokens_per_second=factor * (trial.generation_tokens_per_second or 0)
        )
        for trial in one.trials
    ]
    points = list(result.points)
    points[place] = of_point(one.point, trials)
    return msgspec.structs.replace(result, points=points)
