"""A plan from fields with names: those of a TOML file, of flags, of the form."""

import difflib
from pathlib import Path
from typing import Any

import msgspec

from mlxtop.bench import checks
from mlxtop.bench.field import Field
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, Plan, PlanError, PlanFileError
from mlxtop.bench.typed import TYPES
from mlxtop.config import line_of
from mlxtop.presets import PresetError, read_preset
from mlxtop.reading import Unreadable, read_text, toml_of
from mlxtop.sampling import LIMITS
from mlxtop.text import one_line

MOST_BYTES = 1 << 20


def quickened(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a plan with sizes that take a moment; what is smaller stays."""
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
    """Return the fields with the length of replies that a prompt config says, if they say none.

    Raises PlanError where the prompt config cannot be used.
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

    Checked only by `make`: flags beside the file may still change them.
    """
    shown = one_line(str(path), 300)
    try:
        return toml_of(read_text(path, most=MOST_BYTES))
    except OSError as error:
        raise PlanFileError(f"The plan {shown} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise PlanFileError(error.sentence(f"The plan {shown}")) from None


def place_of(path: Path, field: str) -> str:
    """Return "plan.toml:3: " for the line of a plan's file that gives a field; empty for none."""
    try:
        lines = read_text(path, most=MOST_BYTES).splitlines() if field else []
    except (OSError, Unreadable):
        return ""  # a pipe tells its plan once
    line = line_of(lines, "", field)
    return f"{one_line(path.name, 80)}:{line}: " if line else ""


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
    values = {}
    for name, value in configured(fields).items():
        field = FIELDS.get(name)
        if field is None:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            meant = f"did you mean `{near[0]}`?" if near else f"it knows {', '.join(FIELDS)}."
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
    name, sentence = checks.problem(plan)
    if sentence:
        raise PlanError(sentence, name)
    return plan


def _wrong_type(field: Field, value: object) -> PlanError:
    known = f"one of {', '.join(KINDS)}"
    words = known if field.name == "kind" else TYPES[field.type].must_be
    shown = "" if isinstance(value, dict) else f", not {one_line(str(value), 60)}"
    return PlanError(f"{field.name} must be {words}{shown}.", field.name)
