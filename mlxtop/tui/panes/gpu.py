"""The GPU pane: the GPU figures that this machine reports."""

from mlxtop import format as fmt
from mlxtop.figures import CATALOGUE, Levels, gpu_number, gpu_words, of_gpu
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face
from mlxtop.tui.panes.figures import Item, item, reading, shown, table, words
from mlxtop.tui.widgets.areas import area
from mlxtop.tui.widgets.chart import Canvas, columns, with_scale
from mlxtop.tui.widgets.rows import Row, Span
from mlxtop.tui.zoom.charts import Axes, Plot, catalogue_charts

BUSY = "gpu.busy_percent"
ENGINE = "gpu.engine_busy_percent"


def figures_there(timeline: Timeline) -> list[str]:
    """Return the names of GPU figures that had a value, in the catalogue's order."""
    there = [
        name
        for name, series in timeline.series.items()
        if CATALOGUE.of(name).pane == "gpu" and series.known
    ]
    if all(gpu_number(name) is None for name in there):
        return []
    return [name for name in CATALOGUE.in_order(there) if not CATALOGUE.is_total(name)]


def absence(timeline: Timeline) -> str:
    """Return a sentence on why there are no figures."""
    gpu = timeline.header.gpu if timeline.header is not None else ""
    if gpu:
        return f"no GPU figures on this machine: mlxtop cannot read the {one_line(gpu, 40)}"
    return "no GPU figures on this machine: no readable GPU"


def is_asleep(timeline: Timeline, gpu: str, t: float) -> bool:
    """Return whether a GPU (`gpu`, `gpu1`, …) is asleep at time t, without figures."""
    return bool(timeline.readings.value(f"{gpu}.asleep", t))


def brake(timeline: Timeline, t: float) -> str:
    """Return what throttles a GPU of the engine at time t; empty if nothing does.

    A bit mask names its reasons; a level is used if there are none.
    """
    held: list[str] = []
    level = ""
    for name in timeline.series:
        codes = CATALOGUE.of(name).codes
        if codes is None or CATALOGUE.of(name).pane != "gpu":
            continue
        words_of = ", ".join(codes.slowing((timeline.readings.value(name, t),)))
        if words_of and isinstance(codes, Levels):
            level = words_of
        elif words_of:
            number = gpu_number(name)
            held.append(f"{number}: {words_of}" if number else words_of)
    return ", ".join(held) or level


def _busy(timeline: Timeline, number: int, t: float) -> Span | None:
    busy = timeline.readings.value(of_gpu(BUSY, number), t)
    return None if busy is None else (f"{gpu_words(number)} {fmt.percent(busy)}", "$chart-gpu")


class GpuFace(Face):
    """What the GPU pane shows."""

    name = "gpu"
    title = "GPU"
    help = "Busy, memory, power and temperature, where this machine reports them."

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return how busy the GPU is, and with a sign what throttles it."""
        if is_asleep(timeline, "gpu", t):
            return (("busy ", "quiet"), ("—, asleep", "quiet"))
        value, age = reading(timeline, BUSY, t)
        if value is None:
            figures = figures_there(timeline)
            return (("—" if figures else "— no figures on this machine", "quiet"),)
        number = f"{fmt.percent(value):>5}"
        held = brake(timeline, t)
        sign: Row = ((f"  ▲ {held}", "warn"),) if held else ()
        return (("busy ", "quiet"), (words(number, age), "quiet" if age else "gpu"), *sign)

    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        """Return how busy the GPU was over the last minute."""
        if canvas.rows <= 0:
            return []
        if not figures_there(timeline):
            return [((absence(timeline), "quiet"),), *[()] * (canvas.rows - 1)]
        busy = columns(timeline.series.get(BUSY), canvas.grid(t), t)
        return with_scale(area(busy, canvas.rows, 100.0, "gpu"), canvas.gutter, "100 %")

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the figures that exist here."""
        items: list[Item] = []
        for name in figures_there(timeline):
            gpu, _, figure = name.partition(".")
            if figure != "asleep" and is_asleep(timeline, gpu, t):
                # No old values with their age: the GPU is asleep.
                items.append(Item(CATALOGUE.label(name), fmt.UNKNOWN, "quiet"))
                continue
            unit = ""
            if whole := CATALOGUE.total_of(name):
                total, _ = reading(timeline, whole, t)
                unit = f" of {shown(whole, total)}" if total else ""
            items.append(item(timeline, name, t, unit=unit, room=len(unit) + 7))
        return table(items, width)

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        """Return how busy each GPU was, power and temperature."""
        return catalogue_charts("gpu", axes) if figures_there(axes.timeline) else []

    def key_figure(self, timeline: Timeline, t: float) -> Span | None:
        """Return how busy the engine's GPU is, if it is known."""
        return _busy(timeline, 0, t)

    def further_key_figures(self, timeline: Timeline, t: float) -> list[Span]:
        """Return how busy the other GPUs are."""
        numbers = sorted({gpu_number(name) or 0 for name in timeline.series} - {0})
        found = (_busy(timeline, number, t) for number in numbers)
        return [part for part in found if part is not None]

    def absence(self, timeline: Timeline) -> str:
        """Return why there are no figures."""
        return absence(timeline)

    def rows_needed(self, timeline: Timeline, t: float) -> int | None:
        """Return one row, which says so, if there are no figures."""
        return None if figures_there(timeline) else 1


GPU = GpuFace()
