"""Runs a plan: load, warm-up, trials; disturbed ones are repeated."""

import time
from collections.abc import Callable, Iterator

import msgspec

from mlxtop.bench.plan import TokensPlan
from mlxtop.bench.statistics import FEWEST, Spread, spread
from mlxtop.bench.trial import Trial, measured
from mlxtop.events import Sampling
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, Wanted

POLL_SECONDS = 0.05
SETTLE_SECONDS = 0.6
"""After a trial, until its last readings have come: they belong to what is judged."""
FIGURES = (
    "prompt_tokens_per_second",
    "generation_tokens_per_second",
    "mlx_lm_generation_tokens_per_second",
    "ttft_seconds",
    "tpot_seconds",
    "p50_seconds",
    "p95_seconds",
    "p99_seconds",
    "longest_seconds",
    "total_seconds",
    "peak_mlx_bytes",
    "peak_wired_bytes",
    "peak_engine_bytes",
    "energy_joules",
)


class BenchError(Exception):
    """A plan that could not be run to its end; the text is a sentence."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, its trials in their order, and the figures over the valid ones."""

    model: str
    quantization: str
    machine: str
    memory_bytes: int | None
    mlx: str
    mlx_lm: str
    mlxtop: str
    device: str
    began: float
    """Wall time, seconds since the Unix epoch."""
    load_seconds: float | None
    plan: TokensPlan
    trials: list[Trial]
    figures: dict[str, Spread | None]
    """Over the valid trials; times in seconds, sizes in bytes, energy in joules."""
    recording: str | None

    @property
    def valid(self) -> list[Trial]:
        """The trials that nothing disturbed."""
        return [trial for trial in self.trials if trial.valid]

    @property
    def enough(self) -> bool:
        """True where there are as many valid trials as were asked for, or at least three."""
        return len(self.valid) >= min(FEWEST, self.plan.trials)


class Runner:
    """A plan on one model; iterate over `trials`, then take the `result`."""

    def __init__(self, plan: TokensPlan, wanted: Wanted, options: LiveOptions) -> None:
        """Prepare; raises BenchError where the plan cannot be run."""
        if problem := plan.problem():
            raise BenchError(problem)
        self.plan = plan
        self.live = Live(options)
        self._wanted = wanted
        self._trials: list[Trial] = []

    def trials(self, poll: Callable[[], None] = lambda: None) -> Iterator[Trial]:
        """Load, warm up, and yield each trial when it has ended, disturbed ones among them.

        `poll` is called some twenty times a second. Raises BenchError where the model does not
        load or a trial fails. The engine and the recording are closed at the end, however it
        comes.
        """
        live, plan = self.live, self.plan
        live.start()
        try:
            live.load(self._wanted)
            self._wait(lambda: live.loading, poll)
            if live.model is None:
                raise BenchError(self._why("The model could not be loaded."))
            self._run(poll)  # the warm-up
            valid = repeats = 0
            while valid < plan.trials and repeats <= plan.most_repeats:
                trial = self._run(poll)
                self._trials.append(trial)
                valid += trial.valid
                repeats += not trial.valid
                yield trial
        finally:
            live.close()

    def _run(self, poll: Callable[[], None]) -> Trial:
        live, plan = self.live, self.plan
        self._pause(plan.cool_seconds, poll)
        sampling = Sampling(
            max_tokens=plan.generation_tokens, prefill_step=plan.prefill_step, seed=plan.seed
        )
        live.trial(plan.prompt_tokens, sampling)
        self._wait(lambda: live.answering, poll)
        turn = live.timeline.turns.get(live.turn)
        if turn is None or turn.end is None or turn.end.finish_reason not in ("length", "stop"):
            said = turn.end.error if turn is not None and turn.end is not None else ""
            raise BenchError(said or self._why("A trial failed."))
        self._pause(SETTLE_SECONDS, poll)
        return measured(live.timeline, turn)

    def _wait(self, busy: Callable[[], bool], poll: Callable[[], None]) -> None:
        while busy():
            self.live.poll()
            poll()
            if self.live.engine_dead:
                self.live.poll()
                raise BenchError(self._why("The engine stopped."))
            time.sleep(POLL_SECONDS)

    def _pause(self, seconds: float, poll: Callable[[], None]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.live.poll()
            poll()
            time.sleep(POLL_SECONDS)

    def _why(self, otherwise: str) -> str:
        return next((news.text for news in reversed(self.live.news) if news.failed), otherwise)

    @property
    def result(self) -> Result:
        """The figures over the trials so far."""
        live = self.live
        model, header = live.model, live.header
        valid = [trial for trial in self._trials if trial.valid]
        ready = live.timeline.engine.values[-1] if len(live.timeline.engine) else None
        path = live.recorder.status.path
        return Result(
            model=model.model if model else "",
            quantization=model.quantization if model else "",
            machine=header.chip,
            memory_bytes=header.memory_bytes,
            mlx=ready.mlx if ready else header.mlx,
            mlx_lm=ready.mlx_lm if ready else header.mlx_lm,
            mlxtop=header.mlxtop,
            device=ready.device if ready else "",
            began=header.wall,
            load_seconds=model.seconds if model else None,
            plan=self.plan,
            trials=list(self._trials),
            figures={name: spread([getattr(one, name) for one in valid]) for name in FIGURES},
            recording=str(path) if path else None,
        )
