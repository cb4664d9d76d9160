"""Drives plans: on the real engine, and on one that follows a clock turned by hand."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from mlxtop import clock, events
from mlxtop.bench.expand import Contexts, expand
from mlxtop.bench.plan import Plan
from mlxtop.bench.result import Result, of_point
from mlxtop.bench.runner import Runner
from mlxtop.engine import protocol
from mlxtop.engine.process import EngineProcess
from mlxtop.events import AnyEvent
from mlxtop.paths import demo_model_dir
from mlxtop.sensors import Sampler
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, Wanted
from mlxtop.timeline import Timeline

PATIENCE_SECONDS = 60.0
DEMO = Wanted(str(demo_model_dir()))
CONTEXT = 4096
"""The demo model's."""
SHORT = 256
"""The other model's."""


def real_live(folder: Path) -> Live:
    """Return a run on the real engine without sensors: nothing of the machine can disturb it."""
    live = Live(LiveOptions(recordings=folder))
    live.sampler = Sampler([], live.emit)
    live.start()
    return live


def drive(
    plan: Plan,
    live: Live,
    wanted: Sequence[Wanted] = (DEMO,),
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


class ScriptedEngine:
    """Answers like the engine; a reply of ten tokens takes three seconds of the desk's clock."""

    pid = None

    def __init__(self, desk: "Desk") -> None:
        self.desk = desk
        self.alive = True
        self.missing: set[str] = set()
        """Models that cannot be loaded."""
        self._open: protocol.Chat | None = None
        self._until = 0.0
        self.seconds = 3.0
        """That a reply takes."""
        self.deaf = False
        """True: no stop is heard."""
        self.restarts = 0

    def start(self) -> bool:
        self.alive = True
        return True

    def close(self, grace_seconds: float = 1.0) -> None:
        self.alive = False

    def restart(self, grace_seconds: float = 1.0) -> bool:
        self.deaf = False
        self.restarts += 1
        if self._open is not None:
            self.end("cancelled")
        return self.start()

    def send(self, request: protocol.Request) -> bool:
        if not self.alive:
            return False
        t, say = self.desk.t, self.desk.live.emit
        match request:
            case protocol.Load():
                error = "It is not there." if request.model in self.missing else ""
                say(events.LoadStart(t=t, model=request.model))
                say(events.LoadEnd(t=t, model=request.model, seconds=0.5, error=error))
            case protocol.Unload():
                say(events.Unload(t=t))
            case protocol.Chat():
                self._open, self._until = request, t + self.seconds
                say(
                    events.TurnStart(
                        t=t, turn=request.turn, index=request.index, purpose=request.purpose
                    )
                )
            case protocol.Cancel() if self._open is not None and not self.deaf:
                self.end("cancelled")
        return True

    def tick(self) -> None:
        if self._open is not None and self.desk.t >= self._until:
            self.end("length")

    def end(self, reason: events.FinishReason) -> None:
        assert self._open is not None
        turn, t = self._open.turn, self.desk.t
        times = [t - self.seconds / 3 * (1 - 0.1 * place) for place in range(10)]
        self.desk.live.emit(events.Tokens(t=t, turn=turn, times=times))
        self.desk.live.emit(
            events.TurnEnd(
                t=t, turn=turn, finish_reason=reason, prompt_tokens=8, generation_tokens=10
            )
        )
        self._open = None


class Desk:
    """A run whose clock, readings and engine are played by the test; nothing waits."""

    def __init__(self, plan: Plan, wanted: Sequence[Wanted] = (DEMO,)) -> None:
        self.t = 1000.0
        self.readings: Callable[[float], dict[str, float | None]] = lambda t: QUIET
        self.live = Live(LiveOptions(recordings=Path("none"), record=False))
        self.live.timeline.add(HEADER)
        self.engine = ScriptedEngine(self)
        self.live.engine = cast(EngineProcess, self.engine)
        self.live._started = True
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


def with_clock(patch: Any, desk: Desk) -> Desk:
    """Let the run itself see the desk's clock."""
    patch.setattr(clock, "now", lambda: desk.t)
    return desk


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
