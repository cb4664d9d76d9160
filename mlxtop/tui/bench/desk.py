"""The benchmarks of a live run: the form and its draft, the plan that runs, the last result."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mlxtop.actions.naming import key_of
from mlxtop.sources.options import Wanted
from mlxtop.tui.bench.draft import Draft

if TYPE_CHECKING:
    from mlxtop.bench.runner import Runner
    from mlxtop.tui.bench.chooser import Outcome
    from mlxtop.tui.bench.choosing import Chosen
    from mlxtop.tui.bench.screen import BenchScreen
    from mlxtop.tui.run.live import LiveScreen


class BenchDesk:
    """What benchmarks need beyond one of them; it lasts as long as the chat's screen."""

    def __init__(self, chat: "LiveScreen") -> None:
        self.chat = chat
        self.draft = Draft()
        self.last: Runner | None = None
        """What ran the last plan that was left, where it has trials."""
        self.began: Callable[[Runner], None] | None = None
        """Told of each plan that begins."""

    def refusal(self) -> str:
        """Return why nothing can be measured at the moment; empty where it can."""
        live = self.chat.live
        if live.engine_dead:
            return f"The engine is not running; {self.chat.key('restart_engine')} starts it again."
        if live.answering:
            return "The model is still answering; a benchmark waits for its end."
        if live.loading:
            return "The model is still being loaded."
        return ""

    def loaded(self) -> Wanted | str:
        """Return the model that is loaded, or a sentence why there is none to measure."""
        live = self.chat.live
        if refusal := self.refusal():
            return refusal
        if live.model is None or live.wanted is None:
            return f"No model is loaded to be measured; {self.chat.key('open')} opens one."
        return live.wanted

    def choose(self) -> None:
        """Open the form over the chat."""

        def chosen(outcome: "Outcome | None") -> None:
            match outcome:
                case None:
                    self._say_kept()
                case "open":
                    self.chat.call_later(self.chat.run_action, "app.open")
                case "last":
                    self.show_last()
                case _:
                    self.begin(outcome)

        self.open_form(self.loaded, chosen)

    def open_form(
        self,
        model: "Callable[[], Wanted | str]",
        chosen: "Callable[[Outcome | None], None]",
    ) -> None:
        """Open the form as it stood; `model` as in `PlanChooser`."""
        from mlxtop.tui.bench.chooser import PlanChooser

        form = PlanChooser(model, self.draft, has_last=self.last is not None)
        self.chat.app.push_screen(form, chosen)

    def _say_kept(self) -> None:
        words = f"The form is closed and keeps its fields: {self.chat.key('bench')} opens it again."
        if self.chat.writes:
            words += " You write to the model now."
        self.chat.moved(words)

    def begin(self, chosen: "Chosen") -> "BenchScreen":
        """Run a plan in place of the chat."""
        from mlxtop.tui.bench.screen import BenchScreen

        screen = BenchScreen(self, chosen, self.chat.hz)
        if self.began is not None:
            self.began(screen.runner)
        self.chat.app.push_screen(screen)
        return screen

    def left(self, runner: "Runner", then: "Chosen | None") -> None:
        """Keep what a plan measured; the chat goes on, or another plan begins."""
        if runner.trials:
            self.last = runner
        if then is not None:
            # By the chat: the screen that was left hears of nothing any more.
            self.chat.call_later(self.begin, then)
        elif runner.trials:
            key, last = self.chat.key("bench"), key_of("plan_last", "plan", self.chat.chosen_keys)
            self.chat.moved(f"The result is kept: {key}, then {last}, shows it again.")

    def show_last(self) -> None:
        """Show the charts and tables of the last plan over the chat."""
        from mlxtop.tui.bench.results import ResultsScreen

        if self.last is not None:
            results = ResultsScreen(self.last, self.choose)
            self.chat.app.push_screen(results)
