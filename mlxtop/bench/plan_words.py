"""A plan in a line: what was measured, and with what."""

from pathlib import Path
from typing import Any

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.labels import first_of
from mlxtop.bench.plan import KINDS, Value
from mlxtop.bench.result import Result
from mlxtop.events import Sampling
from mlxtop.text import one_line

_MOST_NAMED = 6
"""Prompts, models and values that are named."""


def plan_words(result: Result) -> str:
    """Return the plan in a line."""
    plan = result.plan
    words = [f"{plan.kind}: {_measured(result)}", *_lengths(result)]
    if plan.kind == "stress":
        words.append(f"{plan.minutes:g} min")
    else:
        words.append(f"{plan.trials} trial{'' if plan.trials == 1 else 's'} of each")
    if plan.breakdown:
        words.append("a breakdown of each")
    if "prefill_step" not in plan.sweep:
        words.append(f"prefill step {fmt.count(plan.prefill_step)}")
    words += [f"{name.replace('_', ' ')} {value}" for name, value in _settings(result).items()]
    drafts = {one.point.wanted.draft for one in result.points}
    if len(drafts) == 1 and (draft := drafts.pop()):
        words.append(f"draft model {one_line(Path(draft).name, 60)}")
    return ", ".join(words)


def _measured(result: Result) -> str:
    """Return what the points of a plan are."""
    plan, points = result.plan, [one.point for one in result.points]
    match plan.kind:
        case "tokens" | "batch" if plan.batch != (1,):
            most = len(plan.batch)
            return f"{first_of(map(str, plan.batch), most)} requests of random tokens at once"
        case "sweep":
            swept = (f"{_name(name)} ({_values(values)})" for name, values in plan.sweep.items())
            how = "every combination of " if plan.grid else ""
            return f"{how}{' and '.join(swept)}"
        case "models":
            return f"{first_of((one.label for one in points), _MOST_NAMED)}, in turns"
        case "scenarios":
            return first_of((one.label for one in points), _MOST_NAMED)
        case "dataset":
            file = one_line(Path(plan.dataset).name, 60)
            if len(points) == 1:
                return f"{one_line(points[0].title, 60)} (of {file})"
            return f"{fmt.count(len(points))} prompts of {file}"
        case _:
            return KINDS[plan.kind]


def _name(setting: str) -> str:
    return setting.replace("_", " ")


def _values(values: tuple[Value, ...]) -> str:
    named = (
        "off" if one is None else Path(one).name if isinstance(one, str) else str(one)
        for one in values
    )
    return first_of(named, _MOST_NAMED)


def _lengths(result: Result) -> list[str]:
    """Return how long prompts and replies are, where all have the same length."""
    plan = result.plan
    if plan.kind in ("scenarios", "dataset"):
        return [f"at most {fmt.count(plan.generation_tokens)} tokens generated"]
    if plan.kind == "stress":
        return []
    return [
        f"{fmt.count(count)} {name}"
        for field, name, count in (
            ("prompt_tokens", "random prompt tokens", plan.prompt_tokens),
            ("generation_tokens", "generated", plan.generation_tokens),
        )
        if field not in plan.sweep
    ]


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
