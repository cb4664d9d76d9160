"""A setting over several values, one setting at a time or every combination."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from mlxtop.bench.effect import impossible, mark_redundant, without_effect
from mlxtop.bench.field import NONE, Field, Problem
from mlxtop.bench.kinds.kind import ALSO, SIZES, Labels, PlanKind, sampling_of
from mlxtop.bench.layout import first_of
from mlxtop.bench.plan import FIELDS, Plan, Value
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.paths import model_named
from mlxtop.sampling_settings import LIMITS
from mlxtop.sources.options import ModelSpec
from mlxtop.text import one_line

OTHERS = ("prompt_tokens", "generation_tokens", "batch", "draft")
"""What can be swept besides sampling settings."""
SWEEPABLE = frozenset({*LIMITS, *OTHERS})
MOST_POINTS = 100_000
_MOST_NAMED = 6
"""Values listed in a line."""


class Sweep(PlanKind):
    """Requests with random tokens that differ in a setting."""

    name = "sweep"
    words = "a setting over several values"
    form = ("sweep", "grid", *SIZES, *ALSO)
    needs = "sweep"
    needs_words = "name a setting and its values"
    chosen_by = "sweep"
    takes_refusals = True
    one_thing_changed = True

    def without(self, field: Field, plan: Plan, kinds: Sequence[str], called: str) -> str:
        """Return what to do instead of giving a batch with a sweep."""
        if field.name != "batch":
            return super().without(field, plan, kinds, called)
        if "batch" in plan.sweep:
            return "The batch is both set and swept: leave one of them out."
        sizes = ",".join(map(str, plan.batch))
        return (
            "A sweep has no batch: leave it out, or sweep it too "
            f"(--sweep batch={sizes}; with --grid every combination)."
        )

    def problem(self, plan: Plan) -> Problem:
        """Return what is wrong with the settings and their values."""
        count = 1
        for name, values in plan.sweep.items():
            if wrong := _wrong_setting(name, values):
                return "sweep", wrong
            count = count * len(values) if plan.grid else max(count, len(values))
        if count > MOST_POINTS:
            return "sweep", f"That is {count:,} points; the maximum is {MOST_POINTS:,}."
        return NONE

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return the points; impossible and redundant ones are marked."""
        context = contexts[0] if contexts else None
        settings = _settings(plan, wanted[0])
        found = [_swept(plan, wanted[0], setting) for setting in settings]
        marked = [
            msgspec.structs.replace(one, invalid=one.invalid or impossible(one, context))
            for one in found
        ]
        return Points(mark_redundant(settings, marked))

    def labels(self, plan: Plan) -> Labels:
        """Return `words` for numbers; other values are names of models."""
        values = (value for values in plan.sweep.values() for value in values)
        return "names" if any(isinstance(value, str) for value in values) else "words"

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return the settings with their values."""
        swept = (
            f"{name.replace('_', ' ')} ({_values(values)})" for name, values in plan.sweep.items()
        )
        how = "every combination of " if plan.grid else ""
        return f"{how}{' and '.join(swept)}"


def _wrong_setting(name: str, values: Sequence[Value]) -> str:
    if name not in SWEEPABLE:
        known = ", ".join(sorted(SWEEPABLE))
        return f"{one_line(name, 40)!r} cannot be swept; these can: {known}."
    if not values:
        return f"The sweep of {name} has no values."
    if len(set(values)) < len(values):
        return f"The sweep of {name} has a value twice."
    return next((wrong for value in values if (wrong := _wrong(name, value))), "")


def _wrong(name: str, value: Value) -> str:
    if name in LIMITS:
        return LIMITS[name].problem(value) or ""
    if name == "draft":
        known = value is None or isinstance(value, str)
        return "" if known else f"A draft model must be a text, not {value!r}."
    allowed = FIELDS[name].range
    assert allowed is not None
    if not isinstance(value, int) or allowed.problem(value):
        return f"{name} must be between {allowed.least:.15g} and {allowed.most:.15g}, not {value}."
    return ""


def _values(values: Sequence[Value]) -> str:
    named = (
        "off" if one is None else Path(one).name if isinstance(one, str) else str(one)
        for one in values
    )
    return first_of(named, _MOST_NAMED)


def _settings(plan: Plan, wanted: ModelSpec) -> list[dict[str, Value]]:
    """Return the settings of each point of a sweep."""
    if plan.grid:
        names = list(plan.sweep)
        return [
            dict(zip(names, values, strict=True))
            for values in itertools.product(*plan.sweep.values())
        ]
    each = [{name: value} for name, values in plan.sweep.items() for value in values]
    return _one_base(plan, wanted, each) if len(plan.sweep) > 1 else each


def _one_base(
    plan: Plan, wanted: ModelSpec, settings: Sequence[dict[str, Value]]
) -> list[dict[str, Value]]:
    """Return the settings, those that change nothing merged into one, which comes first.

    All others are compared with that point, so it is measured only once.
    """
    unchanged = _swept(plan, wanted, {})
    base: dict[str, Value] = {}
    others = []
    for setting in settings:
        point = _swept(plan, wanted, setting)
        if msgspec.structs.replace(point, label=unchanged.label) == unchanged:
            base |= setting
        else:
            others.append(setting)
    return [base, *others] if base else others


def _swept(plan: Plan, wanted: ModelSpec, setting: dict[str, Value]) -> Point:
    own = {name: value for name, value in setting.items() if name not in OTHERS}
    generated = setting.get("generation_tokens", plan.generation_tokens)
    draft = setting.get("draft", wanted.draft)
    assert draft is None or isinstance(draft, str)
    prompt, batch = setting.get("prompt_tokens"), setting.get("batch", 1)
    assert isinstance(batch, int)
    words = (f"{name.replace('_', ' ')} {_shown(value)}" for name, value in setting.items())
    point = Point(
        label=", ".join(words),
        wanted=replace(wanted, draft=model_named(draft) if draft else None),
        prompt_tokens=prompt if isinstance(prompt, int) else plan.prompt_tokens,
        sampling=sampling_of(plan, **{"max_tokens": generated, **own}),
        batch=batch,
    )
    return msgspec.structs.replace(point, invalid=without_effect(setting, point))


def _shown(value: Value) -> str:
    return "off" if value is None else str(value)
