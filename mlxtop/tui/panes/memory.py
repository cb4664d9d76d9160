"""The memory pane: the use of the machine's memory, and MLX's part."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE
from mlxtop.figures.entries import MEMORY_PLOT
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.panes.figures import Item, item, others, reading, table, words
from mlxtop.tui.widgets.areas import SWATCH, StackLayer, stack
from mlxtop.tui.widgets.chart import Canvas, Grid, columns, highest, with_mark, with_scale
from mlxtop.tui.widgets.rows import Row, Span
from mlxtop.tui.widgets.shades import dim
from mlxtop.tui.zoom.charts import Axes, Line, Plot, lines_of

_CACHED = dim("cached")
"""The ink of the cache, which is released on demand: the least that matters here."""
_NEAR = 2.5
"""A limit so many times what is used, or less, is on the scale."""
_READ = ("wired", "compressed", "used", "free", "active", "cached")


@dataclass(frozen=True, slots=True)
class Parts:
    """Memory in parts; NaN if unknown.

    `app` is used but neither wired nor compressed; `cached` is released on demand. Together with
    free memory the parts add up to what the kernel manages: on Apple silicon up to a gigabyte
    less than installed, which the firmware keeps.
    """

    wired: float
    app: float
    compressed: float
    cached: float


def split(wired: float, compressed: float, used: float, active: float, cached: float) -> Parts:
    """Return the parts from figures as read; without `used`, from the available ones."""
    if used != used:
        return Parts(wired, active, compressed, cached)
    # An unknown figure (NaN, which differs from itself) stays part of the rest.
    rest = (
        used
        - (wired if wired == wired else 0.0)
        - (compressed if compressed == compressed else 0.0)
    )
    return Parts(wired, max(0.0, rest), compressed, cached)


def reclaimable(linux: bool, cached: float, used: float, free: float, total: float) -> float:
    """Return the cache that is released on demand: what macOS calls cached files.

    Linux's "cached" contains shared memory, which is not released; there it is the memory that
    is neither used nor free.
    """
    rest = total - used - free if linux else cached
    return 0.0 if rest < 0 else rest


def is_linux(timeline: Timeline) -> bool:
    """Return whether "wired" is Linux's Unevictable."""
    info = timeline.sensors.get("memory.wired_bytes")
    return info is not None and "Unevictable" in info.source


def total_at(timeline: Timeline, t: float) -> float | None:
    """Return the installed memory in bytes."""
    total, _ = reading(timeline, "memory.total_bytes", t)
    if total is None and timeline.header is not None and timeline.header.memory_bytes:
        total = float(timeline.header.memory_bytes)
    return total


def cgroup_limit_at(timeline: Timeline, t: float) -> float | None:
    """Return the bytes of memory that a container may use; None without a limit."""
    limit, _ = reading(timeline, "memory.limit_bytes", t)
    total = total_at(timeline, t)
    return limit if limit and (total is None or limit < total) else None


def limits_at(timeline: Timeline, t: float) -> list[tuple[str, float]]:
    """Return the memory limits of this machine, with their names.

    MLX's working set, which follows the wired limit if it was set; without an engine the wired
    limit itself; and the limit of the cgroup.
    """
    engine = timeline.engine.at(t)
    wired, _ = reading(timeline, "memory.wired_limit_bytes", t)
    cgroup = cgroup_limit_at(timeline, t)
    limits: list[tuple[str, float]] = []
    if engine is not None and engine.working_set_bytes:
        limits.append(("working set", float(engine.working_set_bytes)))
    elif wired:
        limits.append(("wired limit", wired))
    if cgroup:
        limits.append(("cgroup limit", cgroup))
    return limits


def layers(timeline: Timeline, t: float, columns_of: Grid, total: float) -> list[StackLayer]:
    """Return the composition over time, lowest layer first."""

    def read(name: str) -> list[float]:
        return columns(timeline.series.get(f"memory.{name}_bytes"), columns_of, t)

    wired, compressed, used, free = map(read, ("wired", "compressed", "used", "free"))
    app, cached, linux = read("active"), read("cached"), is_linux(timeline)
    cached = [
        reclaimable(linux, *figures, total) for figures in zip(cached, used, free, strict=True)
    ]
    for place, there in enumerate(used):
        if there == there:
            # As in `split`, but without an object per column: this runs in every frame.
            rest = there - (wired[place] if wired[place] == wired[place] else 0.0)
            rest -= compressed[place] if compressed[place] == compressed[place] else 0.0
            app[place] = rest if rest > 0 else 0.0
    return [
        StackLayer(wired, "wired"),
        StackLayer(app, "active"),
        StackLayer(compressed, "compressed"),
        StackLayer(cached, _CACHED),
    ]


def top_of(
    timeline: Timeline, t: float, shown: Grid, total: float, limits: Sequence[float]
) -> float:
    """Return the top of the chart's scale in bytes: what was used, and a limit that is near.

    A cache that is released on demand does not raise it, so that it hides nothing. It is a round
    number, and is lowered only when a whole window did not need it.
    """
    used = timeline.series.get("memory.used_bytes")
    high = max(highest(columns(used, part, t)) for part in (shown, shown.before()))
    if high <= 0:
        return total
    near = [limit for limit in limits if limit <= _NEAR * high]
    top = fmt.nice(max(high, *near) if near else high)
    return min(top, total) if total else top


