"""The benchmarks of a live run: the form, the running plan, the last result."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App
from textual.message import Message

from mlxtop.actions.key_names import key_of
from mlxtop.actions.table import Chosen as ChosenKeys
from mlxtop.sources.live import Live
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.bench.form import Draft
from mlxtop.tui.run.playhead import PlayheadController

# Imported when a benchmark begins: a chat does not need these.
if TYPE_CHECKING:
    from mlxtop.bench.runner import Runner
    from mlxtop.tui.bench.chooser import Outcome
    from mlxtop.tui.bench.preview import Chosen
    from mlxtop.tui.bench.screen import BenchScreen


class BenchHost(Protocol):
    """What benchmarks need from their screen, the chat of a live run."""

    live: Live
    hz: float
    transport: PlayheadController

    @property
    def chosen_keys(self) -> ChosenKeys:
        """The user's own keys."""

    @property
    def app(self) -> App[Any]:
        """The app that shows screens."""

    @property
    def writes(self) -> bool:
        """Whether letters go to the model."""

    def key(self, action: str) -> str:
        """Return the written key of an action."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call a function after the current work of the screen."""

    def post_message(self, message: Message) -> bool:
        """Send a message to the screen and to the app."""


class PlanBegan(Message):
    """A plan begins."""

    def __init__(self, runner: "Runner") -> None:
        super().__init__()
        self.runner = runner


class BenchService:
    """The form of plans with its draft, the running plan, and the last result."""

    def __init__(self, host: BenchHost) -> None:
        self.host = host
        self.draft = Draft()
        self.last: Runner | None = None
        """The runner of the last plan, if it has trials."""

    def refusal(self) -> str:
        """Return why nothing can be measured now; empty if it can."""
        live = self.host.live
        if live.engine_dead:
            return f"The engine is not running; {self.host.key('restart_engine')} restarts it."
        if live.answering:
            return "The model is still answering: wait for the end of the reply."
        if live.loading:
            return "The model is still loading."
        return ""

    def loaded(self) -> ModelSpec | str:
        """Return the loaded model, or a sentence why there is none."""
        live = self.host.live
        if refusal := self.refusal():
            return refusal
        if live.model is None or live.wanted is None:
            return f"No model is loaded; {self.host.key('open')} opens one."
        return live.wanted

    def choose(self) -> None:
        """Open the form over the chat."""

        def chosen(outcome: "Outcome | None") -> None:
            match outcome:
                case None:
                    self._say_kept()
                case "open":
                    self.host.call_later(self.host.app.run_action, "open")
                case "last":
                    self.show_last()
                case _:
                    self.begin(outcome)

        self.open_form(self.loaded, chosen)

    def open_form(
        self,
        model: Callable[[], ModelSpec | str],
        chosen: "Callable[[Outcome | None], None]",
    ) -> None:
        """Open the form with its kept fields; `model` as in `PlanChooser`."""
        from mlxtop.bench.estimate import speeds_of
        from mlxtop.tui.bench.chooser import PlanChooser

        timeline = self.host.live.timeline
        form = PlanChooser(
            model,
            self.draft,
            has_last=self.last is not None,
            speeds=lambda: speeds_of(timeline),
        )
        self.host.app.push_screen(form, chosen)

    def _say_kept(self) -> None:
        words = (
            f"The form was closed and keeps its fields: {self.host.key('bench')} opens it again."
        )
        if self.host.writes:
            words += " You now write to the model."
        self.host.transport.moved(words)

    def begin(self, chosen: "Chosen") -> "BenchScreen":
        """Show a running plan in place of the chat."""
        from mlxtop.tui.bench.screen import BenchScreen

        screen = BenchScreen(self, self.host.live, chosen, self.host.hz)
        self.host.post_message(PlanBegan(screen.runner))
        self.host.app.push_screen(screen)
        return screen

    def left(self, runner: "Runner", then: "Chosen | None") -> None:
        """Keep the result of a plan; the chat continues, or another plan begins."""
        if runner.trials:
            self.last = runner
        if then is not None:
            # Through the chat: the closed screen receives nothing.
            self.host.call_later(self.begin, then)
        elif runner.trials:
            key, last = self.host.key("bench"), key_of("plan_last", "plan", self.host.chosen_keys)
            self.host.transport.moved(f"The result is kept: {key}, then {last}, shows it again.")

    def show_last(self) -> None:
        """Show the charts and tables of the last plan over the chat."""
        from mlxtop.tui.bench.results import ResultsScreen

        if self.last is not None:
            results = ResultsScreen(self.last, self.choose)
            self.host.app.push_screen(results)
