"""A plan from the fields of a TOML file, flags or the form, checked with sentences for errors."""

import difflib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mlxtop.bench.field import NONE, Field, Problem
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, Plan, PlanError, PlanFileError, Value
from mlxtop.config import line_of
from mlxtop.events import Sampling
from mlxtop.presets import PresetError, read_preset
from mlxtop.sampling_settings import LIMITS, together
from mlxtop.text import one_line
from mlxtop.user_files import Unreadable, read_text, toml_of


def problem(plan: Plan, flagged: Collection[str] = ()) -> Problem:
    """Return why a plan cannot run.

    `flagged` are the fields that flags set: a sentence calls them by their flags.
    """
    if plan.kind not in KINDS:
        shown = one_line(plan.kind, 60)
        return "kind", f"The kind must be one of {', '.join(KINDS)}, not {shown}."
    of_kind = partial(_fields_of_kind, flagged=flagged)
    for check in (_ranges, of_kind, _batch, KINDS[plan.kind].problem, _sampling):
        if (found := check(plan)) != NONE:
            return found
    return NONE


def _ranges(plan: Plan) -> Problem:
    for field in FIELDS.values():
        if wrong := field.problem(getattr(plan, field.name)):
            return field.name, wrong
    return NONE


def _fields_of_kind(plan: Plan, flagged: Collection[str]) -> Problem:
    """Return which field the kind of a plan needs, or does not have."""
    kind = KINDS[plan.kind]
    if kind.needs and not getattr(plan, kind.needs):
        return kind.needs, f"A plan of the kind {kind.name} needs more: {kind.needs_words}."
    for field in FIELDS.values():
        if not kind.knows(field) and getattr(plan, field.name) != field.default:
            kinds = [other.name for other in KINDS.values() if other.knows(field)]
            flag = field.flag if field.name in flagged else None
            called = field.name if flag is None else flag.names[-1]
            return field.name, kind.without(field, plan, kinds, called)
    return NONE


def _batch(plan: Plan) -> Problem:
    if not plan.batch:
        return "batch", "The batch needs at least one size."
    if len(set(plan.batch)) < len(plan.batch):
        return "batch", "The batch has a size twice."
    if plan.breakdown and (not KINDS[plan.kind].breaks_down or max(plan.batch) > 1):
        return "breakdown", (
            "A breakdown works with single requests, not with a batch or stress: leave it out."
        )
    return NONE


def _sampling(plan: Plan) -> Problem:
    for name, value in plan.sampling.items():
        if name not in LIMITS:
            known = ", ".join(LIMITS)
            return "sampling", (
                f"{one_line(name, 40)!r} is not a sampling setting. Settings are {known}."
            )
        if wrong := LIMITS[name].problem(value):
            return "sampling", wrong
        if name in plan.sweep:
            return "sampling", f"{name} is both set and swept: leave one out."
        if name == "max_tokens":
            return "sampling", "A plan has no max_tokens: set generation_tokens."
    if wrong := together(Sampling(**plan.sampling)):  # type: ignore[arg-type]
        return "sampling", wrong
    return NONE


_AROUND = re.compile(r"\s*([,=])\s*")


class NotASetting(ValueError):
    """A text that is not a setting; the message is part of a sentence."""


def value(text: str) -> float | int | str:
    """Return a text as a number, else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def named(text: str) -> tuple[str, str]:
    """Return name and value of NAME=VALUE; raises NotASetting."""
    name, sign, rest = text.partition("=")
    if not (sign and name and rest):
        raise NotASetting(f"{text} has no value: NAME=VALUE")
    return name.strip().replace("-", "_"), rest


def values(text: str) -> list[float | int | str]:
    """Return the values of a comma-separated list."""
    return [value(part.strip()) for part in text.split(",") if part.strip()]


def settings(text: str) -> dict[str, Any]:
    """Return the settings of `temperature=0.7 kv_bits=4`, commas optional; raises NotASetting."""
    parts = re.sub(r"\s*=\s*", "=", text).replace(",", " ").replace(";", " ").split()
    return {name: value(rest) for name, rest in map(named, parts)}


def swept(text: str) -> dict[str, list[Any]]:
    """Return the values of `kv_bits=off,4,8 batch=1,2`; raises NotASetting."""
    parts = _AROUND.sub(r"\1", text).replace(";", " ").split()
    return {name: values(rest) for name, rest in map(named, parts)}


YES, NO = "yes", "no"


def names(text: str) -> tuple[str, ...]:
    """Return the names of a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Type:
    """How values of a type are written in TOML and typed."""

    must_be: str
    """The expected value, in words."""
    read: Callable[[str], Any]
    """Returns the value of a text; raises ValueError."""
    by_hand: str = ""
    """The expected text, in words; empty if every text is valid, or the error says why not."""


