"""The screen and the app of `mlxtop watch`."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult

from mlxtop import config as settings
from mlxtop import format as fmt
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.watch import Watch
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.panes import PANES, Face
from mlxtop.tui.panes.deck import is_shown
from mlxtop.tui.parts import acts_through
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.recording_control import RecordingControl
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.watch.control import NOTHING_SELECTED, ProcessControl
from mlxtop.tui.watch.list import ProcessList
from mlxtop.tui.watch.processes import next_order
from mlxtop.watch.history import ProcessHistory

SLOWEST_FRAMES_HZ = 1.0
"""Minimum frames per second: readings may be rare, keys must not wait for them."""


@acts_through(recording=RecordingControl, control=ProcessControl)
class WatchScreen(RunScreen):
    """The machine now; it can be frozen and viewed in the past like a run."""

    context: ClassVar[str] = "watch"

    def __init__(
        self,
        source: Watch,
        processes: ProcessHistory,
        hz: float,
    ) -> None:
        super().__init__(source, max(SLOWEST_FRAMES_HZ, hz))
        self.recording = RecordingControl(
            self,
            source,
            begins="begins",
            remark=f"Figures and marks are recorded in {source.options.recordings}, in a file only "
            "you can read; the list of processes is not recorded.",
        )
        self.listed = ProcessList(processes, id="processes")
        self.control = ProcessControl(self, processes, self.listed)
        self.parts += [self.recording, self.control]
        self.processes = processes
        self._was_following = True

    def faces(self) -> Sequence[Face]:
        """Return the panes that need no model, top first."""
        return [face for face in PANES.values() if not face.needs_model]

    def compose_main(self) -> ComposeResult:
        """Yield the processes."""
        yield self.listed

    def model_words(self, t: float) -> tuple[str, ...]:
        """Return the header's text in place of a model."""
        return ("watching this machine", "watch")

    def recording_sign(self) -> RecordingSign:
        """Return the state of the recording."""
        return self.recording.sign()

    def react(self) -> None:
        """Show the keys that are enabled now."""
        if self.playhead.following != self._was_following:
            self._was_following = self.playhead.following
            self.refresh_bindings()

    def draw_main(self, t: float) -> None:
        """Draw the processes."""
        shown = self.listed
        if is_shown(shown):
            other = next_order(shown.view.order, self.processes.at(t))
            shown.show(t, f"{self.key('sort_processes')} sorts by {other}")

    def status_words(self, t: float) -> str:
        """Return the most urgent message."""
        said = self.recording.recorder.status
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            return f"Viewing {behind} ago; readings continue. {self.key('freeze')} returns."
        return super().status_words(t)

    def action_say_elsewhere(self, action: str) -> None:
        """Say that an action needs a run or a recording."""
        self.flash("That key needs a model or a recording; watch has neither.")
        self.frame()

    def why_not(self, action: str) -> str:
        """Return why an action is disabled."""
        return NOTHING_SELECTED if action == "end_process" else super().why_not(action)


class WatchApp(MlxtopApp):
    """One machine, no engine; nothing is written unless recording is on."""

    def __init__(
        self, config: settings.Config, options: LiveOptions, *, problems: Iterable[str] = ()
    ) -> None:
        super().__init__(config, options, problems=problems)
        self.watched = Watch(options)
        self.processes = ProcessHistory()

    def close(self) -> None:
        """End readings and the recording, after the screen has closed."""
        self.processes.close()
        self.watched.close()

    def show_first_screen(self) -> None:
        """Open the only screen, and start reading after its first frame."""
        self.push_screen(WatchScreen(self.watched, self.processes, self.options.hz))

        def start() -> None:
            self.watched.start()
            self.processes.start()

        self.call_after_refresh(start)
