"""What is to be measured, as a plan file or flags say it."""

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from mlxtop.sampling import LIMITS
from mlxtop.text import one_line

Kind = Literal["tokens", "scenarios", "dataset", "sweep", "models", "batch", "stress", "warm"]
KINDS: dict[Kind, str] = {
    "tokens": "random tokens, by the method of mlx_lm.benchmark",
    "scenarios": "prompts that come with mlxtop, or your own",
    "dataset": "prompts of a file",
    "sweep": "a setting over several values",
    "models": "several models, in turns",
    "batch": "several requests at once",
    "stress": "generation without a pause, for minutes",
    "warm": "the first run after a load against the following ones",
}

MOST_TOKENS = 1 << 20
MOST_MINUTES = 24 * 60.0
MANY_TRIALS = 100
"""From so many trials on somebody is asked first."""

Value = float | int | str | None
SWEEPABLE = frozenset({*LIMITS, "prompt_tokens", "generation_tokens", "batch", "draft"})


class PlanError(Exception):
    """A plan that cannot be run; the text is a sentence."""


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan of one kind; what a kind does not use keeps its default."""

    kind: Kind = "tokens"
    prompt_tokens: int = 512
    generation_tokens: int = 128
    """Generated per request; of scenarios and datasets the most there may be."""
    trials: int = 5
    """Valid trials of each point."""
    models: tuple[str, ...] = ()
    """Of the kind `models`, besides the one that is named first."""
    scenarios: tuple[str, ...] = ()
    """Names of shipped scenarios, or files with prompts; none: all that are shipped."""
    dataset: str = ""
    limit: int | None = None
    """Prompts of a dataset that are taken; None: all."""
    sweep: dict[str, tuple[Value, ...]] = {}
    grid: bool = False
    """Every combination of the values; else one setting at a time."""
    batch: tuple[int, ...] = (1,)
    minutes: float = 3.0
    """How long a stress plan generates."""
    sampling: dict[str, Value] = {}
    """Sampling settings that all points share."""
    system: str = ""
    prefill_step: int = 2048
    seed: int = 0
    breakdown: bool = False
    """One more trial of each point that tells where the time goes; it is no speed trial."""
    cool_seconds: float = 0.0
    """Least pause before each trial."""
    cool_limit_seconds: float = 60.0
    """Longest wait for the machine to be as it was before the first trial."""
    most_repeats: int = 5
    """Trials that may be repeated because something disturbed them, over all."""

    def problem(self) -> str:
        """Return why the plan cannot be run, in a sentence; empty where it can."""
        for check in (_numbers, _contradiction, _sweep, _sampling):
            if problem := check(self):
                return problem
        return ""


def _numbers(plan: Plan) -> str:
    for name, value, least, most in (
        ("prompt tokens", plan.prompt_tokens, 1, MOST_TOKENS),
        ("generated tokens", plan.generation_tokens, 2, MOST_TOKENS),
        ("trials", plan.trials, 1, 10_000),
        ("prefill step", plan.prefill_step, 1, MOST_TOKENS),
        ("seed", plan.seed, 0, 2**31 - 1),
        ("limit of prompts", 1 if plan.limit is None else plan.limit, 1, MOST_TOKENS),
        ("repeats", plan.most_repeats, 0, 10_000),
        *(("batch", size, 1, 1024) for size in plan.batch),
    ):
        if not least <= value <= most:
            return f"The {name} must lie between {least} and {most}, not {value}."
    for name, seconds, highest in (
        ("pause", plan.cool_seconds, 3600.0),
        ("longest wait", plan.cool_limit_seconds, 3600.0),
    ):
        if not 0 <= seconds <= highest:
            return f"The {name} must lie between 0 and {highest:g} s, not {seconds:g}."
    if not 0 < plan.minutes <= MOST_MINUTES:
        return (
            f"The minutes must lie above 0 and at most at {MOST_MINUTES:g}, not {plan.minutes:g}."
        )
    return ""


_NEEDS: dict[Kind, tuple[str, str]] = {
    "dataset": ("dataset", "name the file of prompts"),
    "sweep": ("sweep", "name a setting and its values"),
    "models": ("models", "name another model to compare with"),
}
_ONLY: dict[str, tuple[Kind, ...]] = {
    "models": ("models",),
    "scenarios": ("scenarios",),
    "dataset": ("dataset",),
    "limit": ("dataset",),
    "sweep": ("sweep",),
    "grid": ("sweep",),
    "minutes": ("stress",),
}
"""Fields that only some kinds of plan know."""


def _contradiction(plan: Plan) -> str:
    if plan.kind in _NEEDS and not getattr(plan, _NEEDS[plan.kind][0]):
        return f"A plan of the kind {plan.kind} needs more: {_NEEDS[plan.kind][1]}."
    for field, kinds in _ONLY.items():
        if plan.kind not in kinds and getattr(plan, field) != _DEFAULTS[field]:
            return (
                f"A plan of the kind {plan.kind} has no {field.replace('_', ' ')}: leave it out, "
                f"or make it a plan of the kind {kinds[0]}."
            )
    if not plan.batch:
        return "The batch needs at least one size."
    if plan.kind not in ("tokens", "batch", "sweep") and plan.batch != (1,):
        return f"A plan of the kind {plan.kind} asks one thing at a time: leave out the batch."
    if plan.breakdown and (plan.kind == "stress" or max(plan.batch) > 1):
        return "A breakdown is of single requests: leave it out for a batch and for stress."
    return ""


def _sweep(plan: Plan) -> str:
    for name, values in plan.sweep.items():
        if name not in SWEEPABLE:
            known = ", ".join(sorted(SWEEPABLE))
            return f"{one_line(name, 40)!r} cannot be swept; these can: {known}."
        if not values:
            return f"The sweep of {name} has no values."
        if len(set(values)) < len(values):
            return f"The sweep of {name} has a value twice."
        for value in values:
            if problem := _wrong(name, value):
                return problem
    return ""


def _wrong(name: str, value: Value) -> str:
    if name in LIMITS:
        return LIMITS[name].problem(value) or ""
    if name == "draft":
        known = value is None or isinstance(value, str)
        return "" if known else f"A draft model is named by a text, not {value!r}."
    least = 2 if name == "generation_tokens" else 1
    if not isinstance(value, int) or not least <= value <= MOST_TOKENS:
        return f"{name} must lie between {least} and {MOST_TOKENS}, not {value!r}."
    return ""


def _sampling(plan: Plan) -> str:
    for name, value in plan.sampling.items():
        if name not in LIMITS:
            return f"{one_line(name, 40)!r} is no sampling setting; known are {', '.join(LIMITS)}."
        if problem := LIMITS[name].problem(value):
            return problem
        if name in plan.sweep:
            return f"{name} is both set and swept: leave one of them out."
    return ""


_DEFAULTS: dict[str, Any] = msgspec.structs.asdict(Plan())

QUICK: dict[Kind, dict[str, Any]] = {
    "tokens": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 3},
    "scenarios": {"generation_tokens": 64, "trials": 1},
    "dataset": {"generation_tokens": 64, "trials": 1, "limit": 5},
    "sweep": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2},
    "models": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 3},
    "batch": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2},
    "stress": {"minutes": 0.5},
    "warm": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2},
}
"""What a quick plan decides; the rest stays as it was asked for."""


def quickened(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a plan with sizes that take a moment instead of minutes."""
    return fields | QUICK.get(fields.get("kind", "tokens"), {})


