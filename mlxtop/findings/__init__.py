"""What stands out in a span of a run, in short sentences, the worst first."""

from bisect import bisect_left, bisect_right

from mlxtop.findings import generation, machine
from mlxtop.findings.span import Finding, Severity, Span
from mlxtop.timeline import Timeline

__all__ = ["Finding", "Severity", "findings"]

_KINDS = (
    machine.pressure,
    machine.full,
    machine.swap,
    machine.heat,
    machine.gaps,
    generation.failures,
    generation.replies,
)
BROKE_OFF_IDLE = (
    "The run broke off here without a reply in progress: mlxtop was killed, or the machine stopped."
)


def findings(
    timeline: Timeline,
    start: float,
    end: float,
    *,
    is_the_runs_end: bool = True,
    broke_off: bool = False,
) -> list[Finding]:
    """Return what stands out between two moments, the worst first, then in order of time.

    `start` and `end` are seconds on the shared clock; nothing after `end` is looked at, so that
    "the end" in the sentences is `end`; without `is_the_runs_end` it is "this moment";
    `broke_off` where the run did, so that even a quiet end is none that is fine. Where nothing
    stands out, one finding says so.
    """
    span = Span(timeline, min(start, end), end, is_the_runs_end)
    found = [finding for kind in _KINDS for finding in kind(span)]
    if bisect_left(timeline.ticks, span.start) == bisect_right(timeline.ticks, end):
        text = f"The machine was not read in the last {span.length}: its state is not known."
        found.append(Finding(end, Severity.NOTE, text))
    if broke_off and timeline.phases.at(end) == "idle":
        found.append(Finding(end, Severity.NOTE, BROKE_OFF_IDLE))
    if not found:
        return [Finding(end, Severity.NONE, f"Nothing unusual in the last {span.length}.")]
    return sorted(found, key=lambda finding: (-finding.severity, finding.t))
