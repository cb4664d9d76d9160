"""Findings on the machine: memory, swap, heat, clocks held back, and times without readings."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mlxtop import format as fmt
from mlxtop.figures import (
    CATALOGUE,
    PRESSURE_LEVELS,
    THERMAL_LEVELS,
    Mask,
    gpu_number,
    gpu_words,
    of_gpu,
)
from mlxtop.findings.span import Finding, Severity, Span
from mlxtop.folds.pressure import CRITICAL, HOLD_SECONDS, NORMAL, pressure_level

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


NEAR, FULL = 0.90, 0.97
"""Shares of a limit from which on a figure is near it, and as good as at it."""
GROWTH = 0.05
"""Share of a limit by which a figure must rise within the span to be reported."""
SHORT = 0.10
"""Share of the memory below which available memory is short."""
SWAP_BYTES_PER_SECOND = 1e6
# MLX allocates past what Metal recommends (`set_memory_limit`: by default one and a half times it).
PAST_WORKING_SET = "beyond it Metal may abort a command for lack of memory, or all slows down"
PAST_GPU = "beyond it an allocation fails, or memory is moved back and forth, which is slow"
PAST_MEMORY = "beyond it the system swaps, or kills a process"


@dataclass(frozen=True)
class Limit:
    """What a figure is compared with."""

    bytes: float
    name: str
    past: str
    """What happens near it or beyond, in words."""
    death: bool = True
    """Whether a process dies of that, so that nearness alone is an alarm."""


def pressure(span: Span) -> Iterator[Finding]:
    """Yield when the pressure level left NORMAL, and how bad it became."""
    levels = span.readings("pressure.level")
    raised = next((t for t, level in levels if level > NORMAL), None)
    if raised is None:
        return
    worst = max(level for _, level in levels)
    critical = worst >= CRITICAL
    word = PRESSURE_LEVELS.words[CRITICAL if critical else 1]
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
    total = _total(span)
    mlx = _sum(span.readings("mlx.active_bytes"), span.readings("mlx.cache_bytes"))
    if engine is not None and engine.working_set_bytes:
        # Of this process alone: the system's wired memory is compared with nothing of MLX's.
        limit = Limit(engine.working_set_bytes, "MLX's working set", PAST_WORKING_SET, death=False)
        yield from _amount(span, "MLX's memory", mlx, limit)
    elif engine is not None and engine.device == "gpu" and engine.device_memory_bytes:
        limit = Limit(engine.device_memory_bytes, "the GPU's memory", PAST_GPU)
        yield from _amount(span, "MLX's memory", mlx, limit)
    elif total:
        yield from _amount(span, "MLX's memory", mlx, Limit(total, "the memory", PAST_MEMORY))
    if total:
        if not mlx:
            used = span.readings("engine.memory_bytes")
            limit = Limit(total, "the memory", PAST_MEMORY, death=not _kernel_judges(span))
            yield from _amount(span, "The engine's memory", used, limit)
        if _kernel_judges(span):
            wired = Limit(
                total, "the memory", "none of it can be compressed or swapped", death=False
            )
            yield from _amount(span, "Wired memory", span.readings("memory.wired_bytes"), wired)
        else:
            yield from _available(span, total)
    yield from _gpus(span)


def _gpus(span: Span) -> Iterator[Finding]:
    engine = span.timeline.engine.at(span.end)
    on_gpu = engine is None or engine.device != "cpu"
    for name in sorted(span.timeline.series):
        number = gpu_number(name)
        if number is None or name != of_gpu("gpu.memory_used_bytes", number):
            continue
        there = span.highest(of_gpu("gpu.memory_total_bytes", number))
        shared = span.highest(of_gpu("gpu.gtt_total_bytes", number))
        if there is not None and there[1] > 0:
            title, bytes_there, used = f"{gpu_words(number)} memory", there[1], span.readings(name)
            if shared is not None:
                # A small part set aside is always full: the GPU then takes the machine's.
                used = _sum(used, span.readings(of_gpu("gpu.gtt_used_bytes", number)))
                title, bytes_there = f"{title}, its own and shared,", bytes_there + shared[1]
            # Only the engine's own GPU takes the engine along when it is full.
            limit = Limit(bytes_there, "what it has", PAST_GPU, death=not number and on_gpu)
            yield from _amount(span, title, used, limit)


def swap(span: Span) -> Iterator[Finding]:
    """Yield how much memory went to and came from the disk."""
    highest = span.highest("swap.out_bytes_per_second")
    if highest is not None and highest[1] >= SWAP_BYTES_PER_SECOND:
        t, peak = highest
        yield Finding(
            t,
            Severity.WARNING,
            f"Memory was swapped out, up to {fmt.traffic(peak)} {span.before_end(t)}: "
            "there was too little memory.",
        )
    highest = span.highest("swap.in_bytes_per_second")
    if highest is not None and highest[1] >= SWAP_BYTES_PER_SECOND:
        t, peak = highest
        yield Finding(
            t,
            Severity.NOTE,
            f"Memory came back from swap, up to {fmt.traffic(peak)} {span.before_end(t)}: "
            "processes that needed it had to wait.",
        )


def _kernel_judges(span: Span) -> bool:
    """Return whether the system itself says when memory is short, as macOS does.

    There few pages are available every day: it compresses, and makes swap files as it needs them.
    """
    engine = span.timeline.engine.at(span.end)
    if engine is not None and engine.working_set_bytes:
        return True
    names = ("pressure.raw_level", "pressure.free_percent", "memory.wired_limit_bytes")
    return any(span.readings(name) for name in names)


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
    span: Span, title: str, readings: list[tuple[float, float]], limit: Limit
) -> Iterator[Finding]:
    """Yield one sentence where the figure is near its limit at its highest, or rose by much."""
    if not readings or limit.bytes <= 0:
        return
    t, highest = max(readings, key=lambda pair: pair[1])
    low_t, low = min(readings, key=lambda pair: pair[1])
    share, growth = highest / limit.bytes, highest - low if low_t < t else 0.0
    if share < NEAR and growth < GROWTH * limit.bytes:
        return
    text = f"{title} reached {fmt.size(highest)} {span.before_end(t)}"
    text += f", {fmt.percent(100 * share)} of {limit.name} ({fmt.size(limit.bytes)})"
    if growth >= GROWTH * limit.bytes:
        text += f", {fmt.size(growth)} more than {fmt.seconds(t - low_t)} earlier"
    if share < NEAR:
        yield Finding(t, Severity.NOTE, f"{text}.")
        return
    severity = Severity.WARNING if limit.death else Severity.NOTE
    if share >= FULL:
        severity = Severity.CRITICAL if limit.death else Severity.WARNING
    yield Finding(t, severity, f"{text}: {limit.past}.")


def _available(span: Span, total: float) -> Iterator[Finding]:
    """Yield how little was available, of the machine's memory and below a cgroup's limit."""
    limit = span.highest("memory.limit_bytes")
    left = span.readings("memory.limit_left_bytes")
    if limit is not None and left:
        yield from _short(span, left, limit[1], "the memory that a cgroup allows")
        machine = span.highest("memory.total_bytes")
        total = machine[1] if machine is not None else total
    yield from _short(span, span.readings("memory.available_bytes"), total, "memory")


def _short(
    span: Span, readings: list[tuple[float, float]], total: float, name: str
) -> Iterator[Finding]:
    if not readings or total <= 0:
        return
    t, lowest = min(readings, key=lambda pair: pair[1])
    if lowest < SHORT * total:
        swap = {
            f: span.timeline.readings.value(f, t) for f in ("swap.total_bytes", "swap.used_bytes")
        }
        here = {"memory.available_bytes": lowest, "memory.total_bytes": total, **swap}
        critical = pressure_level(here) == CRITICAL
        then = "when none is left" if critical else "when none is left, and no swap"
        yield Finding(
            t,
            Severity.CRITICAL if critical else Severity.WARNING,
            f"Only {fmt.size(lowest)} of {fmt.size(total)} of {name} were available "
            f"{span.before_end(t)}: the system kills a process {then}.",
        )
