"""A plan on a run of its own: started, driven and closed."""

import time
from collections.abc import Iterator, Sequence
from types import TracebackType

import msgspec

from mlxtop.bench.effect import nothing
from mlxtop.bench.expansion import expanded
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.plan_fields import problem as problem_of
from mlxtop.bench.point import Contexts, Point
from mlxtop.bench.result import Result
from mlxtop.bench.runner import Runner
from mlxtop.bench.trial import Trial
from mlxtop.events import AnyEvent
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.sources.parts import LiveParts, live_parts, report_shortfall

POLL_SECONDS = 0.05


class _Heard(Live):
    """A live run that keeps what it was told since it was last asked."""

    def __init__(self, options: LiveOptions, parts: LiveParts) -> None:
        super().__init__(options, parts)
        self.heard: list[AnyEvent] = []

    def add(self, event: AnyEvent) -> None:
        """Bring an event onto the timeline, act on it, and keep it."""
        super().add(event)
        self.heard.append(event)


class Measuring:
    """A plan as a context manager: iterate over `events` or `trials`, then take the `result`.

    The engine, the sensors and the recording are closed with the context, however it ends.
    """

    def __init__(
        self,
        plan: Plan,
        wanted: Sequence[ModelSpec],
        options: LiveOptions,
        *,
        contexts: Contexts = (),
    ) -> None:
        """Prepare; raises PlanError where the plan cannot be run.

        `wanted` are the models, the first for every kind of plan but `models`.
        """
        if problem := problem_of(plan)[1]:
            raise PlanError(problem)
        self.plan = plan
        found = expanded(plan, wanted, contexts)
        if problem := nothing(found.points):
            raise PlanError(problem)
        self.points: list[Point] = list(found.points)
        self._skipped = found.skipped
        self._live = _Heard(options, live_parts(options))
        self.runner = Runner(plan, self.points, self._live)

    def __enter__(self) -> "Measuring":
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.runner.cancel()
        self._live.close()

    def tell_shortfall(self) -> int:
        """Report what was not recorded, once the run is closed; return the exit status, 0 or 1."""
        return report_shortfall(self._live.recorder.status, self._live.options)

    @property
    def live(self) -> Live:
        """The run that is measured on."""
        return self._live

    def steps(self) -> Iterator[None]:
        """Yield some twenty times a second until the plan is over.

        Raises BenchError where nothing of it can be measured.
        """
        going = True
        while going:
            self._live.poll()
            going = self.runner.step()
            yield
            if going:
                time.sleep(POLL_SECONDS)
        self._live.poll()

    def events(self) -> Iterator[AnyEvent]:
        """Yield every event as it comes: tokens, readings, loads; raises BenchError."""
        for _ in self.steps():
            heard, self._live.heard = self._live.heard, []
            yield from heard
        yield from self._live.heard

    def trials(self) -> Iterator[Trial]:
        """Yield each trial when it has ended, those that do not count among them.

        Raises BenchError.
        """
        told = 0
        for _ in self.steps():
            self._live.heard.clear()
            while told < len(self.runner.trials):
                told += 1
                yield self.runner.trials[told - 1]

    @property
    def result(self) -> Result:
        """The figures over the trials so far."""
        return msgspec.structs.replace(self.runner.result, skipped=self._skipped)
