"""Findings on memory: pressure, how full it was, how fast it filled, swap."""

from collections.abc import Iterator

from mlxtop import format as fmt
from mlxtop.findings.finding import Finding, Severity, Span
from mlxtop.pressure import CRITICAL, LEVEL_WORDS, NORMAL

NEAR, FULL = 0.90, 0.97
"""Shares of a limit from which on a figure is near it, and as good as at it."""
GROWTH = 0.05
"""Share of a limit by which a figure must rise within the span to be told."""
SHORT = 0.10
"""Share of the memory: less available is short; half of it is critical."""
SWAP_BYTES_PER_SECOND = 1e6


def pressure(span: Span) -> Iterator[Finding]:
    """Yield when the pressure level left NORMAL, and how bad it became."""
    levels = span.readings("pressure.level")
    raised = next((t for t, level in levels if level > NORMAL), None)
    if raised is None:
        return
    worst = max(level for _, level in levels)
    critical = worst >= CRITICAL
    word = LEVEL_WORDS[CRITICAL if critical else 1]
    first = next(t for t, level in levels if level >= min(worst, CRITICAL))
    when = span.before_end(first)
    if first == span.start:
        when = f"all the {span.length} before {span.end_word}" if levels[-1][1] >= worst else when
    text = f"Memory pressure was {word} {when}"
    if raised < first:
        text += f", raised since {span.before_end(raised)}"
    if levels[-1][1] <= NORMAL:
        text += ", and NORMAL again later"
    why = "the system ends processes to get memory" if critical else "the system takes memory back"
    yield Finding(first, Severity.CRITICAL if critical else Severity.WARNING, f"{text}: {why}.")


def full(span: Span) -> Iterator[Finding]:
    """Yield what came near a limit, or grew by much."""
    engine = span.timeline.engine.at(span.end)
    working_set = engine.working_set_bytes if engine is not None else None
    wired_limit = span.timeline.value("memory.wired_limit_bytes", span.end)
    total = _total(span)
    mlx = _sum(span.readings("mlx.active_bytes"), span.readings("mlx.cache_bytes"))
    if working_set or wired_limit:
        # Only where a GPU shares the memory does its limit say anything of wired memory.
        limit = float(working_set or wired_limit or 0)
        name = "MLX's working set" if working_set else "the wired limit"
        yield from _amount(span, "Wired memory", span.readings("memory.wired_bytes"), limit, name)
        yield from _amount(span, "MLX's memory", mlx, limit, name)
    elif total:
        yield from _amount(span, "MLX's memory", mlx, total, "the memory")
    if total:
        if not mlx:
            used = span.readings("engine.memory_bytes")
            yield from _amount(span, "The engine's memory", used, total, "the memory")
        yield from _available(span, total)
    for name in sorted(span.timeline.series):
        gpu, _, figure = name.partition(".")
        if gpu.startswith("gpu") and figure == "memory_used_bytes":
            there = span.highest(f"{gpu}.memory_total_bytes")
            shared = span.highest(f"{gpu}.gtt_total_bytes")
            if there is not None and there[1] > 0:
                title, limit, used = f"{gpu.upper()} memory", there[1], span.readings(name)
                if shared is not None:
                    # A small part set aside is always full: the GPU then takes the machine's.
                    used = _sum(used, span.readings(f"{gpu}.gtt_used_bytes"))
                    title, limit = f"{title}, its own and shared,", limit + shared[1]
                yield from _amount(span, title, used, limit, "what it has")


def swap(span: Span) -> Iterator[Finding]:
    """Yield how much memory went to and came from the disk."""
    highest = span.highest("swap.out_bytes_per_second")
    if highest is not None and highest[1] >= SWAP_BYTES_PER_SECOND:
        t, peak = highest
        yield Finding(
            t,
            Severity.WARNING,
            f"Memory was swapped out, up to {fmt.traffic(peak)} {span.before_end(t)}: "
            "there was too little of it.",
        )
    highest = span.highest("swap.in_bytes_per_second")
    if highest is not None and highest[1] >= SWAP_BYTES_PER_SECOND:
        t, peak = highest
        yield Finding(
            t,
            Severity.NOTE,
            f"Memory came back from swap, up to {fmt.traffic(peak)} {span.before_end(t)}: "
            "whoever needed it waited for the disk.",
        )


def _total(span: Span) -> float | None:
    for name in ("memory.limit_bytes", "memory.total_bytes"):
        found = span.highest(name)
        if found is not None and found[1] > 0:
            return found[1]
    header = span.timeline.header
    return float(header.memory_bytes) if header is not None and header.memory_bytes else None


def _sum(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    other = dict(second)
    return [(t, value + other.get(t, 0.0)) for t, value in first]


def _amount(
    span: Span, title: str, readings: list[tuple[float, float]], limit: float, limit_name: str
) -> Iterator[Finding]:
    """Yield one sentence where the figure is near its limit at its highest, or rose by much."""
    if not readings or limit <= 0:
        return
    t, highest = max(readings, key=lambda pair: pair[1])
    low_t, low = min(readings, key=lambda pair: pair[1])
    share, growth = highest / limit, highest - low if low_t < t else 0.0
    if share < NEAR and growth < GROWTH * limit:
        return
    text = f"{title} reached {fmt.size(highest)} {span.before_end(t)}"
    text += f", {fmt.percent(100 * share)} of {limit_name} ({fmt.size(limit)})"
    if growth >= GROWTH * limit:
        text += f", {fmt.size(growth)} more than {fmt.seconds(t - low_t)} earlier"
    severity = Severity.CRITICAL if share >= FULL else Severity.WARNING
    if share < NEAR:
        yield Finding(t, Severity.NOTE, f"{text}.")
    else:
        yield Finding(t, severity, f"{text}: beyond it nothing can be allocated.")


def _available(span: Span, total: float) -> Iterator[Finding]:
    readings = span.readings("memory.available_bytes")
    if not readings:
        return
    t, lowest = min(readings, key=lambda pair: pair[1])
    if lowest < SHORT * total:
        critical = lowest < SHORT / 2 * total
        yield Finding(
            t,
            Severity.CRITICAL if critical else Severity.WARNING,
            f"Only {fmt.size(lowest)} of {fmt.size(total)} of memory were available "
            f"{span.before_end(t)}: the system ends a process when none is left.",
        )
