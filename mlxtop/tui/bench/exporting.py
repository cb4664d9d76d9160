"""A result, or a plan, as files in the current directory; none is ever overwritten."""

import os
import re
from datetime import date
from itertools import count
from pathlib import Path
from textwrap import wrap

import msgspec

from mlxtop import format as fmt
from mlxtop.bench import report
from mlxtop.bench.plan import Plan
from mlxtop.bench.runner import Runner
from mlxtop.tui.bench.plan_file import to_toml
from mlxtop.tui.chat.export import file_name, save

_NOTICE = 50
"""Cells of a line of a notice."""


def export(runner: Runner, folder: Path | None = None) -> str:
    """Write the result as Markdown and JSON under one new name; return where, or why not."""
    result, timeline = runner.result, runner.live.timeline
    folder = folder or Path.cwd()
    model = result.loads[-1].model if result.loads else ""
    began = result.trials[0].began if result.trials else runner.began
    name = _free(
        folder, f"{file_name(model, fmt.date(timeline.wall(began)))}-bench", (".md", ".json")
    )
    data = msgspec.json.format(msgspec.json.encode(result), indent=2).decode()
    texts = {".md": report.markdown(result), ".json": f"{data}\n"}
    return _notice([save(text, folder, name, "result", suffix=end) for end, text in texts.items()])


def write_plan(plan: Plan, folder: Path | None = None) -> tuple[str, str]:
    """Write the plan to a new TOML file; return its name (empty where it failed), and why not."""
    folder = folder or Path.cwd()
    name = _free(folder, f"mlxtop-plan-{plan.kind}-{date.today():%Y-%m-%d}", (".toml",))
    said = save(to_toml(plan), folder, name, "plan", suffix=".toml")
    written = re.fullmatch(r"The plan was written to (.+)\.", said)
    return (Path(written[1]).name, "") if written else ("", said)


def _free(folder: Path, name: str, suffixes: tuple[str, ...]) -> str:
    """Return the name, with a number where a file of one of the suffixes has it already."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(
        one for one in names if not any(os.path.lexists(folder / f"{one}{end}") for end in suffixes)
    )


def _notice(sentences: list[str]) -> str:
    """Return what was written, broken where a path has a part, not within a word."""
    return "\n".join(sentences)
