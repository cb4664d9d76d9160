"""The points of a plan with the models on this disk, or why it cannot run."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop import paths
from mlxtop.bench.estimate import Speeds, seconds
from mlxtop.bench.expansion import expand
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Point
from mlxtop.models.locate import cannot_be_loaded, looked_at
from mlxtop.sources.options import ModelSpec
from mlxtop.text import one_line
from mlxtop.tui.bench.form import plan_of
from mlxtop.tui.chat.facts import short_name


@dataclass(frozen=True)
class Chosen:
    """A plan that can run, with its points."""

    plan: Plan
    wanted: tuple[ModelSpec, ...]
    """The models; the loaded one comes first."""
    points: tuple[Point, ...]

    @property
    def trials(self) -> int:
        """The minimum number of trials; 1 for a plan with a fixed time."""
        each = KINDS[self.plan.kind].trials(self.plan)
        return 1 if each is None else each * len(self.measured)

    @property
    def measured(self) -> list[Point]:
        """The points that can be measured."""
        return [point for point in self.points if not point.invalid]


def other_model(name: str) -> ModelSpec:
    """Return a model of this disk by its directory or id; raises PlanError."""
    shown = one_line(name, 80)
    if name == paths.DEMO:
        return ModelSpec(paths.model_named(name))
    found = looked_at(name)
    if found is None:
        raise PlanError(f"{shown} is not on this disk: open it first to download it.")
    if problem := cannot_be_loaded(found, shown):
        raise PlanError(problem)
    return ModelSpec(name)


def checked(
    kind: str, texts: Mapping[str, str], model: ModelSpec | str, speeds: Speeds | None = None
) -> tuple[Chosen, str]:
    """Return the plan of a form's texts, and its time and summary in words; raises PlanError.

    `model` is the model to measure, or a sentence why there is none; `speeds` are its own.
    Runs in a thread: it reads files of prompts and models.
    """
    plan = plan_of(kind, texts)
    if isinstance(model, str):
        raise PlanError(model)
    chosen = prepare(plan, model)
    return chosen, f"{time_words(chosen, speeds)} {in_words(chosen)}"


def time_words(chosen: Chosen, speeds: Speeds | None) -> str:
    """Return how long the plan will take, in a sentence."""
    about = seconds(chosen.plan, chosen.measured, speeds)
    if about is None:
        return f"Time: {fmt.UNKNOWN} until the first trial."
    return f"Time: about {fmt.clock(max(1.0, about))}, without waits and repeats."


def prepare(plan: Plan, loaded: ModelSpec) -> Chosen:
    """Return the plan with its points; raises PlanError with the sentence to show."""
    wanted = (loaded, *(other_model(name) for name in plan.models))
    facts = [looked_at(one.model) for one in wanted]
    contexts = [None if found is None else found.context_tokens for found in facts]
    chosen = Chosen(plan, wanted, tuple(expand(plan, wanted, contexts)))
    if not chosen.points:
        raise PlanError("There is nothing to measure: the plan has no points.")
    if not chosen.measured:
        raise PlanError(f"There is nothing to measure: {chosen.points[0].invalid}.")
    return chosen


def in_words(chosen: Chosen) -> str:
    """Return what the plan will run, for the decision to start it."""
    plan, points = chosen.plan, chosen.measured
    model = short_name(chosen.wanted[0].model)
    words = KINDS[plan.kind].summary(plan, points, model)
    if plan.breakdown:
        words.append("a breakdown" if len(points) == 1 else "a breakdown each")
    said = f"{', '.join(words)}."
    if left := [point for point in chosen.points if point.invalid]:
        more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
        said += f" ▲ Left out: {one_line(left[0].label, 40)}{more}: {left[0].invalid}."
    return said
