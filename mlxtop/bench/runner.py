"""Runs a plan step by step, so that a screen can be drawn meanwhile."""

from collections import deque
from collections.abc import Callable, Generator, Sequence

import msgspec

from mlxtop import clock, events
from mlxtop.bench.effect import nothing
from mlxtop.bench.loads import conditions
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point
from mlxtop.bench.result import Breakdown, PointResult, Result, of_point
from mlxtop.bench.session import Doing, Failed, Script, Session
from mlxtop.bench.stress import stress_of
from mlxtop.bench.telling import event_of, start_of
from mlxtop.bench.trial import Trial, failure, measured
from mlxtop.events import PlanEnd
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
        self.trials: list[Trial] = []
        self.breakdowns: list[Breakdown] = []
        self.paused = False
        """Whether it waits before the next trial."""
        self.done = False
        self._paused_seconds = 0.0
        self.complete = False
        """Whether it came to its own end."""
        self.began = now()
        self.session = Session(plan, live, now)
        self._now = now
        self._queue: deque[int] = deque()
        self._repeats = 0
        self._stressed = plan.kind == "stress"
        self._given_up: set[int] = set()
        """Points that failed: they are not tried again."""
        self._refused: dict[int, str] = {}
        """Points of a sweep that the model refuses, and why: that is a finding, no failure."""
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
            self._tell_end("complete" if self.complete else "stopped")
        except BaseException as error:
            self.done = True
            self._tell_end("failed" if isinstance(error, Exception) else "stopped", str(error))
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
            self.session.doing = Doing("stopped")
            self._tell_end("stopped")

    def repeat(self, point: int) -> None:
        """Measure a point once more, next, also when the plan is over; not one that is invalid."""
        if self.points[point].invalid:
            return
        self._given_up.discard(point)
        self._refused.pop(point, None)
        self._queue.appendleft(point)
        if self.done:
            self.done = False
            self._script = self._work()

    def change(self, place: int, *, dropped: bool | None = None, note: str | None = None) -> None:
        """Leave a trial out of the figures, or take it in again; or write a note on it."""
        trial = self.trials[place]
        self.trials[place] = msgspec.structs.replace(
            trial,
            dropped=trial.dropped if dropped is None else dropped,
            note=trial.note if note is None else note,
        )
        self._tell(self.trials[place], self._now())

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it before its own end."""
        return self._cancelled

    @property
    def doing(self) -> Doing:
        """What it does at the moment."""
        return self.session.doing

    @property
    def planned(self) -> int:
        """Trials that are still to be run, the present one included."""
        return sum(place not in self._given_up for place in self._queue) + self._attempting

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the trials so far; None before the first, and for stress."""
        if self._stressed:
            spent = self._now() - self.began
            return max(0.0, self.plan.minutes * 60 - spent)
        if not self.trials or self.done:
            return None
        spent = self._now() - self.began - self._paused_seconds
        return spent / len(self.trials) * self.planned

    @property
    def result(self) -> Result:
        """The figures over the trials so far."""
        path = self.live.recorder.status.path
        return Result(
            plan=self.plan,
            conditions=conditions(self.live),
            loads=list(self.session.loads),
            points=[self.point_result(place) for place in range(len(self.points))],
            breakdowns=list(self.breakdowns),
            recording=str(path) if path else None,
            complete=self.complete,
            running=not self.done,
            stress=stress_of(self.live.timeline, self.trials) if self._stressed else None,
        )

    def point_result(self, place: int) -> PointResult:
        """Return the figures of a point over the trials so far."""
        point = self.points[place]
        if place in self._refused:
            point = msgspec.structs.replace(point, invalid=self._refused[place])
        return of_point(point, [trial for trial in self.trials if trial.point == place])

    # -- the script ----------------------------------------------------------------------------

    def _run(self) -> Script:
        self.live.benchmarks += 1
        self.session.benchmark = self.live.benchmarks
        start = start_of(self.plan, self.points, self.session.benchmark, self._now())
        self.live.emit(start)
        # A round of all points after the other, so that a drift of the machine is in all of them.
        rounds = 1 if self._stressed else self.plan.trials
        measurable = [place for place, point in enumerate(self.points) if not point.invalid]
        if problem := nothing(self.points):
            raise BenchError(problem)
        self._queue.extend(place for _ in range(rounds) for place in measurable)
        yield from self._work()
        if self.plan.breakdown:
            for place in measurable:
                if place not in self._given_up:
                    yield from self._break_down(place)
        if self.plan.kind == "models":
            yield from self.session.unload()
        if all(trial.failed for trial in self.trials):
            raise BenchError(self.trials[-1].failed)
        self.session.doing = Doing("done")

    def _work(self) -> Script:
        while self._queue:
            yield from self._while_paused()
            place = self._queue.popleft()
            if place not in self._given_up:
                self._attempting = True
                yield from self._attempt(place)
                self._attempting = False
        self.session.doing = Doing("done")

    def _while_paused(self) -> Script:
        began = self._now()
        while self.paused:
            self.session.doing = Doing("paused")
            yield
        self._paused_seconds += self._now() - began

    def _attempt(self, place: int) -> Script:
        """Measure a point; what fails is that trial's result, and the plan goes on."""
        point = self.points[place]
        began = self._now()
        try:
            yield from self.session.ready(point, place)
            yield from self.session.cool(place, self._next(place))
            began = self._now()
            if point.seconds is not None:
                yield from self._stress(point, place, point.seconds)
            else:
                yield from self._measure(point, place)
        except Failed as failed:
            self._note_failure(place, began, failed)
            yield from self.session.revive()

    def _next(self, place: int) -> int:
        """Return the number of a point's next trial."""
        return 1 + sum(trial.point == place for trial in self.trials)

    def _note_failure(self, place: int, began: float, failed: Failed) -> None:
        # A dead engine may have been somebody else's doing: it has a second chance.
        before = any(trial.point == place and trial.failed for trial in self.trials)
        if before or not failed.engine_died:
            self._given_up.add(place)
        if self.plan.kind == "sweep" and not failed.engine_died:
            self._refused[place] = str(failed)
        number = self._next(place)
        turn = self.live.timeline.turns.get(self.live.turn)
        # Where the model could not even be loaded, the last turn is another trial's.
        own = turn is not None and turn.start.t >= began
        self._take(
            failure(
                self.live.timeline,
                began,
                point=place,
                number=number,
                turn=self.live.turn if own else 0,
                why=str(failed),
            )
        )

    def _measure(self, point: Point, place: int) -> Script:
        number = self._next(place)
        self.session.doing = Doing("measuring", place, number)
        yield from self.session.ask(point, self.session.purpose("trial", place, number))
        trial = yield from self._judged(place, number)
        self._take(trial)
        if not trial.valid and self._repeats < self.plan.most_repeats:
            self._repeats += 1
            self._queue.appendleft(place)

    def _judged(self, place: int, number: int) -> Generator[None, None, Trial]:
        yield from self.session.settle()
        seconds, self.session.load_seconds = self.session.load_seconds, None
        trial = measured(
            self.live.timeline,
            self.session.turn(),
            point=place,
            number=number,
            load_seconds=seconds,
        )
        if why := self.session.not_cooled:
            # Waited for in vain: it began on another machine than the first trial did.
            trial = msgspec.structs.replace(
                trial, disturbed=(f"it began with {why}", *trial.disturbed)
            )
        return trial

    def _take(self, trial: Trial) -> None:
        """Keep a trial, and tell the recording what came of it, at the time of its end."""
        self.trials.append(trial)
        self._tell(trial, trial.ended)

    def _tell(self, trial: Trial, t: float) -> None:
        self.live.emit(event_of(trial, self.session.benchmark, t))

    def _tell_end(self, outcome: PlanEnd, error: str = "") -> None:
        # What was stopped before its first step never began.
        if number := self.session.benchmark:
            self.live.emit(
                events.BenchmarkEnd(t=self._now(), benchmark=number, outcome=outcome, error=error)
            )

    def _stress(self, point: Point, place: int, seconds: float) -> Script:
        """Generate to the end of the context, again and again, until the time is over."""
        until = self._now() + seconds
        first = number = self._next(place)
        while self._now() < until:
            self.session.doing = Doing("measuring", place, number)
            purpose = self.session.purpose("trial", place, number)
            yield from self.session.ask(point, purpose, until=until)
            trial = yield from self._judged(place, number)
            if self.session.was_cancelled and number > first:
                trial = msgspec.structs.replace(
                    trial, dropped=True, note="the plan's time was over"
                )
            self._take(trial)
            number += 1
            yield from self._while_paused()

    def _break_down(self, place: int) -> Script:
        point = self.points[place]
        try:
            yield from self.session.ready(point, place)
            self.session.doing = Doing("breaking down, with barriers", place)
            yield from self.session.ask(point, self.session.purpose("breakdown", place))
            yield from self.session.settle()
        except Failed as failed:
            lost = Breakdown(point=place, turn=self.live.turn, parts={}, steps=0, error=str(failed))
            self.breakdowns.append(lost)
            yield from self.session.revive()
            return
        found = self.session.turn().breakdown
        if found is not None:
            self.breakdowns.append(
                Breakdown(point=place, turn=found.turn, parts=found.parts, steps=found.steps)
            )
