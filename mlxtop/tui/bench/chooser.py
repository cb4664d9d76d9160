"""The dialog for a new benchmark: the kind of plan and its fields."""

from collections.abc import Callable
from typing import ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.events import DescendantFocus
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static

from mlxtop.bench.estimate import Speeds
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, MANY_TRIALS, PlanError
from mlxtop.bench.plan_fields import names
from mlxtop.models.locate import scan
from mlxtop.paths import DEMO
from mlxtop.sources.options import ModelSpec
from mlxtop.text import clean
from mlxtop.tui.bench.export import write_plan
from mlxtop.tui.bench.form import (
    FORM_CSS,
    Draft,
    Flag,
    asked,
    form,
    is_flag,
    plan_of,
    quick_texts,
    row_of,
    usual_text,
)
from mlxtop.tui.bench.preview import Chosen, checked
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.dialogs.pick import Formats, PickDialog, PickOption, ask_formats
from mlxtop.tui.dialogs.question import ConfirmDialog
from mlxtop.tui.widgets.footer import KeyFooter

CHECK_SECONDS = 0.15
"""Delay after a key before the plan is checked, which may read a file of prompts."""
SLOW_SECONDS = 0.5
"""After this time the form shows that it is reading."""
WORDY = 140
"""Letters that fit in two rows of a terminal with 80 columns."""
AGAIN_SECONDS = 1.0
"""A model that is loading may be ready a moment later."""

Outcome = Chosen | Literal["open", "last"]
"""The plan to run; or a request to open a model or to show the last result."""


