"""Why a plan cannot be run: which of its fields is wrong, and a sentence."""

from mlxtop.bench.field import NONE, Problem
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, Plan
from mlxtop.events import Sampling
from mlxtop.sampling import LIMITS, together
from mlxtop.text import one_line


def problem(plan: Plan) -> Problem:
    """Return what keeps a plan from being run."""
    if plan.kind not in KINDS:
        shown = one_line(plan.kind, 60)
        return "kind", f"The kind must be one of {', '.join(KINDS)}, not {shown}."
    for check in (_ranges, _fields_of_kind, _batch, KINDS[plan.kind].problem, _sampling):
        if (found := check(plan)) != NONE:
            return found
    return NONE


def _ranges(plan: Plan) -> Problem:
    for field in FIELDS.values():
        if wrong := field.problem(getattr(plan, field.name)):
            return field.name, wrong
    return NONE


def _fields_of_kind(plan: Plan) -> Problem:
    """Return which field the kind of a plan needs, or does not know."""
    kind = KINDS[plan.kind]
    if kind.needs and not getattr(plan, kind.needs):
        return kind.needs, f"A plan of the kind {kind.name} needs more: {kind.needs_words}."
    for field in FIELDS.values():
        if not kind.knows(field) and getattr(plan, field.name) != field.default:
            return field.name, kind.without(
                field, plan, [one.name for one in KINDS.values() if one.knows(field)]
            )
    return NONE


def _batch(plan: Plan) -> Problem:
    if not plan.batch:
        return "batch", "The batch needs at least one size."
    if len(set(plan.batch)) < len(plan.batch):
        return "batch", "The batch has a size twice."
    if plan.breakdown and (not KINDS[plan.kind].breaks_down or max(plan.batch) > 1):
        return "breakdown", (
            "A breakdown is of single requests: leave it out for a batch and for stress."
        )
    return NONE


def _sampling(plan: Plan) -> Problem:
    for name, value in plan.sampling.items():
        if name not in LIMITS:
            known = ", ".join(LIMITS)
            return "sampling", (
                f"{one_line(name, 40)!r} is not a sampling setting; known are {known}."
            )
        if wrong := LIMITS[name].problem(value):
            return "sampling", wrong
        if name in plan.sweep:
            return "sampling", f"{name} is both set and swept: leave one of them out."
        if name == "max_tokens":
            return "sampling", "A plan has no max_tokens: set generation_tokens."
    if wrong := together(Sampling(**plan.sampling)):  # type: ignore[arg-type]
        return "sampling", wrong
    return NONE
