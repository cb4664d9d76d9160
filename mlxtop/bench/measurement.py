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


class _BufferedLive(Live):
    """A live run that keeps its events until they are taken."""

    def __init__(self, options: LiveOptions, parts: LiveParts) -> None:
        super().__init__(options, parts)
        self.heard: list[AnyEvent] = []

    def add(self, event: AnyEvent) -> None:
        """Add an event to the timeline, act on it, and keep it."""
        super().add(event)
        self.heard.append(event)


class Measuring:
    """A plan as a context manager: iterate over `events` or `trials`, then take the `result`.

    Leaving the context closes engine, sensors and recording.
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

        `wanted` are the models; all kinds except `models` use the first.
        """
        if problem := problem_of(plan)[1]:
            raise PlanError(problem)
        self.plan = plan
        found = expanded(plan, wanted, contexts)
        if problem := nothing(found.points):
            raise PlanError(problem)
        self.points: list[Point] = list(found.points)
        self._skipped = found.skipped
        self._live = _BufferedLive(options, live_parts(options))
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
        """Report what was not recorded, after the run is closed; return the exit status, 0 or 1."""
        return report_shortfall(self._live.recorder.status, self._live.options)

    @property
    def live(self) -> Live:
        """The run that measures."""
        return self._live

    def steps(self) -> Iterator[None]:
        """Yield about twenty times a second until the plan is over.

        Raises BenchError if nothing can be measured.
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
        """Yield every event as it arrives: tokens, readings, loads; raises BenchError."""
        for _ in self.steps():
            heard, self._live.heard = self._live.heard, []
            yield from heard
        yield from self._live.heard

    def trials(self) -> Iterator[Trial]:
        """Yield each trial when it has ended, also those that do not count.

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