class MemoryFace(Face):
    """What the memory pane shows."""

    name = "memory"
    title = "memory"
    help = (
        "What the machine's memory is used for. Wired memory cannot be swapped out: "
        "a model's weights on a GPU are wired. The engine process is the memory that the system "
        'counts for it (on macOS its footprint, Activity Monitor\'s "Memory"). Wired memory of the '
        "engine is in both, so do not add them. Below is MLX's own allocator. The chart's "
        "scale ends above what is used; cached memory may be cut off there."
    )
    share = 11
    rows_from = "low"
    can_fit = True

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return wired memory on macOS, used memory elsewhere, of the total and the limit."""
        name = "used" if is_linux(timeline) else "wired"
        value, age = reading(timeline, f"memory.{name}_bytes", t)
        ink = "memory" if value is not None and not age else "quiet"
        total, limit = total_at(timeline, t), cgroup_limit_at(timeline, t)
        of = f" of {fmt.size(total)}" if total else ""
        if limit:
            of = f", limit {fmt.size(limit)}{of}"
        return ((f"{name} ", "quiet"), (f"{words(fmt.size(value), age):>7}", ink), (of, "quiet"))

    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        """Return the composition over the last minute, and the limits as dashed lines."""
        total = total_at(timeline, t) or 0.0
        shown = canvas.grid(t)
        limits = limits_at(timeline, t)
        top = top_of(timeline, t, shown, total, [limit for _, limit in limits])
        plot = stack(layers(timeline, t, shown, total), canvas.rows, top)
        for name, limit in limits:
            if 0 < limit < top:
                plot = with_mark(plot, limit / top, label=f"{name} {fmt.size(limit)}")
        return with_scale(plot, canvas.gutter, fmt.size(top or None))

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the legend with its figures, and MLX's allocator."""
        total = total_at(timeline, t)
        read = {name: reading(timeline, f"memory.{name}_bytes", t) for name in _READ}
        oldest = max(age for _, age in read.values())
        known = {name: math.nan if value is None else value for name, (value, _) in read.items()}
        free_bytes = known.pop("free")
        known["cached"] = reclaimable(
            is_linux(timeline),
            known["cached"],
            known["used"],
            free_bytes,
            math.nan if total is None else total,
        )
        parts = split(**known)

        def part(ink: str, value: float, more: str = "") -> Item:
            # Each part has the name and colour of its figure.
            label = CATALOGUE.label(f"memory.{ink}_bytes") + more
            swatch: Span = (SWATCH, _CACHED if ink == "cached" else ink)
            return Item(label, words(fmt.size(value), oldest), "value", swatch)

        label = CATALOGUE.label("memory.free_bytes")
        free = Item(label, words(fmt.size(read["free"][0]), oldest), "value", (" ", "free"))
        items = [
            part("wired", parts.wired, " (Unevictable)" if is_linux(timeline) else ""),
            part("active", parts.app),
            part("compressed", parts.compressed),
            part("cached", parts.cached),
            free,
            item(timeline, "engine.memory_bytes", t),
            item(timeline, "mlx.active_bytes", t),
            item(timeline, "mlx.cache_bytes", t),
            item(timeline, "mlx.peak_bytes", t),
        ]
        items += [
            Item(name, fmt.size(limit), "value", ("╌", "mark"))
            for name, limit in limits_at(timeline, t)
        ]
        return table([*items, *others(timeline, "memory", t)], width)

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return the parts over time with the limits; `fitted`: its scale ends above the data."""
        timeline, t = axes.timeline, axes.t
        total = total_at(timeline, t) or 0.0
        lines = lines_of(MEMORY_PLOT, axes)
        there = [line for line in lines if any(map(math.isfinite, line.ys))]
        high = highest([value for line in there for value in line.ys])
        top, note = total or high, ""
        if fitted and 0 < high < total:
            step = fmt.nice(high / 8)
            # A little above the data, so that the highest line is not on the frame.
            top = min(total, math.ceil(1.05 * high / step) * step)
            note = f"scale fits the data: 0 to {fmt.size(top)} of {fmt.size(total)}"
        for name, limit in limits_at(timeline, t):
            label = f"{name} {fmt.size(limit)}"
            if limit <= top:
                there.append(Line(label, "mark", axes.xs, [limit] * len(axes.xs), 1))
            elif note:
                note += f", {label} above it"
        return [axes.over_time(MEMORY_PLOT.title, there, top, fmt.size, note)]

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return wired memory; used memory where little is ever wired."""
        name = "used" if is_linux(timeline) else "wired"
        return (
            f"{name} {fmt.size(timeline.readings.value(f'memory.{name}_bytes', t))}",
            "$chart-memory",
        )


MEMORY = MemoryFace()
