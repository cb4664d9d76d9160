"""The screen of a recording."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from mlxtop import format as fmt
from mlxtop.bench.recorded import BenchmarkReplay, BenchmarkState
from mlxtop.sources.base import RecordedSource
from mlxtop.text import one_line
from mlxtop.tui.panes.deck import is_shown
from mlxtop.tui.parts import acts_through
from mlxtop.tui.resume import ResumeConversation
from mlxtop.tui.run.conversation_export import ConversationExport
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.run.status import StatusLine
from mlxtop.tui.run.trials import TrialTable


@acts_through(export=ConversationExport)
class ReplayScreen(RunScreen):
    """A recording, replayed, or followed while another program writes it."""

    context: ClassVar[str] = "replay"
    further_contexts = ("follow",)
    DEFAULT_CSS = """
    ReplayScreen #trials { display: none; }
    ReplayScreen.-trials #trials { display: block; }
    ReplayScreen.-trials #transcript { display: none; }
    """

    def __init__(
        self,
        source: RecordedSource,
        hz: float,
        *,
        name: str = "",
        paused: bool = False,
        explain_end: bool = False,
    ) -> None:
        """Play `source`; `name` is the file's; `explain_end` opens the findings before its end."""
        super().__init__(source, hz)
        self.recorded = source
        self.export = ConversationExport(self, source)
        self.parts.append(self.export)
        if (context := self._keys_context()) != self.acts_in:
            self.act_in(context)
        self.recording_name = name
        self.paused = paused
        self.explain_end = explain_end
        self.wants_text = False
        """Whether the text of a benchmark's replies is shown instead of its trials."""
        self._teller = BenchmarkReplay(source.timeline)
        self._plays_on = False
        """Whether it is paused only because another screen hides it."""
        self._told: set[str] = set()
        """Messages that did not fit and were shown in full in a toast."""

    def compose_main(self) -> ComposeResult:
        """Yield the trials of a benchmark and the conversation; one of them is shown."""
        yield TrialTable(id="trials")
        yield from super().compose_main()

    def on_mount(self) -> None:
        """Start playing only now: reading and startup are not part of the recording."""
        if self.app.screen_stack.index(self) > 1:
            # Toasts of the screen below are not about this recording.
            self.app.clear_notifications()
        if not self.paused and not self.playhead.live:
            self.playhead.toggle()
        if self.explain_end:
            self.transport.show_findings(self.playhead.end)

    def _keys_context(self) -> str:
        """Return the context of the keys: a followed run that has ended is replayed."""
        return "follow" if self.recorded.state == "running" else "replay"

    def react(self) -> None:
        """Pause while another screen hides this one, and continue after."""
        if (context := self._keys_context()) != self.acts_in:
            self.act_in(context)
        hidden = not self.is_under_dialog
        if hidden and self.playhead.playing:
            self.playhead.toggle()
            self._plays_on = True
        elif not hidden and self._plays_on:
            self._plays_on = False
            if not self.playhead.playing:
                self.playhead.toggle()

    # -- benchmarks ------------------------------------------------------------------------------

    def draw_main(self, t: float) -> None:
        """Draw the trials of the benchmark at time t, or the conversation."""
        told = self._told_at(t)
        if self.has_class("-trials") is not (told is not None):
            self.set_class(told is not None, "-trials")
            self.call_after_refresh(self.frame)  # once there is room for it
        table = self.query_one(TrialTable)
        if told is None:
            super().draw_main(t)
        elif is_shown(table):
            table.show(told, t)

    def _told_at(self, t: float) -> BenchmarkState | None:
        """Return the benchmark whose trials to show at time t."""
        return None if self.wants_text else self._teller.at(t)

    def action_trials(self) -> None:
        """Show the text of the replies instead of the trials, or the trials again."""
        if not self.wants_text and next(self.timeline.transcript.sayings(), None) is None:
            self.transport.moved(
                "The prompts of this benchmark are random tokens: there is no text to show."
            )
            return
        self.wants_text = not self.wants_text
        self.transport.moved()

    def show_found(self, words: str) -> None:
        """Highlight a text in the conversation."""
        if words and self.timeline.benchmarks:
            self.wants_text = True
        super().show_found(words)

    # -- a conversation that lives on ------------------------------------------------------------

    def action_resume(self) -> None:
        """Resume the conversation, as it is at this moment, in the live run."""
        # Imported here: it looks for models, which a replay does not need.
        from mlxtop.sources.earlier import CannotResume, earlier_conversation

        t = self.playhead.time()
        try:
            earlier = earlier_conversation(self.timeline, t, self.recording_name)
        except CannotResume as problem:
            self.app.notify(str(problem), severity="warning", markup=False)
        else:
            self.post_message(ResumeConversation(earlier))

    @on(TrialTable.Look)
    def _look_at_trial(self, event: TrialTable.Look) -> None:
        self.playhead.go_to(event.t)
        self.transport.moved()

    @property
    def broke_off(self) -> bool:
        """Whether the run broke off."""
        return self.recorded.broke_off

    def show_status(self, sentence: str, *, quiet: bool) -> None:
        """Show the message above the timeline; once in full in a toast if it does not fit."""
        super().show_status(sentence, quiet=quiet)
        status = self.query_one(StatusLine)
        changes = self.playhead.frozen or self.recorded.reading
        if quiet or changes or self.flashed or not self.on_top or not status.is_cut:
            return
        t = self.playhead.time()
        if self._told_at(t) is not None and sentence == self.mark_words(t):
            return  # the table shows a trial's mark, and a toast would cover the table
        if sentence not in self._told:
            self._told.add(sentence)
            self.app.notify(status.sentence, severity="warning", markup=False)

    def recording_sign(self) -> RecordingSign:
        """Return whether the recording is replayed, or followed."""
        name = one_line(self.recording_name, 60)
        match self.recorded.state:
            case "running":
                return RecordingSign("● FOLLOW", name)
            case "ended":
                return RecordingSign("■ ENDED", name)
        header = self.timeline.header
        label = "synthetic data  " if header is not None and header.synthetic else ""
        return RecordingSign("▶ REPLAY", label + name)

    def rate_words(self) -> str:
        """Return the speed of the replay; while the run continues, the frame rate."""
        playhead = self.playhead
        if playhead.live:
            return f"{self.hz:g} Hz" if playhead.following else f"{self.hz:g} Hz frozen"
        return f"{playhead.speed:g}×{'' if playhead.playing else ' paused'}"

    def status_words(self, t: float) -> str:
        """Return a recent notice, or remarks on the file and how it was made.

        For a followed run, first how far back the view is, and why the run ended.
        """
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            return f"Viewing {behind} ago; the run continues. {self.key('freeze')} returns."
        followed, about_file = self.recorded.state != "replay", self.recorded.sentence
        if followed and about_file:
            return about_file
        made = self.timeline.header.made if self.timeline.header else ""
        return super().status_words(t) or "  ".join(w for w in (about_file, made) if w)

    @property
    def status_is_quiet(self) -> bool:
        """Whether the message is only a remark on the file, not a problem."""
        if self.recorded.state != "replay":
            return self.recorded.state == "running" and not self.playhead.frozen
        return not self.recorded.sentence and not super().status_words(self.playhead.time())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is enabled."""
        if action == "trials":
            return bool(self.timeline.benchmarks) and not self.enlarged
        if action == "leave":
            # Below it is the app's own empty screen, and the run it was opened from, if any.
            return not self.enlarged and self.app.screen_stack.index(self) > 1
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Go back to where the replay was opened."""
        self.source.close()
        self.dismiss()
