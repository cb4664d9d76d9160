"""The GPU pane: the figures this machine has of its GPU, and no others."""

import re
from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Kind, Pane
from mlxtop.tui.panes.figures import Item, item, reading, table, words
from mlxtop.tui.widgets.chart import area, columns, grid, with_scale
from mlxtop.tui.widgets.rows import Row

BUSY = "gpu.busy_percent"
ENGINE = "gpu.engine_busy_percent"
_KNOWN = {
    "gpu.asleep": "state",
    BUSY: "busy",
    ENGINE: "engine's share",
    "gpu.device_percent": "device",
    "gpu.renderer_percent": "renderer",
    "gpu.tiler_percent": "tiler",
    "gpu.memory_used_bytes": "memory",
    "gpu.gtt_used_bytes": "shared memory",
    "gpu.memory_in_use_bytes": "memory in use",
    "gpu.memory_alloc_bytes": "memory allocated",
    "gpu.power_watts": "power",
    "gpu.clock_hertz": "clock",
    "gpu.memory_clock_hertz": "memory clock",
    "gpu.temperature_celsius": "temperature",
    "gpu.throttle_reasons": "held back by",
    "thermal.level": "thermal state",
}
_TOTALS = ("memory_total_bytes", "gtt_total_bytes")
"""Totals, shown after what is used of them."""
# `gpu`, and `gpu1` and so on where there are several.
_GPU = re.compile(r"gpu([0-9]*)\.")


def figures_there(timeline: Timeline) -> list[str]:
    """Return the names of all GPU figures that ever had a value, the known ones first."""
    names = [name for name in timeline.series if _GPU.match(name) or name in _KNOWN]
    there = [name for name in names if timeline.series[name].known]
    if not any(_GPU.match(name) for name in there):
        return []
    return [n for n in _KNOWN if n in there] + sorted(
        n for n in there if n not in _KNOWN and not n.endswith(_TOTALS)
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
    # A further GPU's figures are called as the first one's are, with its number.
    number = _GPU.match(name)
    if number and number.group(1):
        return f"{number.group(1)}: {label_of(f'gpu.{name[number.end() :]}')}"
    words_of = name.removeprefix("gpu.").split("_")
    return one_line(" ".join(words_of[:-1] or words_of), 30)


def in_words(name: str, value: float | None) -> str | None:
    """Return a figure that is a code, or a clock, in words; None for any other figure."""
    if not name.endswith(("thermal.level", ".throttle_reasons", "clock_hertz", ".asleep")):
        return None
    if value is None:
        return fmt.UNKNOWN
    if name.endswith("clock_hertz"):
        return f"{value / 1e6:.0f} MHz"
    # Here, for a replay without such figures does without the sensors.
    from mlxtop.sensors.words import asleep_word, thermal_word, throttle_words

    if name.endswith(".asleep"):
        return asleep_word(value)
    if name == "thermal.level":
        return thermal_word(value)
    return ", ".join(throttle_words(value)) or "nothing"


def is_asleep(timeline: Timeline, gpu: str, t: float) -> bool:
    """Return whether a GPU (`gpu`, `gpu1`, …) sleeps at time t: it then has no figures."""
    return bool(timeline.value(f"{gpu}.asleep", t))


def brake(timeline: Timeline, t: float) -> str:
    """Return in words what holds the GPU back at time t; empty where nothing does."""
    heat = timeline.value("thermal.level", t)
    mask = timeline.value("gpu.throttle_reasons", t)
    if not heat and not mask:
        return ""
    # Here, for a replay without such figures does without the sensors.
    from mlxtop.sensors.words import brakes, thermal_word, throttle_words

    if held := brakes((mask,)):
        return ", ".join(throttle_words(held))
    return thermal_word(heat) if heat else ""


class GpuFace:
    """What the GPU pane shows."""

    title = "GPU"

    def figure(self, timeline: Timeline, t: float) -> Row:
        """Return how busy the GPU is, and with a sign what holds it back."""
        if is_asleep(timeline, "gpu", t):
            return (("busy ", "quiet"), ("—, asleep", "quiet"))
        value, age = reading(timeline, BUSY, t)
        if value is None:
            return (("—", "quiet"),)
        number = f"{fmt.percent(value):>5}"
        held = brake(timeline, t)
        sign: Row = ((f"  ▲ {held}", "warn"),) if held else ()
        return (("busy ", "quiet"), (words(number, age), "quiet" if age else "gpu"), *sign)

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
            gpu, _, figure = name.partition(".")
            if figure != "asleep" and is_asleep(timeline, gpu, t):
                # Not how it was before, and how long ago: it does nothing.
                items.append(Item(label_of(name), fmt.UNKNOWN, "quiet"))
                continue
            value, age = reading(timeline, name, t)
            if (said := in_words(name, value)) is not None:
                shown = words(said, age)
                items.append(Item(label_of(name), shown, "value" if shown == said else "quiet"))
                continue
            unit = ""
            if (whole := figure.replace("_used_", "_total_")) in _TOTALS:
                total, _ = reading(timeline, f"{gpu}.{whole}", t)
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
