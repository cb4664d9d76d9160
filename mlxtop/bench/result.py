"""The result of a plan: its points, their trials, and the figures over those that count."""

from collections.abc import Sequence

import msgspec

from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point, Skipped
from mlxtop.bench.statistics import FEWEST, Spread, spread
from mlxtop.bench.stress import Stress
from mlxtop.bench.trial import Trial

FIGURES = (
    "load_seconds",
    "prompt_tokens",
    "generation_tokens",
    "prompt_tokens_per_second",
    "generation_tokens_per_second",
    "mlx_lm_generation_tokens_per_second",
    "request_tokens_per_second",
    "template_seconds",
    "tokenize_seconds",
    "ttft_seconds",
    "tpot_seconds",
    "p50_seconds",
    "p95_seconds",
    "p99_seconds",
    "longest_seconds",
    "draft_share",
    "total_seconds",
    "peak_mlx_bytes",
    "mlx_growth_bytes",
    "peak_wired_bytes",
    "peak_engine_bytes",
    "energy_joules",
    "tokens_per_joule",
)
"""Fields of a trial that have figures over all trials."""


class ModelLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A load of a model: its time and its effect on memory; sizes in bytes."""

    model: str
    quantization: str
    began: float
    """Seconds on the recording's clock."""
    seconds: float | None
    weights_bytes: int | None
    mlx_before_bytes: float | None
    mlx_peak_bytes: float | None
    mlx_after_bytes: float | None
    engine_before_bytes: float | None
    """The engine's process."""
    engine_after_bytes: float | None
    mlx_unloaded_bytes: float | None = None
    """MLX's memory after it was unloaded; None while it is loaded."""
    error: str = ""


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """Where the time of a trial with barriers went; its speed does not count."""

    point: int
    turn: int
    parts: dict[str, float]
    """Name of the part → seconds; empty if it failed."""
    steps: int
    error: str = ""


class PointResult(msgspec.Struct, frozen=True, kw_only=True):
    """A point with its trials and the figures over those that count."""

    point: Point
    trials: list[Trial]
    figures: dict[str, Spread]
    """Known ones only; times in seconds, sizes in bytes, energy in joules."""

    @property
    def valid(self) -> list[Trial]:
        """The trials that were judged and not disturbed."""
        return [trial for trial in self.trials if trial.valid]

    @property
    def counted(self) -> list[Trial]:
        """The valid and the unchecked trials, on which the figures are based."""
        return [trial for trial in self.trials if trial.counts]

    @property
    def asked(self) -> list[Trial]:
        """The trials, except those that the model refused."""
        return [one for one in self.trials if not one.failed or one.failed != self.point.invalid]

    @property
    def several_at_once(self) -> bool:
        """Whether a step may produce several tokens: draft models, batches."""
        return self.point.wanted.draft is not None or self.point.batch > 1


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """The machine and the versions of a measurement."""

    machine: str
    memory_bytes: int | None
    device: str
    os: str
    mlx: str
    mlx_lm: str
    mlx_build: str = ""
    """Package and platform of MLX's kernels; empty if unknown."""
    mlxtop: str
    on_battery: bool | None
    cpu_cores: int | None = None
    unread: tuple[str, ...] = ()
    """Figures that may explain a slow trial and are never read here: thermal pressure."""
    wall: float
    """When it began, seconds since the Unix epoch."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and its outcome."""

    plan: Plan
    conditions: Conditions
    loads: list[ModelLoad]
    points: list[PointResult]
    breakdowns: list[Breakdown]
    recording: str | None
    """The file, or the last of several."""
    complete: bool
    """False if it was stopped early."""
    recording_shortfall: str = ""
    """Which part of the run was not recorded, and why; empty if nothing is missing."""
    running: bool = False
    """Whether the plan is still running: these are the trials so far."""
    stress: Stress | None = None
    """The summary of the cycles of a stress plan."""
    skipped: tuple[Skipped, ...] = ()
    """Entries without a prompt in files of prompts."""
    overall: dict[str, Spread] = {}
    """Figures over the trials of all prompts that count; empty for other plans."""

    @property
    def trials(self) -> list[Trial]:
        """All trials in the order of the run."""
        return sorted(
            (trial for one in self.points for trial in one.trials), key=lambda trial: trial.began
        )

    @property
    def measured(self) -> list[PointResult]:
        """The points that can be measured."""
        return [one for one in self.points if not one.point.invalid]

    @property
    def failures(self) -> list[Trial]:
        """Trials that did not finish, except points of a sweep that the model refused."""
        return [trial for one in self.measured for trial in one.trials if trial.failed]

    @property
    def all_failed(self) -> bool:
        """Whether there are trials and all of them failed."""
        return bool(self.trials) and all(trial.failed for trial in self.trials)

    @property
    def enough(self) -> bool:
        """Whether every point has enough trials that count: all of them, or three."""
        by_time = any(one.point.seconds is not None for one in self.points)
        fewest = 1 if by_time else min(FEWEST, self.plan.trials)
        found = [len(one.counted) >= fewest for one in self.measured]
        return bool(found) and all(found)


def of_point(point: Point, trials: list[Trial]) -> PointResult:
    """Return a point with the figures over its trials that count."""
    return PointResult(point=point, trials=trials, figures=_figures(trials))


def over_all(points: Sequence[PointResult]) -> dict[str, Spread]:
    """Return figures over the trials of all prompts; empty if the points are not prompts."""
    if len(points) < 2 or not all(one.point.ends_by_itself for one in points):
        return {}
    return _figures([trial for one in points for trial in one.trials])


def _figures(trials: Sequence[Trial]) -> dict[str, Spread]:
    """Return the known figures over the trials that count."""
    counted = [trial for trial in trials if trial.counts]
    figures = {name: spread([getattr(one, name) for one in counted]) for name in FIGURES}
    return {name: figure for name, figure in figures.items() if figure is not None}
