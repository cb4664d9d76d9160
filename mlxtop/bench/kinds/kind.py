"""What a kind of plan is. Other code asks the kind of a plan and never compares its name."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from mlxtop import format as fmt
from mlxtop.bench.field import NONE, Field, Flag, Problem
from mlxtop.bench.layout import Table
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.bench.result import Result
from mlxtop.events import Sampling
from mlxtop.sources.options import ModelSpec

ChartName = Literal["speed", "prefill", "TTFT", "context", "gaps", "time"]
Labels = Literal["words", "names", "prompts"]
_MOST_KINDS = 4
"""Kinds that are listed in a sentence."""
SIZES = ("prompt_tokens", "generation_tokens", "trials")
ALSO = ("sampling", "breakdown", "cool_seconds")
"""Fields that the form has for most kinds."""


class PlanKind:
    """A kind of plan whose points are requests with random tokens, run in rounds."""

    name: ClassVar[str]
    """Its name in TOML, the form, results and recordings."""
    words: ClassVar[str]
    """What it measures, in a few words."""

    # -- its fields
    form: ClassVar[tuple[str, ...]] = (*SIZES, *ALSO)
    """Fields in the form, in the order of its rows."""
    also: ClassVar[tuple[str, ...]] = ()
    """Further fields that it has and not every kind does (`Field.shared`)."""
    fixes: ClassVar[tuple[str, ...]] = ()
    """Shared fields that it sets itself: a plan that gives one is refused, and no result has it."""
    needs: ClassVar[str] = ""
    """A field that it requires."""
    needs_words: ClassVar[str] = ""
    """What to do if that is missing: "name the file of prompts"."""
    quick: ClassVar[Mapping[str, float]] = {
        "prompt_tokens": 128,
        "generation_tokens": 64,
        "trials": 2,
    }
    """Sizes of `--quick`; all other fields stay."""
    chosen_by: ClassVar[str] = ""
    """The field whose flag selects this kind."""
    flag: ClassVar[Flag | None] = None
    """A flag that only selects this kind."""

    # -- its trials
    warms_up: ClassVar[bool] = True
    """Whether each point has a warm-up before its trials."""
    measures_loads: ClassVar[bool] = False
    """Whether loading is measured too: a model that is already loaded is not used."""
    unloads: ClassVar[bool] = False
    """Whether the last model is unloaded at the end, to show how much memory remains in use."""
    takes_refusals: ClassVar[bool] = False
    """Whether a point that the model refuses is a finding, not a failure."""
    breaks_down: ClassVar[bool] = True
    """Whether its points can have a breakdown."""

    # -- its result
    label_words: ClassVar[str] = ""
    """Words of its labels that are not in `mlxtop/recording/vocabulary.py`. A redacted recording
    keeps them, as it keeps the name of the kind."""
    labels_name_models: ClassVar[bool] = False
    """Whether points have the names of their models."""
    one_thing_changed: ClassVar[bool] = False
    """Whether its points differ in one thing: speeds are then also shown relative to the first."""
    charts: ClassVar[tuple[ChartName, ...]] = ("speed", "prefill", "TTFT", "context", "gaps")

    def knows(self, field: Field) -> bool:
        """Return whether this kind has a field."""
        if field.shared:
            return field.name not in self.fixes
        return field.name in self.form or field.name in self.also

    def is_asked(self, given: Mapping[str, Any]) -> bool:
        """Return whether flags select this kind; `given` are fields by name."""
        return bool(self.chosen_by) and self.chosen_by in given

    def instead(self, others: Sequence[str], given: Mapping[str, Any]) -> str:
        """Return another way out if flags select several kinds, besides removing a flag."""
        return ""

    def without(self, field: Field, plan: Plan, kinds: Sequence[str], called: str) -> str:
        """Return a sentence about a field that only the kinds `kinds` have.

        `called` is the field's name, or the flag that set it.
        """
        has_none = f"A plan of the kind {self.name} has no {called}: leave it out"
        if field.shared or field.name == "batch":
            return f"{has_none}."
        return f"{has_none}, or make it a plan of the kind {either(kinds)}."

    def problem(self, plan: Plan) -> Problem:
        """Return why a plan of this kind cannot run."""
        return NONE

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return what a plan measures, in order; raises PlanError.

        `wanted` are the models: kinds that do not compare models use the first. `contexts` as in
        `expand`.
        """
        raise NotImplementedError

    def labels(self, plan: Plan) -> Labels:
        """Return what the labels of its points contain, which decides what redaction removes.

        `words`: of mlxtop, and numbers; `names`: of files and models; `prompts`.
        """
        return "prompts"

    def trials(self, plan: Plan) -> int | None:
        """Return the trials of each point; None for a plan that runs for a time."""
        return plan.trials

    def how_often(self, plan: Plan) -> str:
        """Return how often, or how long, each point is measured."""
        return f"{plan.trials} trial{'' if plan.trials == 1 else 's'} of each"

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return what it measures, for the line that describes the plan."""
        return self.words

    def lengths(self, plan: Plan) -> list[str]:
        """Return how long prompts and replies are, if all have the same length."""
        return [
            f"{fmt.count(count)} {name}"
            for field, name, count in (
                ("prompt_tokens", "random prompt tokens", plan.prompt_tokens),
                ("generation_tokens", "generated", plan.generation_tokens),
            )
            if field not in plan.sweep
        ]

    def summary(self, plan: Plan, points: Sequence[Point], model: str) -> list[str]:
        """Return what a plan will run, part by part, for the decision to start it.

        `points` are those that are measured, `model` is the name of the first model.
        """
        count = len(points)
        of = "" if count == 1 else f" of {count} points"
        return [f"{trials_in_words(plan, count)}{of} on {model}", self.before(plan, points)]

    def before(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return what runs before the trials."""
        # One warm-up for all prompts: they are similar requests, whose replies the model ends.
        once = len(points) == 1 or all(one.ends_by_itself for one in points)
        return "a warm-up" if once else "a warm-up each"

    def tables(self, result: Result) -> list[Table]:
        """Return the tables of a result that only this kind has."""
        return []


def either(kinds: Sequence[str]) -> str:
    """Return "a, b or c"; of many kinds the first, and how many others there are."""
    if len(kinds) > _MOST_KINDS:
        first = kinds[: _MOST_KINDS - 1]
        return f"{', '.join(first)} or {len(kinds) - len(first)} others"
    return fmt.listed(kinds, "or")


def trials_in_words(plan: Plan, points: int) -> str:
    """Return how many trials a plan with so many points takes."""
    count = plan.trials * points
    return f"{fmt.count(count)} trial{'' if count == 1 else 's'}"


def sampling_of(plan: Plan, **others: Any) -> Sampling:
    """Return the sampling settings of a plan's points; `others` replace them."""
    fields = {"prefill_step": plan.prefill_step, "seed": plan.seed, **plan.sampling, **others}
    fields.setdefault("max_tokens", plan.generation_tokens)
    return Sampling(**fields)


def random_point(plan: Plan, wanted: ModelSpec, *, label: str, **others: Any) -> Point:
    """Return a point with a plan's random tokens for a model."""
    return Point(
        label=label,
        wanted=wanted,
        prompt_tokens=plan.prompt_tokens,
        sampling=sampling_of(plan, max_tokens=plan.generation_tokens),
        **others,
    )
