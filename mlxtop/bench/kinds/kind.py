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
SIZES = ("prompt_tokens", "generation_tokens", "trials")
ALSO = ("sampling", "breakdown", "cool_seconds")
"""Fields that the form asks of most kinds."""


class PlanKind:
    """A kind of plan whose points are requests with random tokens, run in rounds."""

    name: ClassVar[str]
    """As TOML, the form, results and recordings call it."""
    words: ClassVar[str]
    """What it measures, in a few words."""

    # -- what it is made of
    form: ClassVar[tuple[str, ...]] = (*SIZES, *ALSO)
    """Fields that the form asks for, in the order of its rows."""
    also: ClassVar[tuple[str, ...]] = ()
    """Further fields that it knows, of those that not every kind does (`Field.shared`)."""
    fixes: ClassVar[tuple[str, ...]] = ()
    """Shared fields that it sets itself: a plan that gives one is refused, and no result has it."""
    needs: ClassVar[str] = ""
    """A field without which it means nothing."""
    needs_words: ClassVar[str] = ""
    """What to do about it: "name the file of prompts"."""
    quick: ClassVar[Mapping[str, float]] = {
        "prompt_tokens": 128,
        "generation_tokens": 64,
        "trials": 2,
    }
    """Sizes that take a moment; what else was asked for stays."""
    chosen_by: ClassVar[str] = ""
    """The field whose flag asks for this kind."""
    flag: ClassVar[Flag | None] = None
    """A flag that asks for this kind and says no more."""

    # -- how its trials are run
    warms_up: ClassVar[bool] = True
    """Whether a point is asked once before its trials."""
    measures_loads: ClassVar[bool] = False
    """Whether loading is measured too: no model that was loaded before is used."""
    unloads: ClassVar[bool] = False
    """Whether the last model is unloaded at the end, to show how much memory remains in use."""
    takes_refusals: ClassVar[bool] = False
    """Whether it is a finding, not a failure, that a model refuses a point."""
    breaks_down: ClassVar[bool] = True
    """Whether a breakdown of its points can be asked for."""

    # -- what is shown of its result
    label_words: ClassVar[str] = ""
    """Words of its labels that are not in `mlxtop/recording/vocabulary.py`. A redacted recording
    keeps them, as it keeps the name of the kind."""
    labels_name_models: ClassVar[bool] = False
    """Whether a point is called as its model is."""
    one_thing_changed: ClassVar[bool] = False
    """Whether its points differ in one thing: the speed is given in relation to the first."""
    charts: ClassVar[tuple[ChartName, ...]] = ("speed", "prefill", "TTFT", "context", "gaps")

    def knows(self, field: Field) -> bool:
        """Return whether a plan of this kind may have a field."""
        if field.shared:
            return field.name not in self.fixes
        return field.name in self.form or field.name in self.also

    def is_asked(self, given: Mapping[str, Any]) -> bool:
        """Return whether flags ask for this kind; `given` are fields by name."""
        return bool(self.chosen_by) and self.chosen_by in given

    def instead(self, others: Sequence[str], given: Mapping[str, Any]) -> str:
        """Return what to do where flags ask for other kinds too, besides leaving one out."""
        return ""

    def without(self, field: Field, plan: Plan, kinds: Sequence[str]) -> str:
        """Return a sentence about a field that this kind does not know, and `kinds` do."""
        has_none = f"A plan of the kind {self.name} has no {field.name}: leave it out"
        if field.shared or field.name == "batch":
            return f"{has_none}."
        return f"{has_none}, or make it a plan of the kind {' or '.join(kinds)}."

    def problem(self, plan: Plan) -> Problem:
        """Return what of its own keeps a plan from being run."""
        return NONE

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return what a plan measures, in order; raises PlanError.

        `wanted` are the models, the first for all kinds that compare no models; `contexts` as in
        `expand`.
        """
        raise NotImplementedError

    def labels(self, plan: Plan) -> Labels:
        """Return what the labels of its points are made of: it decides what redaction leaves out.

        `words` of mlxtop and numbers, `names` of files and models, `prompts`.
        """
        return "prompts"

    def trials(self, plan: Plan) -> int | None:
        """Return the trials of each point; None where it goes by time."""
        return plan.trials

    def how_often(self, plan: Plan) -> str:
        """Return how much of each point is measured."""
        return f"{plan.trials} trial{'' if plan.trials == 1 else 's'} of each"

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return what its points are, for the line that names the plan."""
        return self.words

    def lengths(self, plan: Plan) -> list[str]:
        """Return how long prompts and replies are, where all have the same length."""
        return [
            f"{fmt.count(count)} {name}"
            for field, name, count in (
                ("prompt_tokens", "random prompt tokens", plan.prompt_tokens),
                ("generation_tokens", "generated", plan.generation_tokens),
            )
            if field not in plan.sweep
        ]

    def comes_to(self, plan: Plan, points: Sequence[Point], model: str) -> list[str]:
        """Return what running a plan means, as somebody decides on it, part by part.

        `points` are those that are measured, `model` is what the first model is called.
        """
        count = len(points)
        of = "" if count == 1 else f" of {count} points"
        return [f"{trials_in_words(plan, count)}{of} on {model}", self.before(plan, points)]

    def before(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return what is done before the trials."""
        # One for all prompts: the model ends their replies, so that they are alike.
        once = len(points) == 1 or all(one.ends_by_itself for one in points)
        return "a warm-up" if once else "a warm-up each"

    def tables(self, result: Result) -> list[Table]:
        """Return its own tables of a result, besides those that every kind has."""
        return []


def trials_in_words(plan: Plan, points: int) -> str:
    """Return how many trials a plan of so many points takes."""
    count = plan.trials * points
    return f"{fmt.count(count)} trial{'' if count == 1 else 's'}"


def sampling_of(plan: Plan, **others: Any) -> Sampling:
    """Return the sampling settings that a plan's points share, with others in place of them."""
    fields = {"prefill_step": plan.prefill_step, "seed": plan.seed, **plan.sampling, **others}
    fields.setdefault("max_tokens", plan.generation_tokens)
    return Sampling(**fields)


def random_point(plan: Plan, wanted: ModelSpec, *, label: str, **others: Any) -> Point:
    """Return a point that feeds a plan's random tokens to a model."""
    return Point(
        label=label,
        wanted=wanted,
        prompt_tokens=plan.prompt_tokens,
        sampling=sampling_of(plan, max_tokens=plan.generation_tokens),
        **others,
    )
