"""Results written to files, and a plan as the TOML that `mlxtop bench --plan` reads."""

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
    """Return what the files of a result are called, without a suffix."""
    model = measured.loads[-1].model if measured.loads else ""
    trials = runner.trials
    began = min((trial.began for trial in trials), default=runner.began)
    return f"{file_name(model, fmt.date(runner.live.timeline.wall(began)))}-bench"


def export(result: Result, name: str, formats: Sequence[Export]) -> str:
    """Write the result in formats under one new name; return a sentence where.

    For a thread: the figures of thousands of trials take a while.
    """
    try:
        return _written(name, {one.suffix: one.bytes_of(result) for one in formats})
    except ExportError as error:
        return str(error)


def write_plan(plan: Plan) -> str:
    """Write the plan to a new TOML file; return how to run it again, or why it was not written."""
    folder, name = Path.cwd(), f"mlxtop-plan-{plan.kind}-{date.today():%Y-%m-%d}"
    try:
        path = write_new(to_toml(plan), folder, name, ".toml")
    except OSError as error:
        return _not_written("plan", folder / f"{name}.toml", error)
    return f"Written. It runs again by: mlxtop bench MODEL --plan {path.name}"


def _written(name: str, texts: Mapping[str, bytes]) -> str:
    """Write texts under one name that none of their suffixes has yet; return what to say."""
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
    """Return the name, with a number where a file of one of the suffixes has it already."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(
        one for one in names if not any(os.path.lexists(folder / f"{one}{end}") for end in suffixes)
    )


def to_toml(plan: Plan) -> str:
    """Return the plan's fields that differ from the usual ones, as a TOML document."""
    usual = Plan(kind=plan.kind)
    fields = {name: getattr(plan, name) for name in plan.__struct_fields__}
    changed = {name: value for name, value in fields.items() if value != getattr(usual, name)}
    # Tables last: what stands below the head of one belongs to it.
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
            return '"off"'  # TOML has no word for a setting that is absent
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's too, but for this character, which JSON leaves as it is.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
    return repr(value)