class PlanChooser(Dialog[Outcome]):
    """The kinds of plan, the fields of the selected one, and what it will run."""

    DEFAULT_CSS = FORM_CSS
    context: ClassVar[str] = "plan"
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (22, "-low"), (30, "-tall")]
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (60, "-roomy")]
    AUTO_FOCUS = "#kinds"

    def __init__(
        self,
        model: Callable[[], ModelSpec | str],
        draft: Draft,
        *,
        has_last: bool = False,
        speeds: Callable[[], Speeds | None] = lambda: None,
    ) -> None:
        """`model` returns the model to measure, or a sentence why there is none.

        `speeds` returns how fast it was so far. `draft` has the contents of the form and keeps
        them; `has_last`: there is a last result.
        """
        super().__init__()
        self._model = model
        self._speeds = speeds
        self.draft = draft
        self.has_last = has_last
        self.chosen: Chosen | None = None
        """What Enter would start; None if it cannot run."""
        self._timer: Timer | None = None
        self._known: list[PickOption[str]] = []
        self._computing = False
        """Whether a thread checks the plan now."""
        self._once_more = False
        """Whether a field changed meanwhile."""
        self._starts = False
        """Whether Enter was pressed and nothing changed since."""

    @property
    def kind(self) -> str:
        """The selected kind of plan."""
        return self.draft.kind

    @property
    def _asks(self) -> tuple[str, ...]:
        """The fields of the selected kind."""
        return KINDS[self.kind].form

    @property
    def _compares(self) -> bool:
        """Whether the kind compares other models."""
        return "models" in self._asks

    def compose(self) -> ComposeResult:
        """Lay out kinds, fields, the summary and the buttons."""
        yield from form(self.draft, self.key)

    def on_mount(self) -> None:
        """Begin with the kind of the last time."""
        self.query_one("#kinds", OptionList).highlighted = list(KINDS).index(self.kind)
        self.query_one("#last").display = self.has_last
        self._show_fields()
        self.check()
        self.set_interval(AGAIN_SECONDS, self._look_again)
        self._offer_keys_below(False)
        self._look_for_models()

    def on_unmount(self) -> None:
        """Show the keys of the screen below again."""
        self._offer_keys_below(True)

    def _offer_keys_below(self, offered: bool) -> None:
        """Show the footer of the screen below only while its keys work."""
        for screen in self.app.screen_stack:
            for footer in screen.query(KeyFooter):
                footer.visible = offered

    @work(thread=True)
    def _look_for_models(self) -> None:
        found = [PickOption("on disk", info.id, info.id) for info in scan() if not info.problem]
        found.append(PickOption("built in", "demo: the tiny model that comes with mlxtop", DEMO))
        self.app.call_from_thread(self._known.extend, found)

    # -- the kind --------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted, "#kinds")
    def _other_kind(self, event: OptionList.OptionHighlighted) -> None:
        self.draft.kind = event.option_id or self.draft.kind
        self._show_fields()
        self.check()

    @on(OptionList.OptionSelected, "#kinds")
    def _take_kind(self) -> None:
        self.action_start()

    def _show_fields(self) -> None:
        self.query_one("#frame").border_title = f"benchmark: {self.kind}"
        for field in asked():
            self.query_one(f"#row-{field.name}").display = field.name in self._asks
        self._keep_focus()
        self.query_one("#other", Button).display = self._compares or self._refusal() != ""

    def _keep_focus(self) -> None:
        """Focus the first field if the focused one is not part of this kind.

        Tab may be pressed before the fields change: letters would be lost.
        """
        focused = self.focused
        if focused is not None and focused.id in FIELDS and focused.id not in self._asks:
            self.set_focus(self.query_one(f"#{self._asks[0]}"))

    # -- the summary ------------------------------------------------------------------------

    def texts(self) -> dict[str, str]:
        """Return the text of every field, also of other kinds."""
        found = {}
        for field in asked():
            entry = self.query_one(f"#{field.name}", Flag if is_flag(field) else Input)
            found[field.name] = clean(str(getattr(entry, "value", "")))
        return found

    def _refusal(self) -> str:
        model = self._model()
        return model if isinstance(model, str) else ""

    def check(self) -> None:
        """Start to compute what the plan will run, or why it cannot."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = None
        self.chosen = None
        self.draft.texts = self.texts()
        if self._computing:
            self._once_more = True  # one thread at a time, however fast the typing
            return
        self._computing, self._once_more = True, False
        self.set_timer(SLOW_SECONDS, self._say_it_reads)
        self._compute(self.kind, dict(self.draft.texts), self._model(), self._speeds())

    @work(thread=True)
    def _compute(
        self, kind: str, texts: dict[str, str], model: ModelSpec | str, speeds: Speeds | None
    ) -> None:
        # Reading a file of prompts may take a second: the form must not block.
        try:
            found: tuple[Chosen, str] | PlanError = checked(kind, texts, model, speeds)
        except PlanError as error:
            found = error
        self.app.call_from_thread(self._computed, found)

    def _computed(self, found: tuple[Chosen, str] | PlanError) -> None:
        """Show the outcome, and start the plan if Enter was pressed meanwhile."""
        self._computing = False
        if not self.is_attached:
            return
        if self._once_more:
            self.check()
            return
        starts, self._starts = self._starts, False
        if isinstance(found, PlanError):
            self._say(str(found), wrong=True)
            if starts:
                self.app.bell()
            return
        self.chosen, words = found
        self._say(words)
        if starts and self.on_top:
            self._agree(self.chosen)

    def _say_it_reads(self) -> None:
        if self._computing and self.is_attached:
            self._say("Reading the plan…")

    def _look_again(self) -> None:
        if not self._computing and bool(self._refusal()) == (self.chosen is not None):
            self._show_fields()
            self.check()

    def _say(self, words: str, *, wrong: bool = False) -> None:
        said = self.query_one("#comes-to", Static)
        said.update(f"▲ {words}" if wrong else words)
        said.set_class(wrong, "problem")
        # In a small terminal this also uses the row of the explanation.
        self.set_class(len(words) > WORDY, "-wordy")

    @on(Input.Changed)
    @on(Flag.Changed)
    def _changed(self) -> None:
        self._starts = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_SECONDS, self.check)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Explain the focused field and highlight its name."""
        widget: Widget = event.widget
        for row in self.query(".field"):
            row.set_class(row is widget.parent, "-current")
        field = FIELDS.get(widget.id or "")
        self.query_one("#help", Static).update(row_of(field).explanation if field else "")

    # -- keys ----------------------------------------------------------------------------

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Start the plan once it is computed."""
        if not self.on_top:
            return  # Enter was pressed twice: only the first counts
        self.check()
        self._starts = True

    def _agree(self, chosen: Chosen) -> None:
        """Start a plan, after a question if it takes many trials."""
        if chosen.trials < MANY_TRIALS:
            self._start(chosen)
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self._start(chosen)

        self.app.push_screen(ConfirmDialog(f"Run all {chosen.trials:,} trials?"), decided)

    def _start(self, chosen: Chosen) -> None:
        problem = self.draft.remember()
        if problem:
            self.app.notify(problem, severity="warning", markup=False)
        self.dismiss(chosen)

    def dismiss(self, result: Outcome | None = None) -> AwaitComplete:
        """Close the form and keep its fields."""
        if self.on_top:
            self.draft.texts = self.texts()
        return super().dismiss(result)

    def _put(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            if is_flag(FIELDS[name]):
                self.query_one(f"#{name}", Flag).put(text)
            else:
                self.query_one(f"#{name}", Input).value = text
        self.check()

    @on(Button.Pressed, "#quick")
    def action_quick(self) -> None:
        """Set small sizes, for a plan that takes moments instead of minutes."""
        self._put(quick_texts(self.kind))

    @on(Button.Pressed, "#reset")
    def action_reset(self) -> None:
        """Reset the fields of this kind."""
        self._put({name: usual_text(FIELDS[name]) for name in self._asks})

    @on(Button.Pressed, "#write")
    def action_write(self) -> None:
        """Write the plan to a file for `mlxtop bench --plan`."""
        kind, texts = self.kind, self.texts()
        ask_formats(self, "plan", lambda formats: self._write(kind, texts, formats))

    @work(thread=True)
    def _write(self, kind: str, texts: dict[str, str], formats: Formats) -> None:
        try:
            said, wrong = write_plan(plan_of(kind, texts), formats), False
        except PlanError as error:
            said, wrong = str(error), True
        self.app.call_from_thread(self._written, said, wrong)

    def _written(self, words: str, wrong: bool) -> None:
        if self.is_attached:
            self._say(words, wrong=wrong)

    @on(Button.Pressed, "#last")
    def action_last(self) -> None:
        """Show the last result again."""
        if self.has_last:
            self.dismiss("last")

    @on(Button.Pressed, "#other")
    def action_other(self) -> None:
        """Choose a model to compare with; or open a model if none is loaded."""
        if self._refusal():
            self.dismiss("open")
        elif self._compares and self.on_top:
            self.app.push_screen(
                PickDialog("compare with", self._known, nothing="no models found"), self._add
            )
        else:
            key = self.key("plan_models")
            self._say(f"{key} lists models to compare with, in a plan of the kind models.")

    def _add(self, model: str | None) -> None:
        entry = self.query_one("#models", Input)
        if model is not None and model not in names(entry.value):
            entry.value = ", ".join((*names(entry.value), model))
            entry.focus()
