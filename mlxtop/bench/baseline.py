"""A result held against an earlier one."""

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.result import Result
from mlxtop.text import one_line


def read_result(data: bytes) -> Result:
    """Return a result that was written with `--json`; raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Result)


def against(result: Result, baseline: Result) -> tuple[float | None, list[str]]:
    """Return the lowest ratio of generation tok/s to the baseline's, and a sentence a point.

    Points are matched by their labels; None where no point is in both.
    """
    name = "generation_tokens_per_second"
    then = {one.point.label: one.figures[name] for one in baseline.points if name in one.figures}
    ratios, said = [], []
    for one in result.points:
        now = one.figures.get(name)
        before = then.get(one.point.label)
        if now is None or before is None or not before.median:
            continue
        ratios.append(now.median / before.median)
        label = f"{one_line(one.point.label, 60)}: " if len(result.points) > 1 else ""
        said.append(
            f"{label}{fmt.rate_number(now.median)} tok/s against "
            f"{fmt.rate_number(before.median)} of the baseline: {ratios[-1]:.3f}."
        )
    if not ratios:
        return None, ["There is no speed to hold against the baseline."]
    notes = [
        word
        for word, differs in (
            ("another model", _models(result) != _models(baseline)),
            ("another machine", result.conditions.machine != baseline.conditions.machine),
            ("another plan", result.plan != baseline.plan),
        )
        if differs
    ]
    if notes:
        said.append(f"The baseline is of {', '.join(notes)}.")
    return min(ratios), said


def _models(result: Result) -> set[str]:
    return {load.model for load in result.loads}
