"""The screen of a recording."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from mlxtop import format as fmt
from mlxtop.bench.told import Teller, Told
from mlxtop.sources import Source
from mlxtop.sources.replay import Replay
from mlxtop.text import one_line
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.run.status import StatusLine
from mlxtop.tui.run.trials import TrialTable
from mlxtop.tui.widgets.strip import TimeStrip


class ReplayScreen(RunScreen):
    """A recording, played on the screen it was made on."""

    context: ClassVar[str] = "replay"
    DEFAULT_CSS = """
    ReplayScreen #trials { display: none; }
    ReplayScreen.-trials #trials { display: block; }
    ReplayScreen.-trials #transcript { display: none; }
    """

    def __init__(
        self,
        source: Source,
        hz: float,
        *,
        name: str = "",
        paused: bool = False,
        explain_end: bool = False,
    ) -> None:
        """Play `source`; `name` is the file's; `explain_end` tells what led to its end."""
        super().__init__(source, hz)
        self.recording_name = name
        self.paused = paused
        self.explain_end = explain_end
        self.wants_text = False
        """Whether the text of a benchmark's replies is shown in place of its trials."""
        self._teller = Teller(source.timeline)
        self._plays_on = False
        """Whether it is paused only because it is hidden."""
        self._told: set[str] = set()
        """Sentences there was no room for, and that were told whole."""

    def compose_chat(self) -> ComposeResult:
        """Yield the trials of a benchmark beside what was said; one of them is shown."""
        yield TrialTable(id="trials")
        yield from super().compose_chat()

    def on_mount(self) -> None:
        """Begin to play only now: reading and starting up are no part of the recording."""
        if self.app.screen_stack.index(self) > 1:
            # What was said on the screen below is not about this recording.
            self.app.clear_notifications()
        if not self.paused:
            self.playhead.toggle()
        if self.explain_end:
            self.show_findings(self.playhead.end)

    def react(self) -> None:
        """Stand still while another screen hides this one, and play on when it is gone."""
        hidden = not self.is_under_dialog
        if hidden and self.playhead.playing:
            self.playhead.toggle()
            self._plays_on = True
        elif not hidden and self._plays_on:
            self._plays_on = False
            if not self.playhead.playing:
                self.playhead.toggle()

    def action_seek(self, cells: int) -> None:
        """Look some cells of the strip of time earlier or later."""
        self.query_one(TimeStrip).action_seek(cells)

    # -- benchmarks ------------------------------------------------------------------------------

    def draw_chat(self, t: float) -> None:
        """Draw the trials of the benchmark that was run at time t, else what was said."""
        told = self._told_at(t)
        if self.has_class("-trials") is not (told is not None):
            self.set_class(told is not None, "-trials")
            self.call_after_refresh(self.frame)  # once there is room for it
        table = self.query_one(TrialTable)
        if told is None:
            super().draw_chat(t)
        elif self.is_shown(table):
            table.show(told, t)

    def _told_at(self, t: float) -> Told | None:
        """Return the benchmark whose trials are shown at time t."""
        return None if self.wants_text else self._teller.at(t)

    def action_trials(self) -> None:
        """Show the text of the replies in place of the trials, or the trials again."""
        if not self.wants_text and next(self.timeline.transcript.sayings(), None) is None:
            self.moved("Its prompts are random tokens: there is no text to show.")
            return
        self.wants_text = not self.wants_text
        self.moved()

    def show_found(self, words: str) -> None:
        """Bring out a text in the conversation."""
        if words and self.timeline.benchmarks:
            self.wants_text = True
        super().show_found(words)

    @on(TrialTable.Look)
    def _look_at_trial(self, event: TrialTable.Look) -> None:
        self.playhead.go_to(event.t)
        self.moved()

    @property
    def broke_off(self) -> bool:
        """Whether it is a run that ended without saying so."""
        return isinstance(self.source, Replay) and self.source.broke_off

    def show_status(self, sentence: str, *, quiet: bool) -> None:
        """Show the sentence above the strip; tell it whole once where there is no room for it."""
        super().show_status(sentence, quiet=quiet)
        status = self.query_one(StatusLine)
        changes = self.playhead.frozen or (isinstance(self.source, Replay) and self.source.reading)
        if quiet or changes or self.said or not self.on_top or not status.is_cut:
            return
        t = self.playhead.time()
        if self._told_at(t) is not None and sentence == self.mark_words(t):
            return  # what a mark says of a trial stands in the table, which a toast would cover
        if sentence not in self._told:
            self._told.add(sentence)
            self.app.notify(status.sentence, severity="warning", markup=False)

    def recording_sign(self) -> RecordingSign:
        """Return the sign of a replay: nothing is recorded."""
        header = self.timeline.header
        label = "synthetic data  " if header is not None and header.synthetic else ""
        return RecordingSign("▶ REPLAY", label + one_line(self.recording_name, 60))

    def rate_words(self) -> str:
        """Return the playing speed."""
        state = "" if self.playhead.playing else " paused"
        return f"{self.playhead.speed:g}×{state}"

    def status_words(self, t: float) -> str:
        """Return what was said then, else what the reader said and how the file was made."""
        made = self.timeline.header.made if self.timeline.header else ""
        return super().status_words(t) or "  ".join(w for w in (self.file_words(), made) if w)

    def file_words(self) -> str:
        """Return what is to be said of the file: how far it is read, and what is wrong with it."""
        source = self.source
        if not isinstance(source, Replay):
            return ""
        if source.reading:
            return f"Reading on: {fmt.percent(source.share_read * 100)} of the file so far."
        return source.problem or source.said

    @property
    def status_is_quiet(self) -> bool:
        """What a file is made of is good to know; what is wrong is more."""
        return not self.file_words() and not super().status_words(self.playhead.time())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        if action == "trials":
            return bool(self.timeline.benchmarks) and not self.enlarged
        if action == "leave":
            # Below it lies the app's own empty screen, and a run where it was opened from one.
            return not self.enlarged and self.app.screen_stack.index(self) > 1
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Go back to where the replay was opened."""
        self.source.close()
        self.dismiss()
