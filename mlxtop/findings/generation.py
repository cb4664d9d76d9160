"""Findings on replies and the engine: what failed, what stalled, what became slow."""

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from mlxtop import events
from mlxtop import format as fmt
from mlxtop.findings.span import Finding, Severity, Span
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line

STALL_SECONDS = 1.0
STALL_TIMES_MEDIAN = 10.0
"""A stall is an interval of at least a second that is ten times the reply's usual one."""
FALL = 0.6
"""A reply became slow where its last quarter runs at less than this share of its first."""
LEAST_STEPS = 40
"""A step gives one token; with a draft model and in a batch several."""


def failures(span: Span) -> Iterator[Finding]:
    """Yield the end of the engine, and errors."""
    for t, event in span.timeline.notices.between(span.start, span.end):
        if isinstance(event, events.Error):
            # What can be done about it was said in the run; here its cause is wanted.
            said = one_line(event.text.partition(";")[0], 240).rstrip(".")
            what, severity = "Something went wrong", Severity.WARNING
            if event.engine_stopped:
                what, severity = "The engine died", Severity.CRITICAL
                said = said.removeprefix("The engine stopped").lstrip(": ")
            yield Finding(t, severity, f"{what} {span.before_end(t)}: {said}.")


def replies(span: Span) -> Iterator[Finding]:
    """Yield what was under way at the end, and replies that stalled or became slow."""
    for phase in span.timeline.phases:
        if phase.name == "load" and phase.start <= span.end < phase.end:
            yield Finding(
                phase.start,
                Severity.NOTE,
                f"A model was being loaded at {span.end_word}, for "
                f"{fmt.seconds(span.end - phase.start)}.",
            )
    for turn in span.timeline.turn_log.until(span.end):
        ended = turn.ended(span.end)
        if ended is None or ended.t > span.start:
            yield from _stall(span, turn)
            yield from _fall(span, turn)
            yield from _unfinished(span, turn)


def _unfinished(span: Span, turn: Turn) -> Iterator[Finding]:
    """Yield a reply without an end; the time since its last token shows whether it hangs."""
    latest = span.timeline.turn_log.at(span.end)
    if turn.ended(span.end) is not None or latest is not turn:
        return
    count = turn.tokens(span.end)
    moved = max(
        turn.start.t,
        turn.times[count - 1] if count else turn.start.t,
        *(t for t, _ in turn.prefill.between(turn.start.t, span.end)[-1:]),
    )
    still = span.end - moved
    doing = f"reply {turn.number}, after {fmt.count(count)} tokens"
    if not count:
        doing = f"the prefill of reply {turn.number}"
    where = "The run ended in" if span.is_the_runs_end else "This is in"
    if still >= STALL_SECONDS and still >= STALL_TIMES_MEDIAN * _median(turn, span.end):
        yield Finding(
            moved,
            Severity.WARNING,
            f"{where} {doing}, and nothing had come for {fmt.seconds(still)}: "
            "the engine was stuck, or waited for memory.",
        )
    else:
        yield Finding(moved, Severity.NOTE, f"{where} {doing}.")


def _stall(span: Span, turn: Turn) -> Iterator[Finding]:
    low, high = bisect_left(turn.times, span.start), bisect_right(turn.times, span.end)
    times = turn.times[max(0, low - 1) : high]
    length, t = max(
        ((later - earlier, earlier) for earlier, later in pairwise(times)), default=(0.0, 0.0)
    )
    if length >= STALL_SECONDS and length >= STALL_TIMES_MEDIAN * _median(turn, span.end):
        yield Finding(
            t,
            Severity.WARNING,
            f"Reply {turn.number} stalled for {fmt.seconds(length)}, {span.before_end(t)}: "
            f"its tokens usually come every {fmt.seconds(_median(turn, span.end))}.",
        )


def _fall(span: Span, turn: Turn) -> Iterator[Finding]:
    steps, count = turn.steps, turn.steps.until(span.end)
    quarter, end = count // 4, count - 1
    if count < LEAST_STEPS or steps.ends[end] < span.start:
        return
    before, after = steps.rate(0, quarter), steps.rate(end - quarter, end)
    if before is None or after is None or after / before >= FALL:
        return
    yield Finding(
        steps.ends[end - quarter],
        Severity.WARNING,
        f"Reply {turn.number} slowed from {fmt.rate(before)} to {fmt.rate(after)}, by "
        f"{fmt.percent(100 * (1 - after / before))}; its last token came "
        f"{span.before_end(steps.ends[end])}.",
    )


def _median(turn: Turn, t: float) -> float:
    """Return the usual interval between tokens in seconds; 0 where there is none."""
    intervals = turn.intervals(t)
    return statistics.median(intervals) if intervals else 0.0
