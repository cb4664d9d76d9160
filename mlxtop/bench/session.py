"""The requests of a plan to a live run, one at a time; each waits by yielding."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeAlias

import msgspec

from mlxtop import clock
from mlxtop import format as fmt
from mlxtop.bench.conditions import LOOK_SECONDS, Rest, last_load, load_of
from mlxtop.bench.disturbance import covered
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point
from mlxtop.bench.result import ModelLoad
from mlxtop.events import Purpose, PurposeName
from mlxtop.folds.turn import Turn
from mlxtop.sources.live import Live
from mlxtop.sources.options import ModelSpec

SETTLE_SECONDS = 0.6
"""Wait after a trial for its last readings, which are part of the judgement."""
LATEST_SECONDS = 2.5
"""Processes are read once a second, later on a busy machine."""

Script: TypeAlias = Generator[None, None, None]
"""Yields while it waits."""


class Failed(Exception):
    """A request that did not finish; the text is a sentence."""

    def __init__(self, sentence: str, *, engine_died: bool = False) -> None:
        super().__init__(sentence)
        self.engine_died = engine_died


@dataclass(frozen=True, slots=True)
class Doing:
    """The current activity."""

    words: str
    point: int | None = None
    number: int = 0
    """Number of the trial, from 1."""


class TrialSession:
    """The loaded model, and the requests to it."""

    def __init__(self, plan: Plan, live: Live, now: Callable[[], float] = clock.now) -> None:
        self.plan = plan
        self.live = live
        self.doing = Doing("starting")
        self.benchmark = 0
        """Number of the benchmark in the run; set when it begins."""
        self.loads: list[ModelLoad] = []
        self.not_cooled = ""
        """What was still worse on the machine when the last trial began, in words."""
        self.load_seconds: float | None = None
        """Time of the load since the last trial."""
        self._kind = KINDS[plan.kind]
        self._now = now
        self._rest: Rest | None = None
        self._loaded: ModelSpec | None = None
        self._cold = False
        """Whether the model was loaded and has had no request since."""
        self._warm: set[int | None] = set()
        """Points warmed up since the model was loaded."""
        self._news_before = 0
        """Notices from before the current request: they do not explain its failure."""

    def ready(self, point: Point, place: int) -> Script:
        """Load the point's model unless it is loaded, and warm it up."""
        self._take_what_is_there(point.wanted)
        if self._loaded != point.wanted or point.reload:
            yield from self._load(point)
        cold = point.reload or not self._kind.warms_up
        key = None if point.ends_by_itself else place
        if not cold and key not in self._warm:
            self.doing = Doing("warming up", place)
            yield from self.ask(point, self.purpose("warm-up", place))
            yield from self.settle()
            self._warm.add(key)

    def _take_what_is_there(self, wanted: ModelSpec) -> None:
        """Use a model that is already loaded, unless loading is measured."""
        live = self.live
        if self._loaded is not None or live.model is None or live.wanted != wanted:
            return
        if not self._kind.measures_loads:
            self._loaded = wanted
            self.loads.append(last_load(live.timeline, live.model.model))

    def _load(self, point: Point) -> Script:
        live, wanted = self.live, point.wanted
        # Points distinguish models with the same name.
        name = point.label if self._kind.labels_name_models else ""
        if self._loaded is not None:
            yield from self.unload()
        self.doing = Doing(f"loading {name or wanted.model}")
        self._warm.clear()
        began = self._now()
        self._news_before = len(live.news)
        live.load(wanted)
        yield from self._while(lambda: live.loading)
        model = live.model
        if model is None:
            why = self._why("The model could not be loaded.")
            self.loads.append(load_of(live.timeline, began, name or wanted.model, error=why))
            raise Failed(why, engine_died=live.engine_dead)
        self._loaded, self._cold = wanted, True
        yield from self.settle()
        self.loads.append(load_of(live.timeline, began, name or model.model))
        self.load_seconds = model.seconds

    def unload(self) -> Script:
        """Unload the model, and measure the memory that remains."""
        live = self.live
        self.doing = Doing("unloading")
        live.unload()
        self._loaded = None
        yield from self._while(lambda: live.model is not None)
        yield from self.settle()
        left = live.timeline.readings.value("mlx.active_bytes", self._now())
        if self.loads:
            self.loads[-1] = msgspec.structs.replace(self.loads[-1], mlx_unloaded_bytes=left)

    def cool(self, place: int, number: int) -> Script:
        """Wait, up to the limit, for a machine as quiet and cool as before the first trial."""
        timeline, plan = self.live.timeline, self.plan
        yield from self.pause(plan.cool_seconds)
        if self._rest is None:
            yield from self.settle()
        yield from self._seen(place, number)
        if self._rest is None:
            self._rest = Rest.at(timeline, self._now())
        self.not_cooled = ""
        until = self._now() + plan.cool_limit_seconds
        while True:
            now = Rest.at(timeline, self._now())
            self.not_cooled = self._rest.unlike(now)
            if not self.not_cooled:
                return
            if self._now() >= until:
                break
            left = fmt.span(max(1.0, until - self._now()))
            self.doing = Doing(f"waiting, {left} at most: {self.not_cooled}", place, number)
            yield
        # Waiting this long before each trial would not stop other processes; each is still judged.
        self._rest = replace(self._rest, endured_percent=now.others_percent)

    def _seen(self, place: int, number: int) -> Script:
        """Wait, within a limit, until the CPU use of other processes is known.

        This needs two readings of an engine that may have started a second ago. Without them the
        first trial would begin regardless of what else runs.
        """
        until = self._now() + LOOK_SECONDS + LATEST_SECONDS
        while self.live.sampler.sensors and self._now() < until:
            if Rest.at(self.live.timeline, self._now()).others_percent is not None:
                return
            self.doing = Doing("reading the CPU use of other processes", place, number)
            yield

    def purpose(self, what: PurposeName, place: int, number: int = 0) -> Purpose:
        """Return the purpose of the next turn for the recording."""
        return Purpose(
            benchmark=self.benchmark, what=what, point=place, number=number, cold=self._cold
        )

    def ask(self, point: Point, purpose: Purpose, *, until: float = float("inf")) -> Script:
        """Request a point's reply and wait for its end; raises Failed."""
        live, breakdown = self.live, purpose.what == "breakdown"
        self._news_before, self._cold = len(live.news), False
        if point.prompt_tokens is not None:
            live.trial(
                point.prompt_tokens,
                point.sampling,
                batch=point.batch,
                breakdown=breakdown,
                purpose=purpose,
            )
        else:
            live.trial_of(point.messages, point.sampling, breakdown=breakdown, purpose=purpose)
        while live.answering:
            if self._now() >= until:
                live.stop()
                until = float("inf")
            yield from self._alive()
        yield from self._alive()
        turn = live.timeline.turns.get(live.turn)
        end = None if turn is None else turn.end
        if end is None or end.finish_reason in ("error", "engine died"):
            why = (end.error if end else "") or self._why("A trial failed.")
            raise Failed(why, engine_died=end is not None and end.finish_reason == "engine died")

    @property
    def was_cancelled(self) -> bool:
        """Whether the last reply was stopped."""
        end = self.turn().end
        return end is not None and end.finish_reason == "cancelled"

    @property
    def ended(self) -> float:
        """When the last reply ended."""
        end = self.turn().end
        return self._now() if end is None else end.t

    def turn(self) -> Turn:
        """Return the turn of the last reply."""
        return self.live.timeline.turns[self.live.turn]

    def _while(self, busy: Callable[[], bool]) -> Script:
        while busy():
            yield from self._alive()

    def _alive(self) -> Script:
        if self.live.engine_dead:
            yield from self.settle()  # until the reason has arrived
            raise Failed(self._why("The engine stopped."), engine_died=True)
        if self.live.unresponsive:
            self._loaded = self.live.wanted = None
            self.live.restart_engine()
            raise Failed("The engine did not respond to a stop and was killed.", engine_died=True)
        yield

    def pause(self, seconds: float) -> Script:
        """Wait."""
        until = self._now() + seconds
        while self._now() < until:
            yield

    def settle(self) -> Script:
        """Wait until the readings of the last request have arrived."""
        yield from self.pause(SETTLE_SECONDS)

    def covered(self, end: float) -> Script:
        """Wait until all readings up to `end` have arrived, which may be late."""
        until = self._now() + LATEST_SECONDS
        while not covered(self.live.timeline, end) and self._now() < until:
            yield

    def revive(self) -> Script:
        """Restart the engine if it died, so that the plan continues."""
        live = self.live
        if live.engine_dead:
            self.doing = Doing("starting the engine again")
            self._loaded = live.wanted = None
            live.restart_engine()
            yield from self.settle()

    def _why(self, otherwise: str) -> str:
        news = self.live.news[self._news_before :]
        return next((one.text for one in reversed(news) if one.failed), otherwise)
