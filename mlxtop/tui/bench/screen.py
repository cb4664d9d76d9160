"""The screen of a plan that runs: its trials where the chat was, the machine beside them."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from mlxtop import clock
from mlxtop import format as fmt
from mlxtop.bench.plan import KINDS
from mlxtop.bench.runner import BenchError, Runner
from mlxtop.sources.live import Live
from mlxtop.sources.options import Wanted
from mlxtop.tui.bench.choosing import Chosen
from mlxtop.tui.bench.exporting import export
from mlxtop.tui.bench.keys import HERE, bindings
from mlxtop.tui.bench.view import BenchView
from mlxtop.tui.dialogs.confirm import ConfirmDialog
from mlxtop.tui.dialogs.note import NoteDialog
from mlxtop.tui.run.header import RecordingSign, recorder_sign
from mlxtop.tui.run.screen import NO_KEYS, RunScreen


class BenchScreen(RunScreen):
    """A plan on a live run that lies below; it is driven from here, frame by frame."""

    CSS_PATH = "../run/screen.tcss"
    # Trials have more columns than a chat: they get more of a screen neither wide nor narrow.
    CSS = """
    BenchScreen.-medium #chat { width: 3fr; }
    BenchScreen.-medium #panes { width: 2fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = list(bindings())
    only = HERE

    def __init__(
        self,
        live: Live,
        chosen: Chosen,
        hz: float,
        chosen_keys: Mapping[str, str] = NO_KEYS,
        *,
        kept: bool = False,
    ) -> None:
        """Run a plan on `live`; `kept`: the result goes somewhere without being exported."""
        super().__init__(live, hz, chosen_keys)
        self.live = live
        self.runner = Runner(chosen.plan, chosen.points, live)
        self.home: Wanted = chosen.wanted[0]
        """The model of the chat."""
        self.kept = kept
        self._began = clock.now()
        self._over: float | None = None
        """When the plan was over."""
        self._failed = ""
        self._state: tuple[object, ...] = ()

    def compose_chat(self) -> ComposeResult:
        """Yield the table of trials."""
        plan = self.runner.plan
        yield BenchView(self.runner, f"{plan.kind}: {KINDS[plan.kind]}", id="trials")

    def on_mount(self) -> None:
        """Let the conversation rest, and begin at the table."""
        self.live.leave_conversation()
        self.playhead.go_end()
        self.view.focus()

    @property
    def view(self) -> BenchView:
        """The table of trials."""
        return self.query_one(BenchView)

    # -- driving the plan ------------------------------------------------------------------------

    def react(self) -> None:
        """Do what the plan has to do now, and show the keys that act."""
        runner = self.runner
        if not runner.done:
            try:
                runner.step()
            except BenchError as error:
                self._failed = str(error)
            if runner.done:
                self._end()
        state = (runner.done, runner.paused, len(runner.trials) > 0, self.playhead.following)
        if state != self._state:
            self._state = state
            self.refresh_bindings()

    def _end(self) -> None:
        self._over = clock.now()
        if self._failed:
            self.app.notify(self._failed, severity="error", markup=False)
        elif self.runner.complete and self.is_current and self.playhead.following:
            self.action_results()

    def elapsed(self) -> float:
        """Return the seconds that the plan has run."""
        return (clock.now() if self._over is None else self._over) - self._began

    def draw_chat(self, t: float) -> None:
        """Draw what the plan is at; it goes on while an earlier moment is looked at."""
        if self.is_shown(self.view):
            self.view.show(self.playhead.end, self.elapsed(), self._failed)

    def status_words(self, t: float) -> str:
        """Return the most pressing thing to say."""
        said = self.live.recorder.status
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            keys = f"{self.key('freeze')} or {self.key('go_end')} returns"
            return (
                f"Looking {behind} back; the plan goes on. {keys}.  {self.mark_words(t)}".rstrip()
            )
        return super().status_words(t)

    def recording_sign(self) -> RecordingSign:
        """Return whether and how much is recorded."""
        status = self.live.recorder.status
        return recorder_sign(status, self.playhead.end, waiting="from the first trial")

    # -- the table -------------------------------------------------------------------------------

    def action_move(self, count: int) -> None:
        """Select another trial."""
        self.view.move(count)
        self.frame()

    def action_page(self, count: int) -> None:
        """Select a trial further off."""
        self.action_move(count * self.view.page)

    @on(BenchView.Moved)
    def _moved(self) -> None:
        self.frame()

    @on(BenchView.Look)
    def _look(self) -> None:
        trial = self.view.trial
        if trial is not None:
            # Its end: the charts show what was before a moment.
            self.playhead.go_to(trial.ended)
            self.moved(f"Trial {trial.number} at its end.")

    def action_prompt(self) -> None:
        """Go back to the table."""
        self.show_page(None)
        self.view.focus()

    # -- what a key does to the plan -------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        runner = self.runner
        if action == "pause":
            return not runner.done
        if action in ("repeat", "drop", "note", "results", "export"):
            return len(runner.trials) > 0
        if action in ("move", "page"):
            return not self.enlarged
        if action == "go_end":
            return self.playhead.frozen
        if action == "stop":
            return False
        return super().check_action(action, parameters)

    def action_say_elsewhere(self, action: str) -> None:
        """Say that a key is one of the chat."""
        assert action not in HERE
        self.say("Not while a benchmark is open: Esc goes back to the chat, after asking.")
        self.frame()

    def action_pause(self) -> None:
        """Pause before the next trial, or go on."""
        self.runner.paused = not self.runner.paused
        self.say("It pauses after this trial; Space goes on." if self.runner.paused else "")
        self.frame()

    def action_repeat(self) -> None:
        """Measure the point of the selected trial once more."""
        trial = self.view.trial
        if trial is None:
            return
        was_over = self.runner.done
        self.runner.repeat(trial.point)
        if was_over:
            self._began, self._over = clock.now() - self.elapsed(), None
        self._failed = ""
        label = self.runner.points[trial.point].label
        self.say(f"{label} is measured once more, next.")
        self.frame()

    def action_drop(self) -> None:
        """Leave the selected trial out, or take it back."""
        place, trial = self.view.place, self.view.trial
        if place is not None and trial is not None:
            self.runner.change(place, dropped=not trial.dropped)
            self.frame()

    def action_note(self) -> None:
        """Write a note on the selected trial."""
        place, trial = self.view.place, self.view.trial
        if place is None or trial is None:
            return

        def noted(note: str | None) -> None:
            if note is not None:
                self.runner.change(place, note=note)
                self.frame()

        dialog = NoteDialog(f"note on trial {trial.number}", trial.note, "Enter writes the note")
        self.app.push_screen(dialog, noted)

    def action_mark(self) -> None:
        """Mark the moment looked at, with a note."""
        t = self.playhead.time()

        def noted(note: str | None) -> None:
            if note is not None:
                self.live.mark(note, t)
                self.frame()

        self.app.push_screen(NoteDialog(), noted)

    def action_record(self) -> None:
        """Turn the recording off or on."""
        self.live.recorder.set_on(not self.live.recorder.on)
        self.frame()

    def action_results(self) -> None:
        """Show charts and tables of the trials so far."""
        from mlxtop.tui.bench.results import ResultsScreen

        self.app.push_screen(ResultsScreen(self))

    def action_export(self) -> None:
        """Write the result to files in the current directory."""
        self.kept = True
        self.app.notify(export(self.runner.result), markup=False)

    def action_help(self) -> None:
        """Show what stands here, and every key."""
        from mlxtop.tui.bench.help import BenchHelp

        self.app.push_screen(BenchHelp(self.chosen_keys))

    # -- leaving ---------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Restore a pane; stop the plan, after asking; or go back to the chat."""
        if self.enlarged:
            self.action_restore()
        elif not self.runner.done:
            self._ask(
                "Stop the benchmark?",
                "What was measured so far stays, with its charts and tables.",
                "Stop it",
                self._stop,
            )
        elif self.runner.trials and not self.kept:
            self._ask(
                "Go back to the chat without exporting the result?",
                "x writes it to files. The recording keeps the run, but not what you left out.",
                "Go back",
                self._leave,
            )
        else:
            self._leave()

    def _ask(self, question: str, detail: str, yes: str, act: Callable[[], None]) -> None:
        def decided(answer: bool | None) -> None:
            if answer:
                act()

        self.app.push_screen(ConfirmDialog(question, detail=detail, yes=yes, no="No"), decided)

    def _stop(self) -> None:
        self.runner.cancel()
        self._end()
        self.frame()

    def _leave(self) -> None:
        live = self.live
        self.runner.cancel()
        live.resume_conversation()
        if live.engine_dead:
            live.wanted = self.home  # what starting it again loads
        elif live.wanted != self.home:
            live.load(self.home)
        self.playhead.go_end()
        self.dismiss()
