"""The screen of a machine that is watched: its figures, and its processes in place of a chat."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.geometry import Region

from mlxtop import format as fmt
from mlxtop.sources.watch import Watch
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import CpuPane, GpuPane, MemoryPane, PressurePane
from mlxtop.tui.run.figures import KeyFigures
from mlxtop.tui.run.happening import HappeningScreen
from mlxtop.tui.run.header import RecordingSign, RunHeader, machine_words
from mlxtop.tui.watch.processes import ProcessList, next_order
from mlxtop.watch.history import ProcessHistory

SLOWEST_FRAMES_HZ = 1.0
"""Frames a second at least: readings may come seldom, keys must not wait for them."""


class WatchHeader(RunHeader):
    """The header of a run that has no model."""

    DEFAULT_CSS = ""

    def show(self, timeline: Timeline, t: float, sign: RecordingSign, rate: str) -> None:
        """Draw what holds at time t, where it differs from what stands there."""
        words = ("watching this machine", "watch")
        parts = (words, machine_words(timeline, t), rate, sign)
        if parts != self._parts:
            self._parts = parts
            self.refresh(Region(0, 0, self.size.width, 1))


class WatchScreen(HappeningScreen):
    """The machine now; frozen and looked back at like a run."""

    CSS_PATH = "../run/screen.tcss"
    context: ClassVar[str] = "watch"
    recorded_from = "begins"

    def __init__(
        self,
        source: Watch,
        processes: ProcessHistory,
        hz: float,
    ) -> None:
        super().__init__(source, max(SLOWEST_FRAMES_HZ, hz))
        self.watch_source = source
        self.processes = processes
        self._was_following = True

    def compose_head(self) -> ComposeResult:
        """Yield the header and the figures, without a speed."""
        yield WatchHeader(id="header")
        yield KeyFigures(speed=False, id="figures")

    def compose_chat(self) -> ComposeResult:
        """Yield the processes."""
        yield ProcessList(id="processes")

    def compose_panes(self) -> ComposeResult:
        """Yield the panes but the one of speed."""
        yield MemoryPane(id="memory")
        yield PressurePane(id="pressure")
        yield GpuPane(id="gpu")
        yield CpuPane(id="cpu")

    def react(self) -> None:
        """Show the keys that act now."""
        if self.playhead.following != self._was_following:
            self._was_following = self.playhead.following
            self.refresh_bindings()

    def draw_chat(self, t: float) -> None:
        """Draw the processes."""
        shown = self.query_one(ProcessList)
        if self.is_shown(shown):
            reading = self.processes.at(t)
            other = next_order(shown.order, reading)
            shown.show(reading, t, f"{self.key('sort_processes')} sorts by {other}")

    def status_words(self, t: float) -> str:
        """Return the most pressing thing to say."""
        said = self.watch_source.recorder.status
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            return f"You see {behind} ago; readings go on. {self.key('freeze')} returns."
        return super().status_words(t)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        if action == "go_end":
            return self.playhead.frozen
        return super().check_action(action, parameters)

    def action_say_elsewhere(self, action: str) -> None:
        """Say that an action needs a run or a recording."""
        self.say("There is no model here and nothing is replayed; that key acts in a run.")
        self.frame()

    def action_sort(self) -> None:
        """Sort the processes by CPU, by GPU where that is known, or by memory again."""
        shown = self.query_one(ProcessList)
        shown.order = next_order(shown.order, self.processes.at(self.playhead.time()))
        self.frame()

    def action_record(self) -> None:
        """Turn the recording off or on."""
        super().action_record()
        if self.happening.recorder.on:
            where = self.watch_source.options.recordings
            self.app.notify(
                f"Figures and marks are recorded in {where}, in a file only you can read; "
                "the list of processes is not.",
                title="Recording",
                markup=False,
            )
