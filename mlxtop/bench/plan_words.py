"""A plan in a line: what was measured, and with what."""

from pathlib import Path
from typing import Any

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.result import Result
from mlxtop.events import Sampling
from mlxtop.text import one_line


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
    """Return the sampling settings of all points that somebody chose, as they held."""
    chosen = dict(result.plan.sampling)
    if result.points and result.points[0].point.ends_by_itself:
        # A prompt config says some too.
        held = msgspec.structs.asdict(result.points[0].point.sampling)
        usual = msgspec.structs.asdict(Sampling())
        told = ("max_tokens", "prefill_step", "seed")
        chosen |= {
            name: value for name, value in held.items() if value != usual[name] and name not in told
        }
    return chosen