def read_plan(path: Path) -> dict[str, Any]:
    """Return the fields of a plan in a TOML file; raises PlanError.

    Checked only by `make`: flags beside the file may still change them.
    """
    shown = one_line(str(path), 300)
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PlanError(f"The plan {shown} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise PlanError(f"The plan {shown} is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"The plan {shown} is not TOML: {one_line(str(error), 200)}.") from None


def _absent(name: str, value: Any) -> Any:
    """Return None for "off" where a setting may be absent."""
    if isinstance(value, list | tuple):
        return [_absent(name, one) for one in value]
    optional = name == "draft" or (name in LIMITS and LIMITS[name].optional)
    return None if optional and value == "off" else value


def make(fields: dict[str, Any]) -> Plan:
    """Return the plan that fields say; raises PlanError with what is wrong.

    Where a sweep or a setting may be absent, "off" says so: TOML has no word for it.
    """
    for table in ("sweep", "sampling"):
        if isinstance(fields.get(table), dict):
            named = {name: _absent(name, value) for name, value in fields[table].items()}
            fields = {**fields, table: named}
    try:
        plan = msgspec.convert(fields, Plan)
    except msgspec.ValidationError as error:
        raise PlanError(f"The plan cannot be read: {one_line(str(error), 200)}.") from None
    if problem := plan.problem():
        raise PlanError(problem)
    return plan
