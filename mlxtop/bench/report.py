"""A result as a page for people: on a terminal, as Markdown."""

import textwrap
from pathlib import Path
from typing import Any

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.disturbance import LEAST_SECONDS
from mlxtop.bench.plan import KINDS
from mlxtop.bench.result import Result
from mlxtop.bench.tables import tables
from mlxtop.bench.trial import Trial
from mlxtop.events import Sampling
from mlxtop.text import one_line

STOPPED_EARLY = "It was stopped before there were enough valid trials: the figures say little."
TOO_FEW = "Too few valid trials: the figures say little. Close what else runs and repeat."


def trial_line(label: str, trial: Trial) -> str:
    """Return a trial as a line, as it is printed when it has ended."""
    where = f"{one_line(label, 60)}, " if label else ""
    head = f"{where}trial {trial.number}"
    if trial.failed:
        return f"{head}  FAILED: {one_line(trial.failed, 300)}"
    words = (
        f"{head}  prompt {fmt.rate_number(trial.prompt_tokens_per_second)}, "
        f"gen. {fmt.rate_number(trial.generation_tokens_per_second)} tok/s, "
        f"TTFT {fmt.seconds(trial.ttft_seconds)}"
    )
    return words if trial.valid else f"{words}  NOT VALID: {trial.reason}"


def head(result: Result) -> list[tuple[str, str]]:
    """Return what was measured, and on what."""
    made = result.conditions
    models = {load.model: load.quantization for load in result.loads if not load.error}
    named = (f"{one_line(name, 80)}{f' ({bits})' if bits else ''}" for name, bits in models.items())
    said = [
        ("model", ", ".join(named) or "—"),
        ("machine", f"{one_line(made.machine, 60)}, {fmt.installed(made.memory_bytes)}"),
        ("versions", f"mlx {made.mlx}, mlx-lm {made.mlx_lm}, mlxtop {made.mlxtop}"),
        ("device", made.device or "—"),
        ("plan", plan_words(result)),
        ("valid", f"{sum(trial.valid for trial in result.trials)} of {len(result.trials)} trials"),
        ("recording", result.recording or "none"),
    ]
    if made.on_battery:
        said.insert(4, ("power", "on battery, where machines save power"))
    if any(trial.ended - trial.began < LEAST_SECONDS for trial in result.trials if trial.valid):
        words = f"trials under {LEAST_SECONDS:g} s: too short to tell what other processes took"
        said.append(("note", words))
    if result.running:
        said.append(("so far", "the plan goes on: these are the trials until now"))
    elif result.all_failed:
        said.append(("failed", "no trial came to its end"))
    elif not result.complete:
        said.append(("stopped", "before its end: these are the trials so far"))
    return said


def plan_words(result: Result) -> str:
    """Return the plan in a line."""
    plan = result.plan
    words = [f"{plan.kind}: {KINDS[plan.kind]}"]
    if plan.kind in ("tokens", "batch", "models", "warm", "sweep"):
        words += [
            f"{fmt.count(count)} {name}"
            for field, name, count in (
                ("prompt_tokens", "random prompt tokens", plan.prompt_tokens),
                ("generation_tokens", "generated", plan.generation_tokens),
            )
            if field not in plan.sweep
        ]
    if plan.kind == "dataset":
        words.append(one_line(Path(plan.dataset).name, 60))
    if plan.kind in ("scenarios", "dataset"):
        words.append(f"at most {fmt.count(plan.generation_tokens)} tokens generated")
    if plan.kind == "stress":
        words.append(f"{plan.minutes:g} min")
    else:
        words.append(f"{plan.trials} trial{'' if plan.trials == 1 else 's'} of each")
    if "prefill_step" not in plan.sweep:
        words.append(f"prefill step {fmt.count(plan.prefill_step)}")
    words += [f"{name.replace('_', ' ')} {value}" for name, value in _settings(result).items()]
    drafts = {one.point.wanted.draft for one in result.points}
    if len(drafts) == 1 and (draft := drafts.pop()):
        words.append(f"draft model {one_line(Path(draft).name, 60)}")
    return ", ".join(words)


def _settings(result: Result) -> dict[str, Any]:
    """Return the sampling settings of all points that somebody chose, as they held."""
    chosen = dict(result.plan.sampling)
    if result.plan.kind in ("scenarios", "dataset") and result.points:
        # A prompt config says some too.
        held = msgspec.structs.asdict(result.points[0].point.sampling)
        usual = msgspec.structs.asdict(Sampling())
        told = ("max_tokens", "prefill_step", "seed")
        chosen |= {
            name: value for name, value in held.items() if value != usual[name] and name not in told
        }
    return chosen


def remarks(result: Result) -> list[str]:
    """Return what is to be said of points and trials that do not count."""
    said = [one_line(skipped.sentence, 300) for skipped in result.skipped]
    for one in result.points:
        label = f"{one_line(one.point.title, 60)}: " if len(result.points) > 1 else ""
        if one.point.invalid:
            said.append(f"{label}not measured: {one_line(one.point.invalid, 300)}")
        said += [
            f"{label}trial {trial.number}: {one_line(trial.reason, 300)}"
            + (f" ({one_line(trial.note, 80)})" if trial.note else "")
            for trial in one.trials
            if not trial.valid and not (trial.failed and trial.failed == one.point.invalid)
        ]
    for lost in result.breakdowns:
        if lost.error:
            label = one_line(result.points[lost.point].point.title, 60)
            said.append(f"{label}: no breakdown: {one_line(lost.error, 300)}")
    return said


def text(result: Result, width: int | None = None) -> str:
    """Return the result as a page for a terminal of `width` columns; None: as wide as it is."""
    named = [*head(result), *(("left out", remark) for remark in remarks(result))]
    said = [line for name, value in named for line in _wrapped(name, value, width)]
    for table in tables(result):
        said += ["", *table.text(width)]
    if words := verdict(result):
        said += ["", words]
    return "\n".join(said) + "\n"


def _wrapped(name: str, value: str, width: int | None) -> list[str]:
    line = f"{name:<10} {value}"
    return [line] if width is None else textwrap.wrap(line, width, subsequent_indent=" " * 11)


def verdict(result: Result) -> str:
    """Return what keeps the figures from saying much; empty where nothing does."""
    if result.all_failed:
        return "All trials failed: there is nothing to tell but why."
    if count := len(result.failures):
        words = "1 trial came" if count == 1 else f"{count} trials came"
        return f"{words} to no end: what is said above holds for the others."
    if result.enough:
        return ""
    if result.running:
        return ""
    return TOO_FEW if result.complete else STOPPED_EARLY


def markdown(result: Result) -> str:
    """Return the result as Markdown."""
    said = ["## Benchmark", ""]
    said += [f"- {name}: {_plain(value)}" for name, value in head(result)]
    said += [f"- left out: {_plain(remark)}" for remark in remarks(result)]
    for table in tables(result):
        titles, *rows = table.rows()
        said += ["", f"| {' | '.join(map(_plain, titles))} |"]
        said.append(f"|---|{'---:|' * (len(titles) - 1)}")
        said += [f"| {' | '.join(map(_plain, row))} |" for row in rows]
        said += ["", _plain(table.note)] if table.note else []
    if words := verdict(result):
        said += ["", f"**{words}**"]
    return "\n".join(said) + "\n"


def _plain(text: str) -> str:
    """Return text that Markdown takes as it is, also in a table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
