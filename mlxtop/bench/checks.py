"""Why a plan cannot be run: which of its fields is wrong, and a sentence."""

from typing import TYPE_CHECKING

from mlxtop.sampling import LIMITS, Value
from mlxtop.text import one_line

if TYPE_CHECKING:
    from mlxtop.bench.plan import Plan

MOST_TOKENS = 1 << 20
MOST_MINUTES = 24 * 60.0
MOST_POINTS = 100_000
SWEEPABLE = frozenset({*LIMITS, "prompt_tokens", "generation_tokens", "batch", "draft"})

Problem = tuple[str, str]
"""A field and a sentence; both are empty where nothing is wrong."""
NONE: Problem = ("", "")


def problem(plan: "Plan") -> Problem:
    """Return what keeps a plan from being run."""
    for check in (_numbers, _contradiction, _sweep, _sampling):
        if (found := check(plan)) != NONE:
            return found
    return NONE


def _numbers(plan: "Plan") -> Problem:
    for field, name, value, least, most in (
        ("prompt_tokens", "prompt tokens", plan.prompt_tokens, 1, MOST_TOKENS),
        ("generation_tokens", "generated tokens", plan.generation_tokens, 2, MOST_TOKENS),
        ("trials", "trials", plan.trials, 1, 10_000),
        ("prefill_step", "prefill step", plan.prefill_step, 1, MOST_TOKENS),
        ("seed", "seed", plan.seed, 0, 2**31 - 1),
        ("limit", "limit of prompts", 1 if plan.limit is None else plan.limit, 1, MOST_TOKENS),
        ("most_repeats", "repeats", plan.most_repeats, 0, 10_000),
        *(("batch", "batch", size, 1, 1024) for size in plan.batch),
    ):
        if not least <= value <= most:
            return field, f"The {name} must be between {least} and {most}, not {value}."
    for field, name, seconds in (
        ("cool_seconds", "pause", plan.cool_seconds),
        ("cool_limit_seconds", "longest wait", plan.cool_limit_seconds),
    ):
        if not 0 <= seconds <= 3600:
            return field, f"The {name} must be between 0 and 3600 s, not {seconds:g}."
    if not 0 < plan.minutes <= MOST_MINUTES:
        allowed = f"more than 0 and at most {MOST_MINUTES:g}"
        return "minutes", f"The minutes must be {allowed}, not {plan.minutes:g}."
    return NONE


_NEEDS: dict[str, tuple[str, str]] = {
    "dataset": ("dataset", "name the file of prompts"),
    "sweep": ("sweep", "name a setting and its values"),
    "models": ("models", "name another model to compare with"),
}
_ONLY: dict[str, tuple[str, ...]] = {
    "models": ("models",),
    "scenarios": ("scenarios",),
    "dataset": ("dataset",),
    "limit": ("dataset",),
    "sweep": ("sweep",),
    "grid": ("sweep",),
    "minutes": ("stress",),
    "system": ("scenarios", "dataset"),
    "prompt_config": ("scenarios", "dataset"),
}
"""Fields that only some kinds of plan know."""


def _contradiction(plan: "Plan") -> Problem:
    if plan.kind in _NEEDS and not getattr(plan, _NEEDS[plan.kind][0]):
        field, words = _NEEDS[plan.kind]
        return field, f"A plan of the kind {plan.kind} needs more: {words}."
    usual = type(plan)()
    for field, kinds in _ONLY.items():
        if plan.kind not in kinds and getattr(plan, field) != getattr(usual, field):
            return field, (
                f"A plan of the kind {plan.kind} has no {field}: leave it out, "
                f"or make it a plan of the kind {' or '.join(kinds)}."
            )
    if not plan.batch:
        return "batch", "The batch needs at least one size."
    if plan.kind not in ("tokens", "batch") and plan.batch != (1,):
        return "batch", _no_batch(plan)
    if len(set(plan.batch)) < len(plan.batch):
        return "batch", "The batch has a size twice."
    if plan.breakdown and (plan.kind == "stress" or max(plan.batch) > 1):
        return "breakdown", (
            "A breakdown is of single requests: leave it out for a batch and for stress."
        )
    return NONE


def _no_batch(plan: "Plan") -> str:
    """Return what to do in place of giving a batch to a plan that has none."""
    if plan.kind != "sweep":
        return f"A plan of the kind {plan.kind} has no batch: leave it out."
    if "batch" in plan.sweep:
        return "The batch is both set and swept: leave one of them out."
    sizes = ",".join(map(str, plan.batch))
    return (
        "A sweep has no batch beside it: leave it out, or sweep it too "
        f"(--sweep batch={sizes}, with --grid together with each other value)."
    )


def _sweep(plan: "Plan") -> Problem:
    count = 1
    for name, values in plan.sweep.items():
        if name not in SWEEPABLE:
            known = ", ".join(sorted(SWEEPABLE))
            return "sweep", f"{one_line(name, 40)!r} cannot be swept; these can: {known}."
        if not values:
            return "sweep", f"The sweep of {name} has no values."
        if len(set(values)) < len(values):
            return "sweep", f"The sweep of {name} has a value twice."
        for value in values:
            if wrong := _wrong(name, value):
                return "sweep", wrong
        count = count * len(values) if plan.grid else max(count, len(values))
    if count > MOST_POINTS:
        return "sweep", f"That is {count:,} points; {MOST_POINTS:,} are the most there may be."
    return NONE


def _wrong(name: str, value: Value | str) -> str:
    if name in LIMITS:
        return LIMITS[name].problem(value) or ""
    if name == "draft":
        known = value is None or isinstance(value, str)
        return "" if known else f"A draft model is named by a text, not {value!r}."
    least, most = (2, MOST_TOKENS) if name == "generation_tokens" else (1, MOST_TOKENS)
    if name == "batch":
        most = 1024
    if not isinstance(value, int) or not least <= value <= most:
        return f"{name} must be between {least} and {most}, not {value}."
    return ""


def _sampling(plan: "Plan") -> Problem:
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
    return NONE
