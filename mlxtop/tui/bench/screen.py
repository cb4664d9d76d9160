"""The screen of a plan that runs: its trials where the chat was, the machine beside them."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from mlxtop import clock
from mlxtop import format as fmt
from mlxtop.bench.runner import BenchError, Runner
from mlxtop.sources.options import Wanted
from mlxtop.tui.bench.acting import TrialsScreen
from mlxtop.tui.bench.choosing import Chosen
from mlxtop.tui.bench.progress import waits
from mlxtop.tui.dialogs.confirm import ConfirmDialog
from mlxtop.tui.run.header import NO_MODEL

if TYPE_CHECKING:
    from mlxtop.tui.bench.chooser import Outcome
    from mlxtop.tui.bench.desk import BenchDesk


class BenchScreen(TrialsScreen):
    """A plan on a live run that lies below; it is driven from here, frame by frame."""

    CSS_PATH = "../run/screen.tcss"
    # Trials have more columns than a chat: they get more of a screen neither wide nor narrow.
    CSS = """
    BenchScreen.-medium #chat { width: 3fr; }
    BenchScreen.-medium #panes { width: 2fr; }
    """
    context: ClassVar[str] = "bench"
    recorded_from = "from the first trial"

    def __init__(
        self,
        desk: "BenchDesk",
        chosen: Chosen,
        hz: float,
    ) -> None:
        """Run a plan on the live run of `desk`."""
        live = desk.chat.live
        super().__init__(live, Runner(chosen.plan, chosen.points, live), hz)
        self.desk = desk
        self.home: Wanted = chosen.wanted[0]
        """The model of the chat."""
        self._began = clock.now()
        self._over: float | None = None
        """When the plan was over."""
        self._failed = ""
        self._state: tuple[object, ...] = ()

    def compose_chat(self) -> ComposeResult:
        """Yield the table of trials."""
        yield self.make_view()

    def on_mount(self) -> None:
        """Let the conversation rest, and begin at the table."""
        self.live.leave_conversation()
        self.playhead.go_end()
        self.view.focus()

    def on_unmount(self) -> None:
        """Stop a plan that still runs when mlxtop ends, while the recording is still written."""
        self.runner.cancel()

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

    def elapsed(self) -> float:
        """Return the seconds that the plan has run."""
        return (clock.now() if self._over is None else self._over) - self._began

    # -- what is said ----------------------------------------------------------------------------

    def draw_chat(self, t: float) -> None:
        """Draw what the plan is at; it goes on while an earlier moment is looked at."""
        if self.is_shown(self.view):
            hint = self._whither() if self.runner.done else ""
            if waits(self.runner):
                hint = f"{self.key('go_on')} goes on"
            self.view.show(self.playhead.end, self.elapsed(), self._failed, hint)

    def _whither(self) -> str:
        """Return what can be done when the plan is over."""
        words = {"bench": "another plan", "leave": "the chat"}
        if self.runner.trials:
            words = {"results": "charts and tables", "export": "export", **words}
        return ", ".join(f"{self.key(action)} {does}" for action, does in words.items())

    def status_words(self, t: float) -> str:
        """Return the most pressing thing to say."""
        said = self.live.recorder.status
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            plan = "goes on"
            if self.runner.done:
                plan = "is over"
            elif self.runner.paused:
                plan = "is paused" if waits(self.runner) else "is about to pause"
            words = f"Looking {behind} back; the plan {plan}. {self.key('back_to_now')} returns."
            return f"{words}  {self.mark_words(t)}".rstrip()
        return super().status_words(t)

    def without_model(self) -> str:
        """Return what the header says where no model is in memory: a plan may change models."""
        return NO_MODEL if self.runner.done else "changing models…"

    # -- what a key does to the plan -------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        runner = self.runner
        match action:
            case "pause" | "go_on":
                return not runner.done and runner.paused is (action == "go_on")
            case "stop_plan":
                return not runner.done
            case "bench" | "leave":
                return runner.done
            case "repeat" | "drop" | "note" | "results" | "export":
                return len(runner.trials) > 0
            case "move" | "page":
                return not self.enlarged
            case "go_end" | "back_to_now":
                return self.playhead.frozen
            case "back_to_trials":
                return self.selected_pane() is not None
        return super().check_action(action, parameters)

    def action_say_elsewhere(self, action: str) -> None:
        """Say that a key is one of the chat."""
        self.say(f"Not while a benchmark is open: {self.key('leave')} goes back to the chat.")
        self.frame()

    def why_not(self, action: str) -> str:
        """Return why an action has nothing to do at the moment."""
        if action == "bench":
            stop, bench = self.key("stop_plan"), self.key("bench")
            return f"This plan still runs: {stop} stops it, then {bench} begins another."
        ended = "ended without a trial" if self.runner.done else "has no trial yet that is over"
        return f"This plan {ended}: there is nothing to show, write or change."

    def action_pause(self) -> None:
        """Pause before the next trial; the table says when it does."""
        self.runner.paused = True
        self.frame()

    def action_go_on(self) -> None:
        """Go on after a pause, or do not pause after all."""
        self.runner.paused = False
        self.frame()

    def action_repeat(self) -> None:
        """Measure the point of the selected trial once more, also when the plan is over."""
        was_over = self.runner.done
        super().action_repeat()
        if was_over and not self.runner.done:
            self._began, self._over = clock.now() - self.elapsed(), None
        self._failed = ""

    def action_results(self) -> None:
        """Show charts and tables of the trials so far."""
        from mlxtop.tui.bench.results import ResultsScreen

        again = self.action_bench if self.runner.done else partial(self.action_say_why_not, "bench")
        self.app.push_screen(ResultsScreen(self.runner, again))

    # -- another plan, and the way back ----------------------------------------------------------

    def _to_measure(self) -> Wanted | str:
        """Return the model of the chat, which a plan loads where another one was measured last."""
        return self.desk.refusal() or self.home

    def action_bench(self) -> None:
        """Choose another plan, which runs in place of this one."""

        def chosen(outcome: "Outcome | None") -> None:
            if outcome == "last":
                self.desk.show_last()
            elif isinstance(outcome, Chosen):
                self._leave(outcome)

        self.desk.open_form(self._to_measure, chosen)

    def action_back_to_now(self) -> None:
        """Look at the present again."""
        self.action_go_end()

    def action_back_to_trials(self) -> None:
        """Leave a pane for the table."""
        self.action_prompt()

    def action_stop_plan(self) -> None:
        """Stop the plan, after asking."""

        def decided(yes: bool | None) -> None:
            if yes and not self.runner.done:
                self.view.unmeasured = self.runner.planned
                self.runner.cancel()
                self._end()
                self.frame()

        dialog = ConfirmDialog(
            "Stop the benchmark?",
            detail="What was measured so far stays, with its charts and tables.",
            yes="Stop it",
            no="No",
            is_over=lambda: self.runner.done,
        )
        self.app.push_screen(dialog, decided)

    def action_leave(self) -> None:
        """Go back to the chat; the result is kept."""
        self._leave()

    def _leave(self, then: Chosen | None = None) -> None:
        live = self.live
        live.resume_conversation()
        if live.engine_dead:
            live.wanted = self.home  # what starting it again loads
        elif then is None and live.wanted != self.home:
            live.load(self.home)
        self.playhead.go_end()
        self.dismiss()
        self.desk.left(self.runner, then)
