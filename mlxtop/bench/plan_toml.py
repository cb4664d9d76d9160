"""A plan as TOML, for `mlxtop bench --plan`."""

import json
from collections.abc import Mapping
from typing import Any

from mlxtop.bench.plan import Plan


def to_toml(plan: Plan) -> str:
    """Return the fields of a plan that differ from the defaults, as TOML."""
    usual = Plan(kind=plan.kind)
    fields = {name: getattr(plan, name) for name in plan.__struct_fields__}
    changed = {name: value for name, value in fields.items() if value != getattr(usual, name)}
    # Tables come last: all keys below a table's header belong to it.
    tables = {name: value for name, value in changed.items() if isinstance(value, dict)}
    lines = [f"kind = {_value(plan.kind)}"]
    lines += [f"{name} = {_value(value)}" for name, value in changed.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *_entries(table)]
    return "\n".join(lines) + "\n"


def _entries(table: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in table.items()]


def _value(value: Any) -> str:
    match value:
        case None:
            return '"off"'  # TOML has no null
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are valid TOML, except for this character, which JSON does not escape.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
    return repr(value)
