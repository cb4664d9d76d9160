"""The requests for one point: a trial, cycles without a pause, a breakdown."""

from collections.abc import Callable, Generator

import msgspec

from mlxtop.bench.disturbance import with_beginning
from mlxtop.bench.outcome import Outcome
from mlxtop.bench.point import Point
from mlxtop.bench.result import Breakdown
from mlxtop.bench.session import Doing, Failed, Script, TrialSession
from mlxtop.bench.trial import Trial, failure, measured
from mlxtop.sources.live import Live


class TrialRunner:
    """Requests the replies of points, and keeps the outcomes."""

    def __init__(
        self, session: TrialSession, outcome: Outcome, live: Live, now: Callable[[], float]
    ) -> None:
        """Prepare, without a request."""
        self._session = session
        self._outcome = outcome
        self._live = live
        self._now = now

    def trial(self, point: Point, place: int) -> Generator[None, None, Trial]:
        """Measure a point once; raises Failed."""
        number = self._outcome.next_number(place)
        yield from self._ask(point, place, number)
        trial = yield from self._judged(place, number)
        self._outcome.take(trial)
        return trial

    def cycles(
        self, point: Point, place: int, seconds: float, pause: Callable[[], Script]
    ) -> Script:
        """Generate to the end of the context, again and again, until the time is over."""
        until = self._now() + seconds
        first = number = self._outcome.next_number(place)
        while self._now() < until:
            try:
                yield from self._ask(point, place, number, until)
                trial = yield from self._judged(place, number)
            except (GeneratorExit, KeyboardInterrupt):
                self._break_off(place, number)
                raise
            if self._session.was_cancelled and number > first:
                trial = msgspec.structs.replace(
                    trial, dropped=True, note="the plan's time was over"
                )
            self._outcome.take(trial)
            number += 1
            yield from pause()

    def _break_off(self, place: int, number: int) -> None:
        """Keep a cycle that was cut off: it may have lasted minutes."""
        turn = self._live.timeline.turns.get(self._live.turn)
        if turn is None or not turn.times:
            return
        asked = turn.start.purpose
        if asked is None or (asked.point, asked.number) != (place, number):
            return
        trial = measured(self._live.timeline, turn, point=place, number=number, load_seconds=None)
        self._outcome.take(
            msgspec.structs.replace(trial, dropped=True, note="broken off: it was stopped")
        )

    def _ask(self, point: Point, place: int, number: int, until: float = float("inf")) -> Script:
        self._session.doing = Doing("measuring", place, number)
        purpose = self._session.purpose("trial", place, number)
        yield from self._session.ask(point, purpose, until=until)

    def _judged(self, place: int, number: int) -> Generator[None, None, Trial]:
        session = self._session
        yield from session.settle()
        yield from session.covered(session.ended)
        seconds, session.load_seconds = session.load_seconds, None
        trial = measured(
            self._live.timeline, session.turn(), point=place, number=number, load_seconds=seconds
        )
        if session.not_cooled:
            # The wait failed: the machine was not as it was before the first trial.
            disturbed = with_beginning(session.not_cooled, trial.disturbed)
            trial = msgspec.structs.replace(trial, disturbed=disturbed)
        return trial

    def failed(self, place: int, began: float, why: str) -> None:
        """Keep a trial that was requested at `began` and did not finish."""
        live = self._live
        turn = live.timeline.turns.get(live.turn)
        # If the model could not be loaded, the last turn is another trial's.
        own = turn is not None and turn.start.t >= began
        self._outcome.take(
            failure(
                live.timeline,
                began,
                point=place,
                number=self._outcome.next_number(place),
                turn=live.turn if own else 0,
                why=why,
            )
        )

    def breakdown(self, point: Point, place: int) -> Script:
        """Time a point part by part; a failure replaces the parts."""
        session, found = self._session, self._outcome.breakdowns
        try:
            yield from session.ready(point, place)
            session.doing = Doing("breaking down, with barriers", place)
            yield from session.ask(point, session.purpose("breakdown", place))
            yield from session.settle()
        except Failed as failed:
            turn = self._live.turn
            found.append(Breakdown(point=place, turn=turn, parts={}, steps=0, error=str(failed)))
            yield from session.revive()
            return
        parts = session.turn().breakdown
        if parts is not None:
            found.append(
                Breakdown(point=place, turn=parts.turn, parts=parts.parts, steps=parts.steps)
            )
