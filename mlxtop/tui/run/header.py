"""The header: model, machine, recording, rate."""

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mlxtop import format as fmt
from mlxtop.recording.session import RecorderStatus
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.chat.facts import short_name

ENOUGH = 0.95
"""Share of the requested rate below which the header shows it."""
BEHIND = "▲"
"""Sign before a rate that is not reached."""


def past_words(behind: float, back: str) -> tuple[str, ...]:
    """Return how far back a frozen view is, longest first; `back` is the key that returns."""
    ago = f"viewing {fmt.seconds(behind)} ago"
    words = (f"{ago} · run continues · {back} back to live", f"{ago} · {back} back to live", ago)
    return (*words, "past")


@dataclass(frozen=True, slots=True)
class RecordingSign:
    """What the header says about the recording; with little room only `sign` is shown."""

    sign: str = ""
    words: str = ""


def recorder_sign(status: RecorderStatus, now: float, *, waiting: str) -> RecordingSign:
    """Return the recorder's state as of `now`, seconds on the shared clock.

    `waiting` says what it waits for before anything is written.
    """
    if status.state == "recording":
        length = now - status.since if status.since is not None else 0.0
        return RecordingSign("● REC", f"{fmt.clock(length)}  {fmt.size(status.bytes)}")
    words = {
        "off": ("○ not recorded", ""),
        "waiting": ("○ REC", waiting),
        "paused": ("▲ REC", "paused"),
        "failed": ("▲ REC", "failing"),
    }
    return RecordingSign(*words[status.state])


def machine_words(timeline: Timeline, t: float) -> str:
    """Return chip, GPU cores and memory of the timeline's machine."""
    header, engine = timeline.header, timeline.engine.at(t)
    if header is None:
        return ""
    gpu = header.gpu or (engine.device_name if engine and engine.device == "gpu" else "")
    words = [
        header.chip,
        f"{header.cpu_cores} CPU cores" if header.cpu_cores else "",
        gpu if gpu and gpu != header.chip else "",
        f"{header.gpu_cores} GPU cores" if header.gpu_cores else "",
        fmt.installed(header.memory_bytes) if header.memory_bytes else "",
    ]
    return " · ".join(one_line(word, 40) for word in words if word)


NO_MODEL = "no model"


def model_words(timeline: Timeline, t: float, without: str = NO_MODEL) -> tuple[str, ...]:
    """Return descriptions of the model in memory at time t, longest first.

    `without` is the text if there is none.
    """
    model = timeline.model.at(t)
    if model is None:
        return ("loading…" if timeline.phases.at(t) == "load" else without,)
    details = []
    if model.parameters:
        details.append(f"{fmt.count_short(model.parameters)} parameters")
    if model.quantization:
        details.append(one_line(model.quantization, 60))
    name = one_line(model.model, 60)
    longer = [f"{name}  {', '.join(details[:count])}" for count in range(len(details), 0, -1)]
    return (*longer, name, short_name(model.model))


def pace_words(timeline: Timeline, t: float, hz: float) -> str:
    """Return the rate of frames and readings; if readings fall behind, their own rate too."""
    achieved = timeline.readings.per_second(t)
    if achieved is None or achieved >= ENOUGH * hz:
        return f"{hz:g} Hz"
    return f"{BEHIND} behind, {achieved:.1f} of {hz:g} Hz"


def fitting(words: tuple[str, ...], room: int) -> str:
    """Return the first text that fits, or the last one cut."""
    for text in words:
        if cell_len(text) <= room:
            return text
    return set_cell_size(words[-1], room - 1) + "…" if room > 0 else ""


class RunHeader(Widget, can_focus=False):
    """One row: name, model, machine, recording sign, rate."""

    COMPONENT_CLASSES = {
        "header--name",
        "header--model",
        "header--quiet",
        "header--past",
        "header--warning",
    }
    DEFAULT_CSS = """
    RunHeader { height: 1; width: 1fr; background: $panel; }
    RunHeader > .header--name { color: $primary; text-style: bold; }
    RunHeader > .header--model { color: $foreground; text-style: bold; }
    RunHeader > .header--quiet { color: $quiet; }
    RunHeader > .header--warning { color: $text-warning; }
    RunHeader.-past { background: $mark; }
    RunHeader.-past > .header--name, RunHeader.-past > .header--model,
    RunHeader.-past > .header--quiet, RunHeader.-past > .header--warning { color: $background; }
    RunHeader.-past > .header--past { color: $background; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts: tuple[tuple[str, ...], str, str, RecordingSign, tuple[str, ...]] = (
            ("",),
            "",
            "",
            RecordingSign(),
            (),
        )

    def show(
        self,
        model: tuple[str, ...],
        machine: str,
        sign: RecordingSign,
        rate: str,
        past: tuple[str, ...] = (),
    ) -> None:
        """Draw these texts if they changed, with the longest `model` that fits.

        `past` says that the screen shows the past of a run that continues, longest first: the row
        has another colour, and these words with the model.
        """
        self.set_class(bool(past), "-past")
        parts = (model, machine, rate, sign, past)
        if parts != self._parts:
            self._parts = parts
            self.refresh(Region(0, 0, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Return the row; parts that do not fit are left out, the machine first."""
        width = self.size.width
        model, machine, rate, sign, past = self._parts
        if past:
            model = (*(f"{model[-1]}   {words}" for words in past[:-1]), *past)
            machine = ""
        base = self.rich_style
        styles = {
            name: base + self.get_component_rich_style(f"header--{name}", partial=True)
            for name in ("name", "model", "quiet", "past", "warning")
        }
        trouble = sign.sign.startswith(BEHIND)
        # Only trouble has a colour.
        recording = styles["warning" if trouble else "quiet"]
        words = f"{sign.sign} {sign.words}".strip()
        right = [
            (words, recording),
            (rate, styles["warning" if rate.startswith(BEHIND) else "quiet"]),
        ]
        if width < 60:
            right = [(sign.sign, recording)]
        tail = [Segment(f"  {text}", style) for text, style in right if text]
        tail.append(Segment(" ", base))
        tail_width = sum(segment.cell_length for segment in tail)
        left = [Segment(" mlxtop", styles["name"]), Segment("  ", base)]
        used = sum(segment.cell_length for segment in left)
        left.append(
            Segment(fitting(model, width - tail_width - used), styles["past" if past else "model"])
        )
        used = sum(segment.cell_length for segment in left)
        if machine and used + tail_width + len(machine) + 3 <= width:
            left.append(Segment(f"   {machine}", styles["quiet"]))
        row = Strip(left).crop(0, max(0, width - tail_width))
        gap = max(0, width - row.cell_length - tail_width)
        return Strip([*row, Segment(" " * gap, base), *tail]).adjust_cell_length(width, base)
