"""The pressure pane: memory pressure as the system reports it, and swap."""

from mlxtop import format as fmt
from mlxtop.figures import PRESSURE_LEVELS as LEVELS
from mlxtop.folds.pressure import CRITICAL, NORMAL, pressure_source
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.panes.figures import Item, item, others, reading, table, words
from mlxtop.tui.widgets.areas import area, band
from mlxtop.tui.widgets.chart import WINDOW_SECONDS, Canvas, columns, with_scale
from mlxtop.tui.widgets.rows import Row, Span
from mlxtop.tui.zoom.charts import Axes, Plot, catalogue_charts

_TELL = (
    "pressure.raw_level",
    "pressure.some_avg10_percent",
    "memory.limit_left_bytes",
    "memory.available_bytes",
)
_SOURCES = {"macOS": "macOS level", "PSI": "PSI", "cgroup": "cgroup", "meminfo": "meminfo"}


def level_at(timeline: Timeline, t: float) -> tuple[int | None, float]:
    """Return the level at time t and its age; None if it is unknown."""
    value, age = reading(timeline, "pressure.level", t)
    return (None if value is None else max(NORMAL, min(CRITICAL, int(value)))), age


def worst_level(timeline: Timeline, start: float, t: float) -> float:
    """Return the highest level after `start` and by time t; NORMAL if none is known."""
    series = timeline.series.get("pressure.level")
    if series is None or t <= start:
        return NORMAL
    # The level at the start holds into the window.
    levels = [*series.columns(start, t - start, 1, t), series.at(start)]
    return max((level for level in levels if level is not None and level == level), default=NORMAL)


class PressureFace(Face):
    """What the pressure pane shows."""

    name = "pressure"
    title = "pressure"
    help = (
        "Memory pressure as the system reports it: NORMAL, WARN, CRITICAL; and swap. "
        "Little free memory is normal, pressure is not."
    )
    share = 9
    rows_from = "low"

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return sign and word of the level, and swap."""
        level, age = level_at(timeline, t)
        used, used_age = reading(timeline, "swap.used_bytes", t)
        swap: Row = (("  swap ", "quiet"), (f"{words(fmt.size(used), used_age):>7}", "value"))
        if level is None:
            return (("—", "quiet"), *swap)
        ink = "quiet" if age else LEVELS.inks[level]
        return ((words(f"{LEVELS.signs[level]} {LEVELS.words[level]}", age), ink), *swap)

    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        """Return the band of levels, below it swap, or PSI without swap."""
        columns_of, rows, gutter = canvas.grid(t), canvas.rows, canvas.gutter
        total, _ = reading(timeline, "swap.total_bytes", t)
        psi = "pressure.some_avg10_percent"
        second = "swap" if total else "psi" if psi in timeline.series else ""
        height = rows if not second else min(rows, max(1, rows // 3))
        levels = columns(timeline.series.get("pressure.level"), columns_of, t)
        plot = with_scale(band(levels, height, LEVELS.inks), gutter, "level", "")
        if second == "swap":
            used = columns(timeline.series.get("swap.used_bytes"), columns_of, t)
            filled = area(used, rows - height, total or 1.0, "swap")
            plot += with_scale(filled, gutter, fmt.size(total), name="swap")
        elif second == "psi":
            some = columns(timeline.series.get(psi), columns_of, t)
            filled = area(some, rows - height, 100.0, "quiet")
            plot += with_scale(filled, gutter, "100 %", name="PSI")
        return plot

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return swap and its traffic, the source of the level, and PSI."""
        source = pressure_source({name: timeline.readings.value(name, t) for name in _TELL})
        total, _ = reading(timeline, "swap.total_bytes", t)
        unit = f" of {fmt.size(total)}" if total else ""
        items = [
            item(timeline, "swap.used_bytes", t, unit=unit, room=18)
            if total != 0
            # macOS creates swap files when it needs them.
            else Item("swap", "none yet" if source == "macOS" else "none set up", "quiet", room=18),
            item(timeline, "swap.in_bytes_per_second", t, room=9),
            item(timeline, "swap.out_bytes_per_second", t, room=9),
            Item("level from", _SOURCES.get(source, "—")),
        ]
        if "pressure.some_avg10_percent" in timeline.series:
            items += [
                item(timeline, "pressure.some_avg10_percent", t),
                item(timeline, "pressure.full_avg10_percent", t),
            ]
        return table([*items, *others(timeline, "pressure", t)], width)

    def rows_needed(self, timeline: Timeline, t: float) -> int | None:
        """Return one row while the level was NORMAL in the whole window, or is unknown."""
        since = max(t - WINDOW_SECONDS, timeline.origin or 0.0)
        return 1 if worst_level(timeline, since, t) <= NORMAL else None

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return the level, swap and PSI."""
        return catalogue_charts("pressure", axes)

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return sign and word of the level."""
        level = timeline.readings.value("pressure.level", t)
        word, colour = LEVELS.word(level), f"$pressure-{LEVELS.inks[0]}"
        if level is not None and word != fmt.UNKNOWN:
            word = f"{LEVELS.signs[int(level)]} {word}"
            colour = f"$pressure-{LEVELS.inks[int(level)]}"
        return word, colour


PRESSURE = PressureFace()
