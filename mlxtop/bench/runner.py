"""Runs a plan step by step, so that a screen can be drawn meanwhile."""

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
    """A plan that could not be run to its end; the text is a sentence."""


class Runner:
    """A plan on a live run; call `step` often, and look at `trials` and `doing` in between.

    All methods are for the thread that polls the live run.
    """

    def __init__(
        self,
        plan: Plan,
        points: Sequence[Point],
        live: Live,
        *,
        now: Callable[[], float] = clock.now,
    ) -> None:
        """Prepare to run the points of a plan; `live` is started and closed by the caller."""
        self.plan = plan
        self.points = list(points)
        self.live = live
        self.paused = False
        """Whether it waits before the next trial."""
        self.done = False
        self._paused_seconds = 0.0
        self.complete = False
        """Whether it came to its own end."""
        self.began = now()
        self._session = TrialSession(plan, live, now)
        self._outcome = Outcome(plan, points, live, now)
        self._asking = TrialRunner(self._session, self._outcome, live, now)
        self._now = now
        self._queue: deque[int] = deque()
        self._repeats = 0
        self._kind = KINDS[plan.kind]
        self._given_up: set[int] = set()
        """Points that failed: they are not tried again."""
        self._attempting = False
        self._cancelled = False
        self._script = self._run()

    # -- from outside --------------------------------------------------------------------------

    def step(self) -> bool:
        """Do what is to be done now, without waiting; return whether it goes on.

        Raises BenchError where nothing of the plan can be measured.
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
        """End now; what was measured stays."""
        if not self.done:
            self._script.close()
            self.live.stop()
            self._queue.clear()
            self.done = self._cancelled = True
            self._attempting = False
            self._session.doing = Doing("stopped")
            self._outcome.end("stopped")

    def repeat(self, point: int) -> None:
        """Measure a point once more, next, also when the plan is over; not one that is invalid."""
        if self.points[point].invalid:
            return
        self._given_up.discard(point)
        self._outcome.refused.pop(point, None)
        self._queue.appendleft(point)
        if self.done:
            self.done = False
            self._script = self._work()

    def change(self, place: int, *, dropped: bool | None = None, note: str | None = None) -> None:
        """Leave a trial out of the figures, or take it in again; or write a note on it."""
        self._outcome.change(place, dropped=dropped, note=note)

    @property
    def trials(self) -> list[Trial]:
        """The trials so far, in the order in which they ended."""
        return self._outcome.trials

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it before its own end."""
        return self._cancelled

    @property
    def doing(self) -> Doing:
        """What it does at the moment."""
        return self._session.doing

    @property
    def planned(self) -> int:
        """Trials that are still to be run, the present one included."""
        return sum(place not in self._given_up for place in self._queue) + self._attempting

    @property
    def seconds(self) -> float | None:
        """How long a plan takes that goes by time; None for one of trials."""
        known = [point.seconds for point in self.points if point.seconds is not None]
        return sum(known) if known else None

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the trials so far, or what is left of the time; None before both."""
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
        """What the result is computed from, for another thread: of many trials it takes a while."""
        return self._outcome.taken(
            self._session.loads, complete=self.complete, running=not self.done
        )

    def point_result(self, place: int) -> PointResult:
        """Return the figures of a point over the trials so far."""
        return self._outcome.of_point(place)

    # -- the script ----------------------------------------------------------------------------

    def _run(self) -> Script:
        self._session.benchmark = self._outcome.begin()
        # A round of all points after the other, so that a drift of the machine is in all of them.
        rounds = self._kind.trials(self.plan) or 1
        measurable = [place for place, point in enumerate(self.points) if not point.invalid]
        if problem := nothing(self.points):
            raise BenchError(problem)
        self._queue.extend(place for _ in range(rounds) for place in measurable)
        yield from self._work()
        if self.plan.breakdown:
            for place in measurable:
                if place not in self._given_up:
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
            if place not in self._given_up:
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
        """Measure a point; what fails is that trial's result, and the plan goes on."""
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
        # One that could not be judged would come to the same once more.
        if trial.disturbed and self._repeats < self.plan.most_repeats:
            self._repeats += 1
            self._queue.appendleft(trial.point)

    def _judge_failure(self, place: int, failed: Failed) -> None:
        """Give a point up, unless its engine died for the first time: it has a second chance."""
        # A dead engine may have been somebody else's doing.
        if self._outcome.has_failed(place) or not failed.engine_died:
            self._given_up.add(place)
        if self._kind.takes_refusals and not failed.engine_died:
            self._outcome.refused[place] = str(failed)
