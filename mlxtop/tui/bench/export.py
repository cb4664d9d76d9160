"""Writes results and plans to files."""

import os
from collections.abc import Sequence
from datetime import date
from itertools import count
from pathlib import Path

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
    return _written("result", result, name, formats, "Written to ./")


def write_plan(plan: Plan, formats: Sequence[Export]) -> str:
    """Write the plan in formats to new files; return a sentence on how to run it."""
    name = f"mlxtop-plan-{plan.kind}-{date.today():%Y-%m-%d}"
    runs = [one.name for one in formats] == ["toml"]
    said = "Written. Run it again with: mlxtop bench MODEL --plan " if runs else "Written to ./"
    return _written("plan", plan, name, formats, said)


def _written(what: str, value: object, name: str, formats: Sequence[Export], said: str) -> str:
    """Write a value under a name that is free for all formats; return a sentence.

    It is `said` with the files, or why they could not be written.
    """
    folder = Path.cwd()
    path, written = folder / name, []
    try:
        texts = {one.suffix: one.bytes_of(value) for one in formats}
        name = _free(folder, name, tuple(texts))
        for suffix, text in texts.items():
            path = folder / f"{name}{suffix}"
            written.append(write_new(text, folder, name, suffix).suffix)
    except ExportError as error:
        return str(error)
    except OSError as error:
        return f"The {what} could not be written to {one_line(str(path), 200)}: {error.strerror}."
    return f"{said}{name}{' and '.join(written)}"


def _free(folder: Path, name: str, suffixes: tuple[str, ...]) -> str:
    """Return the name, with a number if a file with one of the suffixes exists."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(
        one for one in names if not any(os.path.lexists(folder / f"{one}{end}") for end in suffixes)
    )
