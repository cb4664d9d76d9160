"""The screen of a running plan: its trials in place of the chat, with the machine's panes."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult

from mlxtop import clock
from mlxtop import format as fmt
from mlxtop.bench.runner import BenchError, Runner
from mlxtop.sources.live import Live
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.bench.preview import Chosen
from mlxtop.tui.bench.progress import waits
from mlxtop.tui.bench.trial_controller import TrialController
from mlxtop.tui.bench.view import BenchView
from mlxtop.tui.dialogs.question import ConfirmDialog
from mlxtop.tui.panes.deck import is_shown
from mlxtop.tui.parts import acts_through
from mlxtop.tui.run.header import NO_MODEL, RecordingSign, model_words
from mlxtop.tui.run.recording_control import RecordingControl
from mlxtop.tui.run.screen import RunScreen

if TYPE_CHECKING:
    from mlxtop.tui.bench.chooser import Outcome


class BenchOwner(Protocol):
    """What the screen of a plan needs besides the plan."""

    def refusal(self) -> str:
        """Return why nothing can be measured now; empty if it can."""

    def open_form(
        self, model: Callable[[], ModelSpec | str], chosen: "Callable[[Outcome | None], None]"
    ) -> None:
        """Open the form of another plan."""

    def show_last(self) -> None:
        """Show the charts and tables of the last plan."""

    def left(self, runner: Runner, then: Chosen | None) -> None:
        """Keep the result of the plan; another plan may begin."""


@acts_through(trials=TrialController, recording=RecordingControl)
class BenchScreen(RunScreen):
    """Runs a plan on a live run, frame by frame."""

    # Trials have more columns than a chat, so they get more of a medium screen.
    CSS = """
    BenchScreen.-medium #chat { width: 3fr; }
    BenchScreen.-medium #panes { width: 2fr; }
    """
    context: ClassVar[str] = "bench"

    def __init__(
        self,
        owner: BenchOwner,
        live: Live,
        chosen: Chosen,
        hz: float,
    ) -> None:
        """Run a plan on a live run."""
        super().__init__(live, hz)
        self.owner = owner
        self.live = live
        self.runner = Runner(chosen.plan, chosen.points, live)
        self.view = BenchView(self.runner, id="trials")
        self.trials = TrialController(self, self.runner, self.view)
        self.recording = RecordingControl(self, live, begins="from the first trial")
        self.parts += [self.trials, self.recording]
        self.home: ModelSpec = chosen.wanted[0]
        """The model of the chat."""
        self._began = clock.now()
        self._over: float | None = None
        """When the plan ended."""
        self._failed = ""
        self._state: tuple[object, ...] = ()

    def compose_main(self) -> ComposeResult:
        """Yield the table of trials."""
        yield self.view

    def on_mount(self) -> None:
        """Suspend the conversation, and focus the table."""
        self.live.leave_conversation()
        self.playhead.go_end()
        self.view.focus()

    def on_unmount(self) -> None:
        """Stop the plan when mlxtop ends, before the recording is closed."""
        self.runner.cancel()

    # -- driving the plan ------------------------------------------------------------------------

    def react(self) -> None:
        """Run the next step of the plan, and update the keys."""
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

    def elapsed(self) -> float:
        """Return how many seconds the plan has run."""
        return (clock.now() if self._over is None else self._over) - self._began

    # -- texts ----------------------------------------------------------------------------

    def draw_main(self, t: float) -> None:
        """Draw the current plan, also while you view an earlier moment."""
        if is_shown(self.view):
            hint = self._next_actions() if self.runner.done else ""
            if waits(self.runner):
                hint = f"{self.key('go_on')} continues"
            self.view.show(self.playhead.end, self.elapsed(), self._failed, hint)

    def _next_actions(self) -> str:
        """Return the keys that work after the end of the plan."""
        words = {"bench": "another plan", "leave": "the chat"}
        if self.runner.trials:
            words = {"results": "charts and tables", "export": "export", **words}
        return ", ".join(f"{self.key(action)} {does}" for action, does in words.items())

    def status_words(self, t: float) -> str:
        """Return the most important message."""
        said = self.live.recorder.status
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            plan = "continues"
            if self.runner.done:
                plan = "is over"
            elif self.runner.paused:
                plan = "is paused" if waits(self.runner) else "is about to pause"
            words = f"Viewing {behind} ago; the plan {plan}. {self.key('back_to_now')} returns."
            return f"{words}  {self.mark_words(t)}".rstrip()
        return super().status_words(t)

    def model_words(self, t: float) -> tuple[str, ...]:
        """Return the model for the header: a plan may change models."""
        return model_words(self.timeline, t, NO_MODEL if self.runner.done else "changing models…")

    def recording_sign(self) -> RecordingSign:
        """Return the state of the recording."""
        return self.recording.sign()

    # -- the table -------------------------------------------------------------------------------

    def focus_main(self) -> None:
        """Give the focus to the table."""
        self.view.focus()

    @on(BenchView.Moved)
    def _moved(self) -> None:
        self.frame()

    @on(BenchView.Look)
    def _look(self) -> None:
        trial = self.view.trial
        if trial is not None:
            # Its end: charts show the time before a moment.
            self.playhead.go_to(trial.ended)
            now = self.key("back_to_now")
            self.transport.moved(f"Trial {trial.number} at its end; {now} returns to now.")

    # -- keys of the plan -------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that do nothing now."""
        runner = self.runner
        match action:
            case "pause" | "go_on":
                return not runner.done and runner.paused is (action == "go_on")
            case "stop_plan":
                return not runner.done
            case "bench" | "leave":
                return runner.done
            case "repeat" | "results":
                return len(runner.trials) > 0
            case "back_to_now":
                return self.playhead.frozen
            case "back_to_trials":
                return self.deck.selected_pane() is not None
        return super().check_action(action, parameters)

    def action_say_elsewhere(self, action: str) -> None:
        """Explain that a key belongs to the chat."""
        self.flash(f"Not available in a benchmark: {self.key('leave')} returns to the chat.")
        self.frame()

    def why_not(self, action: str) -> str:
        """Return why an action does nothing now."""
        if action == "bench":
            stop, bench = self.key("stop_plan"), self.key("bench")
            return f"This plan is still running: {stop} stops it, then {bench} starts another."
        ended = "ended without a trial" if self.runner.done else "has no finished trial yet"
        return f"This plan {ended}: there is nothing to show, export or change."

    def action_pause(self) -> None:
        """Pause before the next trial; the table shows when."""
        self.runner.paused = True
        self.frame()

    def action_go_on(self) -> None:
        """Continue after a pause, or cancel the pause."""
        self.runner.paused = False
        self.frame()

    def action_repeat(self) -> None:
        """Measure the point of the selected trial again, also after the end of the plan."""
        was_over = self.runner.done
        self.trials.repeat()
        if was_over and not self.runner.done:
            self._began, self._over = clock.now() - self.elapsed(), None
        self._failed = ""

    def action_results(self) -> None:
        """Show charts and tables of the trials so far."""
        from mlxtop.tui.bench.results import ResultsScreen

        again = self.action_bench if self.runner.done else partial(self.action_say_why_not, "bench")
        self.app.push_screen(ResultsScreen(self.runner, again))

    # -- another plan, and the way back ----------------------------------------------------------

    def _to_measure(self) -> ModelSpec | str:
        """Return the model of the chat, which a plan loads again after another model."""
        return self.owner.refusal() or self.home

    def action_bench(self) -> None:
        """Choose another plan, which replaces this one."""

        def chosen(outcome: "Outcome | None") -> None:
            if outcome == "last":
                self.owner.show_last()
            elif isinstance(outcome, Chosen):
                self._leave(outcome)

        self.owner.open_form(self._to_measure, chosen)

    def action_back_to_now(self) -> None:
        """Return to now."""
        self.transport.action_go_end()

    def action_back_to_trials(self) -> None:
        """Move the focus from a pane to the table."""
        self.deck.show_page(None)
        self.focus_main()

    def action_stop_plan(self) -> None:
        """Stop the plan after a question."""

        def decided(yes: bool | None) -> None:
            if yes and not self.runner.done:
                self.view.unmeasured = self.runner.planned
                self.runner.cancel()
                self._end()
                self.frame()

        dialog = ConfirmDialog(
            "Stop the benchmark?",
            detail="The trials so far are kept, with their charts and tables.",
            yes="Stop it",
            no="No",
            is_over=lambda: self.runner.done,
        )
        self.app.push_screen(dialog, decided)

    def action_leave(self) -> None:
        """Return to the chat and keep the result."""
        self._leave()

    def _leave(self, then: Chosen | None = None) -> None:
        live = self.live
        live.resume_conversation()
        if live.engine_dead:
            live.wanted = self.home  # what a restart loads
        elif then is None and live.wanted != self.home:
            live.load(self.home)
        self.playhead.go_end()
        self.dismiss()
        self.owner.left(self.runner, then)
