"""A result as a page on a terminal or as Markdown, and its plan in a line."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.answer import NOTHING_COUNTS, of_result
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.layout import first_of
from mlxtop.bench.result import Result
from mlxtop.bench.tables import tables
from mlxtop.bench.trial import Trial, repeats
from mlxtop.events import Sampling
from mlxtop.markdown import escaped
from mlxtop.text import one_line

STOPPED_EARLY = "Stopped before enough trials counted: the figures mean little."
TOO_FEW = "Too few trials count: the figures mean little. Close other programs and try again."
NONE_COUNTS = "No trial counts, so there are no figures. Close other programs and try again."
UNCHECKED = (
    "Unchecked trials count, but whether anything disturbed them could not be judged. "
    "Longer trials (-p, -g) on a quiet machine are valid."
)


def trial_line(label: str, trial: Trial, *, refused: bool = False) -> str:
    """Return the line that is printed when a trial has ended.

    `refused`: the model refuses its point, which is a finding, not a failure.
    """
    where = f"{one_line(label, 60)}, " if label else ""
    head = f"{where}trial {trial.number}"
    if trial.failed:
        return f"{head}  {'REFUSED' if refused else 'FAILED'}: {one_line(trial.failed, 300)}"
    words = (
        f"{head}  prompt {fmt.rate_number(trial.prompt_tokens_per_second)}, "
        f"gen. {fmt.rate_number(trial.generation_tokens_per_second)} tok/s, "
        f"TTFT {fmt.seconds(trial.ttft_seconds)}"
    )
    if trial.valid:
        return words
    return f"{words}  {'UNCHECKED' if trial.counts else 'NOT VALID'}: {trial.reason}"


def head(result: Result) -> list[tuple[str, str]]:
    """Return what was measured, on which machine."""
    made = result.conditions
    counted = [trial for one in result.points for trial in one.asked]
    valid = [trial for trial in counted if trial.valid]
    again = repeats(counted, KINDS[result.plan.kind].trials(result.plan))
    models = {load.model: load.quantization for load in result.loads if not load.error}
    named = (f"{one_line(name, 80)}{f' ({bits})' if bits else ''}" for name, bits in models.items())
    build = f" ({one_line(made.mlx_build, 80)})" if made.mlx_build else ""
    said = [
        ("model", ", ".join(named) or "—"),
        ("machine", f"{one_line(made.machine, 60)}, {fmt.installed(made.memory_bytes)}"),
        ("versions", f"mlx {made.mlx}{build}, mlx-lm {made.mlx_lm}, mlxtop {made.mlxtop}"),
        ("device", made.device or "—"),
        ("plan", plan_words(result)),
        (
            "valid",
            f"{len(valid)} of {fmt.counted(len(counted), 'trial')}{_unchecked(counted)}{again}",
        ),
        ("recording", _recorded(result)),
    ]
    if made.on_battery:
        said.insert(4, ("power", "on battery: machines save power"))
    if made.unread:
        said.append(("not read", f"{', '.join(made.unread)}: may have disturbed trials"))
    if result.running:
        said.append(("so far", "the plan is still running: these are the trials so far"))
    elif result.all_failed:
        said.append(("failed", "no trial finished"))
    elif not result.complete:
        said.append(("stopped", "before its end: these are the trials so far"))
    return said


def plan_words(result: Result) -> str:
    """Return the plan in a line."""
    plan, kind = result.plan, KINDS[result.plan.kind]
    measured = kind.measured(plan, [one.point for one in result.points])
    words = [f"{kind.name}: {measured}", *kind.lengths(plan), kind.how_often(plan)]
    if plan.breakdown:
        words.append("a breakdown of each")
    if "prefill_step" not in plan.sweep:
        words.append(f"prefill step {fmt.count(plan.prefill_step)}")
    words += [f"{name.replace('_', ' ')} {value}" for name, value in _settings(result).items()]
    drafts = {one.point.wanted.draft for one in result.points}
    if len(drafts) == 1 and (draft := drafts.pop()):
        words.append(f"draft model {one_line(Path(draft).name, 60)}")
    return ", ".join(words)


def _settings(result: Result) -> dict[str, Any]:
    """Return the sampling settings that were chosen for all points."""
    chosen = dict(result.plan.sampling)
    if result.points and result.points[0].point.ends_by_itself:
        # A prompt config has some too.
        held = msgspec.structs.asdict(result.points[0].point.sampling)
        usual = msgspec.structs.asdict(Sampling())
        told = ("max_tokens", "prefill_step", "seed")
        chosen |= {
            name: value for name, value in held.items() if value != usual[name] and name not in told
        }
    return chosen


def _recorded(result: Result) -> str:
    if not result.recording:
        return "none"
    recording = one_line(result.recording, 300)
    return f"{recording} (cut off)" if result.recording_shortfall else recording


def _unchecked(trials: Sequence[Trial]) -> str:
    count = sum(trial.state == "unchecked" for trial in trials)
    return f", {fmt.count(count)} unchecked" if count else ""


def unchecked(result: Result) -> list[str]:
    """Return which trials count although they could not be judged, and why."""
    said = []
    for one in result.points:
        label = f"{one_line(one.point.title, 60)}: " if len(result.points) > 1 else ""
        numbers: dict[str, list[str]] = {}
        for trial in one.trials:
            if trial.state == "unchecked":
                numbers.setdefault(trial.reason, []).append(str(trial.number))
        said += [
            f"{label}trial{'' if len(which) == 1 else 's'} {first_of(which, 20)}: {reason}"
            for reason, which in numbers.items()
        ]
    return said


def notes(result: Result) -> list[str]:
    """Return the notes on trials that count; other notes are listed with the reasons."""
    return [
        f"{f'{one_line(one.point.label, 60)}, ' if len(result.points) > 1 else ''}"
        f"trial {trial.number}: “{one_line(trial.note, 200)}”"
        for one in result.points
        for trial in one.counted
        if trial.note
    ]


def _named(result: Result) -> list[tuple[str, str]]:
    """Return everything above the tables, with names; the answer comes first."""
    return [
        *(("result" if place == 0 else "", words) for place, words in enumerate(of_result(result))),
        *_below(result),
    ]


def _below(result: Result) -> list[tuple[str, str]]:
    """Return what is below the answer, with names."""
    return [
        *head(result),
        *(("unchecked", words) for words in unchecked(result)),
        *(("left out", remark) for remark in remarks(result)),
        *(("note", words) for words in notes(result)),
    ]


def remarks(result: Result) -> list[str]:
    """Return which points and trials do not count, and why."""
    said = [one_line(skipped.sentence, 300) for skipped in result.skipped]
    for one in result.points:
        label = f"{one_line(one.point.title, 60)}: " if len(result.points) > 1 else ""
        if one.point.invalid:
            said.append(f"{label}not measured: {one_line(one.point.invalid, 300)}")
        said += [
            f"{label}trial {trial.number}: {one_line(trial.reason, 300)}"
            + (f" ({one_line(trial.note, 80)})" if trial.note else "")
            for trial in one.asked
            if not trial.counts
        ]
    for lost in result.breakdowns:
        if lost.error:
            label = one_line(result.points[lost.point].point.title, 60)
            said.append(f"{label}: no breakdown: {one_line(lost.error, 300)}")
    return said


def text(result: Result, width: int | None = None) -> str:
    """Return the result as a page for a terminal of `width` columns; None: any width."""
    said = [line for name, value in _named(result) for line in _wrapped(name, value, width)]
    for table in tables(result):
        said += ["", *table.text(width)]
    if words := verdict(result):
        said += ["", *(textwrap.wrap(words, width) if width else [words])]
    return "\n".join(said) + "\n"


def _wrapped(name: str, value: str, width: int | None) -> list[str]:
    line = f"{name:<10} {value}"
    return [line] if width is None else textwrap.wrap(line, width, subsequent_indent=" " * 11)


def verdict(result: Result) -> str:
    """Return a sentence on what limits the figures; empty if nothing does."""
    if result.all_failed:
        return "All trials failed, so there are no figures."
    if count := len(result.failures):
        return f"{fmt.counted(count, 'trial')} did not finish: the figures are from the others."
    if result.running:
        return ""
    counted = [trial for one in result.points for trial in one.counted]
    if not result.enough:
        if not result.complete:
            return STOPPED_EARLY
        return TOO_FEW if counted else NONE_COUNTS
    return UNCHECKED if any(not trial.valid for trial in counted) else ""


def markdown(result: Result) -> str:
    """Return the result as Markdown."""
    said = ["## Benchmark", ""]
    answer, *limits = of_result(result) or [NOTHING_COUNTS]
    said += [f"**{escaped(answer)}**", ""]
    said += [f"- {escaped(words)}" for words in limits]
    said += [f"- {name}: {escaped(value)}" for name, value in _below(result)]
    for table in tables(result):
        titles, *rows = table.rows()
        said += ["", f"| {' | '.join(map(escaped, titles))} |"]
        said.append(f"|---|{'---:|' * (len(titles) - 1)}")
        said += [f"| {' | '.join(map(escaped, row))} |" for row in rows]
        said += ["", escaped(table.note)] if table.note else []
    if words := verdict(result):
        said += ["", f"**{words}**"]
    return "\n".join(said) + "\n"
