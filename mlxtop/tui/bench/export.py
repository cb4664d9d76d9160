"""Writes results to files, and plans as TOML for `mlxtop bench --plan`."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from mlxtop import format as fmt
from mlxtop.bench.outcome import Taken
from mlxtop.bench.plan import Plan
from mlxtop.bench.result import Result
from mlxtop.bench.runner import Runner
from mlxtop.exports import Export, ExportError
from mlxtop.text import one_line
from mlxtop.tui.chat.export import file_name, write_new


def name_of(measured: Result | Taken, runner: Runner) -> str:
    """Return the name of a result's files, without a suffix."""
    model = measured.loads[-1].model if measured.loads else ""
    trials = runner.trials
    began = min((trial.began for trial in trials), default=runner.began)
    return f"{file_name(model, fmt.date(runner.live.timeline.wall(began)))}-bench"


def export(result: Result, name: str, formats: Sequence[Export]) -> str:
    """Write the result in formats under one new name; return a sentence with the files.

    Runs in a thread: the figures of thousands of trials take a while.
    """
    try:
        return _written(name, {one.suffix: one.bytes_of(result) for one in formats})
    except ExportError as error:
        return str(error)


def write_plan(plan: Plan) -> str:
    """Write the plan to a new TOML file; return a sentence on how to run it, or why it failed."""
    folder, name = Path.cwd(), f"mlxtop-plan-{plan.kind}-{date.today():%Y-%m-%d}"
    try:
        path = write_new(to_toml(plan), folder, name, ".toml")
    except OSError as error:
        return _not_written("plan", folder / f"{name}.toml", error)
    return f"Written. Run it again with: mlxtop bench MODEL --plan {path.name}"


def _written(name: str, texts: Mapping[str, bytes]) -> str:
    """Write texts under a name that is free for all suffixes; return a sentence."""
    folder = Path.cwd()
    name = _free(folder, name, tuple(texts))
    written = []
    for suffix, text in texts.items():
        try:
            written.append(write_new(text, folder, name, suffix).suffix)
        except OSError as error:
            return _not_written("result", folder / f"{name}{suffix}", error)
    return f"Written to ./{name}{' and '.join(written)}"


def _not_written(what: str, path: Path, error: OSError) -> str:
    return f"The {what} could not be written to {one_line(str(path), 200)}: {error.strerror}."


def _free(folder: Path, name: str, suffixes: tuple[str, ...]) -> str:
    """Return the name, with a number if a file with one of the suffixes exists."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(
        one for one in names if not any(os.path.lexists(folder / f"{one}{end}") for end in suffixes)
    )


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