SETTINGS, SWEPT = dict[str, Value], dict[str, tuple[Value, ...]]
"""Types of fields with settings: with one value each, and with several values each."""
_WHOLE = "a whole number"
TYPES: dict[object, Type] = {
    int: Type(_WHOLE, int, _WHOLE),
    int | None: Type(_WHOLE, lambda text: int(text) if text else None, _WHOLE),
    float: Type("a number", lambda text: float(text.replace(",", ".")), "a number"),
    bool: Type("true or false", lambda text: text == YES),
    str: Type("a text", str),
    tuple[str, ...]: Type("a list of texts", names),
    tuple[int, ...]: Type(
        "a list of whole numbers",
        lambda text: tuple(int(part) for part in names(text)),
        "whole numbers separated by commas",
    ),
    SETTINGS: Type("a table of settings, each a number", settings),
    SWEPT: Type("a table of settings, each with a list of values", swept),
}
"""The types of the fields of a plan."""


def text_of(value: Any) -> str:
    """Return a value of a plan as it is typed."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case float():
            return f"{value:g}"
        case list() | tuple():
            return ",".join(map(_text_of_one, value))
        case dict():
            return " ".join(
                f"{name}={text_of(one) if isinstance(one, list | tuple) else _text_of_one(one)}"
                for name, one in value.items()
            )
    return str(value)


def _text_of_one(value: Any) -> str:
    return "off" if value is None else str(value)


MOST_BYTES = 1 << 20


def quickened(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a plan with the small sizes of `--quick`; smaller ones stay."""
    kind = fields.get("kind", Plan().kind)
    sizes = KINDS[kind].quick if _is_kind(kind) else {}
    smaller = {
        name
        for name, size in sizes.items()
        if isinstance(said := fields.get(name), int | float) and said < size
    }
    return fields | {name: size for name, size in sizes.items() if name not in smaller}


def _is_kind(name: object) -> bool:
    return isinstance(name, str) and name in KINDS


def configured(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the reply length of the prompt config, unless they have one.

    Raises PlanError if the prompt config cannot be used.
    """
    path = fields.get("prompt_config")
    if not path or not isinstance(path, str) or "generation_tokens" in fields:
        return fields
    try:
        sampling = read_preset(Path(path)).sampling
    except PresetError as error:
        raise PlanFileError(str(error), "prompt_config") from None
    if "max_tokens" not in sampling:
        return fields
    return {**fields, "generation_tokens": sampling["max_tokens"]}


def read_plan(path: Path) -> dict[str, Any]:
    """Return the fields of a plan in a TOML file; raises PlanError.

    `make` checks them: flags may still change them.
    """
    shown = one_line(str(path), 300)
    try:
        return toml_of(read_text(path, most=MOST_BYTES))
    except OSError as error:
        raise PlanFileError(f"The plan {shown} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise PlanFileError(error.sentence(f"The plan {shown}")) from None


def place_of(path: Path, field: str) -> str:
    """Return "plan.toml:3: " for the line of a field in a plan's file; empty if there is none."""
    try:
        lines = read_text(path, most=MOST_BYTES).splitlines() if field else []
    except (OSError, Unreadable):
        return ""  # a pipe can be read only once
    line = line_of(lines, "", field)
    return f"{one_line(path.name, 80)}:{line}: " if line else ""


def _absent(name: str, value: Any) -> Any:
    """Return None for "off" if the setting may be absent."""
    if isinstance(value, list | tuple):
        return [_absent(name, one) for one in value]
    optional = name == "draft" or (name in LIMITS and LIMITS[name].optional)
    return None if optional and value == "off" else value


def make(fields: dict[str, Any], flagged: Collection[str] = ()) -> Plan:
    """Return the plan with these fields; raises PlanError with what is wrong.

    "off" leaves out a setting that may be absent, also in a sweep: TOML has no null. `flagged`
    as in `problem`.
    """
    values = {}
    for name, value in configured(fields).items():
        field = FIELDS.get(name)
        if field is None:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            meant = f"did you mean `{near[0]}`?" if near else f"fields are {', '.join(FIELDS)}."
            raise PlanError(f"The plan has no field `{one_line(name, 40)}`; {meant}", name)
        if isinstance(value, dict):
            value = {setting: _absent(setting, one) for setting, one in value.items()}
        try:
            values[name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            raise _wrong_type(field, value) from None
        if name == "kind" and not _is_kind(value):
            raise _wrong_type(field, value)
    plan = Plan(**values)
    name, sentence = problem(plan, flagged)
    if sentence:
        raise PlanError(sentence, name)
    return plan


def _wrong_type(field: Field, value: object) -> PlanError:
    known = f"one of {', '.join(KINDS)}"
    words = known if field.name == "kind" else TYPES[field.type].must_be
    shown = "" if isinstance(value, dict) else f", not {one_line(str(value), 60)}"
    return PlanError(f"{field.name} must be {words}{shown}.", field.name)
