"""The GPU pane: the figures this machine has of its GPU, and no others."""

from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Kind, Pane
from mlxtop.tui.panes.figures import Item, item, reading, table, words
from mlxtop.tui.widgets.chart import area, columns, grid, with_scale
from mlxtop.tui.widgets.rows import Row

BUSY = "gpu.busy_percent"
_KNOWN = {
    BUSY: "busy",
    "gpu.memory_used_bytes": "memory",
    "gpu.power_watts": "power",
    "gpu.temperature_celsius": "temperature",
}
_PART_OF_OTHERS = {"gpu.memory_total_bytes"}


def figures_there(timeline: Timeline) -> list[str]:
    """Return the names of all GPU figures that ever had a value, the known ones first."""
    names = [name for name in timeline.series if name.startswith("gpu.")]
    there = [name for name in names if any(v == v for v in timeline.series[name].values)]
    return [n for n in _KNOWN if n in there] + sorted(
        n for n in there if n not in _KNOWN and n not in _PART_OF_OTHERS
    )


def absence(timeline: Timeline) -> str:
    """Return one sentence on why there are no figures."""
    gpu = timeline.header.gpu if timeline.header is not None else ""
    if gpu:
        return f"no GPU figures on this machine: nothing here reads the {one_line(gpu, 40)}"
    return "no GPU figures on this machine: no readable GPU"


def label_of(name: str) -> str:
    """Return a figure's label: for one we do not know, the words of its name."""
    known = _KNOWN.get(name)
    if known is not None:
        return known
    words_of = name.removeprefix("gpu.").split("_")
    return one_line(" ".join(words_of[:-1] or words_of), 30)


class GpuFace:
    """What the GPU pane shows."""

    title = "GPU"

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return how busy the GPU is."""
        value, age = reading(timeline, BUSY, t)
        if value is None:
            return (("—", "quiet"),)
        number = f"{fmt.percent(value):>5}"
        return (("busy ", "quiet"), (words(number, age), "quiet" if age else "gpu"))

    def chart(self, timeline: Timeline, t: float, width: int, rows: int, gutter: int) -> list[Row]:
        """Return how busy the GPU was over the last minute."""
        if rows <= 0:
            return []
        if not figures_there(timeline):
            return [((absence(timeline), "quiet"),), *[()] * (rows - 1)]
        cells = area(columns(timeline.series.get(BUSY), grid(t, width - gutter), t), rows, 100.0)
        return with_scale([((row, "gpu"),) for row in cells], gutter, "100 %")

    def banner(self, timeline: Timeline, t: float, width: int) -> Row | None:
        """Return nothing: a GPU has nothing under way."""
        return None

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        """Return the figures that exist here."""
        items: list[Item] = []
        for name in figures_there(timeline):
            unit = ""
            if name == "gpu.memory_used_bytes":
                total, _ = reading(timeline, "gpu.memory_total_bytes", t)
                unit = f" of {fmt.size(total)}" if total else ""
            items.append(item(timeline, label_of(name), name, t, unit=unit, room=len(unit) + 7))
        return table(items, width)


class GpuPane(Pane):
    """How busy the GPU is."""

    DEFAULT_CSS = """
    GpuPane { height: 8fr; }
    GpuPane.-absent { height: 2; }
    """
    face = GpuFace()
    kind: ClassVar[Kind] = "gpu"

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the moment t; without figures the pane is no higher than its sentence."""
        self.set_class(not figures_there(timeline), "-absent")
        super().show(timeline, t)
