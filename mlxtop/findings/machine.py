"""Findings on the machine: heat, clocks held back, and times nobody looked."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE, THERMAL_LEVELS, Mask, gpu_number, gpu_words
from mlxtop.findings.finding import Finding, Severity, Span
from mlxtop.folds.pressure import HOLD_SECONDS

HEAVY_THERMAL = 2
GAP_SECONDS = HOLD_SECONDS
"""Without a reading for longer, figures are shown as unknown."""


def heat(span: Span) -> Iterator[Finding]:
    """Yield thermal pressure (macOS) and GPU clocks that were held back (NVIDIA)."""
    highest = span.highest("thermal.level")
    if highest is not None and highest[1] >= 1:
        t, level = highest
        yield Finding(
            t,
            Severity.WARNING if level >= HEAVY_THERMAL else Severity.NOTE,
            f"Thermal pressure was {THERMAL_LEVELS.word(level)} {span.before_end(t)}: "
            "the system slows the chip to cool it.",
        )
    for name in sorted(span.timeline.series):
        codes, number = CATALOGUE.of(name).codes, gpu_number(name)
        if number is None or not isinstance(codes, Mask):
            continue
        braked = [(t, mask) for t, mask in span.readings(name) if codes.brakes((mask,))]
        if braked:
            t = braked[-1][0]
            words = ", ".join(codes.slowing(mask for _, mask in braked))
            yield Finding(
                t,
                Severity.NOTE,
                f"The clocks of {gpu_words(number)} were held back ({words}) {span.before_end(t)}: "
                "it runs slower.",
            )


def gaps(span: Span) -> Iterator[Finding]:
    """Yield times without readings: a suspend, a stop, sensors that hang."""
    ticks = span.timeline.ticks
    # With the one before: a gap may have begun before the span.
    low, high = bisect_left(ticks, span.start), bisect_right(ticks, span.end)
    ticks = ticks[max(0, low - 1) : high]
    for earlier, later in pairwise(ticks):
        if later - earlier > GAP_SECONDS and later > span.start:
            yield Finding(
                later,
                Severity.WARNING,
                f"Nothing was read for {fmt.seconds(later - earlier)}, until "
                f"{span.before_end(later)}: the machine slept, or mlxtop was stopped.",
            )
    if ticks and span.end - ticks[-1] > GAP_SECONDS:
        yield Finding(
            ticks[-1],
            Severity.WARNING,
            f"The last reading of the machine is {fmt.seconds(span.end - ticks[-1])} older than "
            "the end: what happened to it then is not known.",
        )
