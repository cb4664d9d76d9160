"""Runs a plan step by step, so that a screen can be drawn in between."""

from collections import deque
from collections.abc import Callable, Sequence

from mlxtop import clock
from mlxtop.bench.effect import nothing
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.outcome import Outcome, Taken
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.session import Doing, Failed, Script, TrialSession
from mlxtop.bench.trial import Trial
from mlxtop.bench.trial_runner import TrialRunner
from mlxtop.sources.live import Live


class BenchError(Exception):
    """A plan that failed; the text is a sentence."""


class Runner:
    """A plan on a live run: call `step` often and read `trials` and `doing` in between.

    Only for the thread that polls the live run.
    """

    def __init__(
        self,
        plan: Plan,
        points: Sequence[Point],
        live: Live,
        *,
        now: Callable[[], float] = clock.now,
    ) -> None:
        """Prepare to run the points of a plan; the caller starts and closes `live`."""
        self.plan = plan
        self.points = list(points)
        self.live = live
        self.paused = False
        """Whether it waits before the next trial."""
        self.done = False
        self._paused_seconds = 0.0
        self.complete = False
        """Whether it ran to its end."""
        self.began = now()
        self._session = TrialSession(plan, live, now)
        self._outcome = Outcome(plan, points, live, now)
        self._asking = TrialRunner(self._session, self._outcome, live, now)
        self._now = now
        self._queue: deque[int] = deque()
        self._repeats = 0
        self._kind = KINDS[plan.kind]
        self._abandoned: set[int] = set()
        """Points that failed and are not tried again."""
        self._attempting = False
        self._cancelled = False
        self._script = self._run()

    # -- for callers --------------------------------------------------------------------------

    def step(self) -> bool:
        """Do the next step without waiting; return whether there is more to do.

        Raises BenchError if nothing can be measured.
        """
        if self.done:
            return False
        try:
            next(self._script)
        except StopIteration:
            self.done, self.complete = True, not self._cancelled
            self._outcome.end("complete" if self.complete else "stopped")
        except BaseException as error:
            self.done = True
            self._outcome.end("failed" if isinstance(error, Exception) else "stopped", str(error))
            raise
        return not self.done

    def cancel(self) -> None:
        """End now and keep the trials so far."""
        if not self.done:
            self._script.close()
            self.live.stop()
            self._queue.clear()
            self.done = self._cancelled = True
            self._attempting = False
            self._session.doing = Doing("stopped")
            self._outcome.end("stopped")

    def repeat(self, point: int) -> None:
        """Measure a point again next, also after the end of the plan; not an invalid one."""
        if self.points[point].invalid:
            return
        self._abandoned.discard(point)
        self._outcome.refused.pop(point, None)
        self._queue.appendleft(point)
        if self.done:
            self.done = False
            self._script = self._work()

    def change(self, place: int, *, dropped: bool | None = None, note: str | None = None) -> None:
        """Drop a trial from the figures or restore it, or set its note."""
        self._outcome.change(place, dropped=dropped, note=note)

    @property
    def trials(self) -> list[Trial]:
        """The trials so far, in the order of their ends."""
        return self._outcome.trials

    @property
    def stopped(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    @property
    def doing(self) -> Doing:
        """The current activity."""
        return self._session.doing

    @property
    def planned(self) -> int:
        """Trials left to run, the current one included."""
        return sum(place not in self._abandoned for place in self._queue) + self._attempting

    @property
    def seconds(self) -> float | None:
        """How long a plan with a fixed time takes; None for a plan with trials."""
        known = [point.seconds for point in self.points if point.seconds is not None]
        return sum(known) if known else None

    @property
    def seconds_left(self) -> float | None:
        """The rest of a fixed time, or an estimate from the trials so far; None without either."""
        if (whole := self.seconds) is not None:
            return max(0.0, whole - (self._now() - self.began))
        if not self.trials or self.done:
            return None
        spent = self._now() - self.began - self._paused_seconds
        return spent / len(self.trials) * self.planned

    @property
    def result(self) -> Result:
        """The figures over the trials so far."""
        return self.taken.result()

    @property
    def taken(self) -> Taken:
        """A snapshot to compute the result in another thread: many trials take a while."""
        return self._outcome.taken(
            self._session.loads, complete=self.complete, running=not self.done
        )

    def point_result(self, place: int) -> PointResult:
        """Return the figures of a point over the trials so far."""
        return self._outcome.of_point(place)

    # -- the script ----------------------------------------------------------------------------

    def _run(self) -> Script:
        self._session.benchmark = self._outcome.begin()
        # In rounds over all points, so that a drift of the machine affects all of them.
        rounds = self._kind.trials(self.plan) or 1
        measurable = [place for place, point in enumerate(self.points) if not point.invalid]
        if problem := nothing(self.points):
            raise BenchError(problem)
        self._queue.extend(place for _ in range(rounds) for place in measurable)
        yield from self._work()
        if self.plan.breakdown:
            for place in measurable:
                if place not in self._abandoned:
                    yield from self._asking.breakdown(self.points[place], place)
        if self._kind.unloads:
            yield from self._session.unload()
        if all(trial.failed for trial in self.trials):
            raise BenchError(self.trials[-1].failed)
        self._session.doing = Doing("done")

    def _work(self) -> Script:
        while self._queue:
            yield from self._while_paused()
            place = self._queue.popleft()
            if place not in self._abandoned:
                self._attempting = True
                yield from self._attempt(place)
                self._attempting = False
        self._session.doing = Doing("done")

    def _while_paused(self) -> Script:
        began = self._now()
        while self.paused:
            self._session.doing = Doing("paused")
            yield
        self._paused_seconds += self._now() - began

    def _attempt(self, place: int) -> Script:
        """Measure a point; if it fails, that is the trial's result and the plan continues."""
        point = self.points[place]
        began = self._now()
        try:
            yield from self._session.ready(point, place)
            yield from self._session.cool(place, self._outcome.next_number(place))
            began = self._now()
            if point.seconds is not None:
                yield from self._asking.cycles(point, place, point.seconds, self._while_paused)
            else:
                trial = yield from self._asking.trial(point, place)
                self._repeat_if_disturbed(trial)
        except Failed as failed:
            self._judge_failure(place, failed)
            self._asking.failed(place, began, str(failed))
            yield from self._session.revive()

    def _repeat_if_disturbed(self, trial: Trial) -> None:
        # Not an unchecked one: a repeat could not be judged either.
        if trial.disturbed and self._repeats < self.plan.most_repeats:
            self._repeats += 1
            self._queue.appendleft(trial.point)

    def _judge_failure(self, place: int, failed: Failed) -> None:
        """Abandon a point, unless this is its first engine crash: it gets a second chance."""
        # Another program may have killed the engine.
        if self._outcome.has_failed(place) or not failed.engine_died:
            self._abandoned.add(place)
        if self._kind.takes_refusals and not failed.engine_died:
            self._outcome.refused[place] = str(failed)
