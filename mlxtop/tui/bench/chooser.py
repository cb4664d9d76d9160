"""The dialog that a benchmark begins with: a kind of plan, and what it is to measure."""

from collections.abc import Callable
from typing import ClassVar, Literal, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from mlxtop import config as settings
from mlxtop.bench.plan import KINDS, MANY_TRIALS, Kind, PlanError
from mlxtop.models.hub_cache import scan
from mlxtop.sources.options import Wanted
from mlxtop.text import clean, one_line
from mlxtop.tui.bench.choosing import DEMO, Chosen, in_words, prepare
from mlxtop.tui.bench.fields import BY_NAME, FIELDS, OF_KIND, names, plan_of, quick_texts
from mlxtop.tui.bench.flag import Flag
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.dialogs.confirm import ConfirmDialog
from mlxtop.tui.dialogs.pick import Choice, PickDialog
from mlxtop.tui.widgets.entry import CleanInput

REMEMBERED = "bench_plan"
"""Name under which the last plan is remembered: its kind, and the texts of the fields."""
CHECK_SECONDS = 0.15
"""After a key, until the plan is looked at: a file of prompts is read for it."""
AGAIN_SECONDS = 1.0
"""A model that is being loaded is there a moment later."""

Outcome = Chosen | Literal["open"]
"""A plan that is to run; or a model is to be opened first."""


class PlanChooser(Dialog[Outcome]):
    """Kinds of plan above, the fields of the chosen one below, and what that comes to."""

    DEFAULT_CSS = """
    PlanChooser {
        & > #frame { width: 88; height: auto; max-height: 100%; padding: 0 1; }
        & #kinds { max-height: 8; height: 8; }
        & #fields {
            height: auto; max-height: 10; margin-top: 1; overflow-y: auto;
            scrollbar-size-vertical: 1;
        }
        & .field { height: 1; }
        & .name { width: 21; padding: 0 1; }
        & .field Input, & .field Flag { width: 14; }
        & .field.-long Input { width: 1fr; }
        & .range { width: 1fr; height: 1; padding: 0 1; }
        & .field.-long .range { width: 24; }
        & .field.-current .name { color: $primary; text-style: bold; }
        & #help { height: 2; padding: 0 1; margin-top: 1; }
        & #comes-to { height: 2; padding: 0 1; }
        & #buttons { height: 1; align-horizontal: right; }
        & Button { margin-left: 1; min-width: 8; }
    }
    PlanChooser.-low #fields { margin-top: 0; max-height: 6; }
    PlanChooser.-low #help { margin-top: 0; height: 1; }
    PlanChooser.-slim .range, PlanChooser.-slim .field.-long .range { display: none; }
    PlanChooser.-slim .field Input { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "start", show=False),
        Binding("ctrl+k", "quick", "quick", show=False, priority=True),
        Binding("ctrl+r", "reset", "defaults", show=False, priority=True),
        Binding("ctrl+o", "other", "models", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-tall")]
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (60, "-roomy")]
    AUTO_FOCUS = "#kinds"

    def __init__(self, model: Callable[[], Wanted | str]) -> None:
        """`model` returns the model that is loaded, or a sentence why there is none to measure."""
        super().__init__()
        self._model = model
        self.kind: Kind = "tokens"
        self._texts = {field.name: field.default for field in FIELDS}
        self._recall()
        self.chosen: Chosen | None = None
        """What Enter would start; None where it cannot run."""
        self._timer: Timer | None = None
        self._known: list[Choice[str]] = []

    def _recall(self) -> None:
        match settings.recall(REMEMBERED):
            case {"kind": str(kind), "texts": dict(texts)} if kind in KINDS:
                self.kind = kind
                for name, text in texts.items():
                    if name in self._texts and isinstance(text, str):
                        self._texts[name] = one_line(clean(text), 500)

    def compose(self) -> ComposeResult:
        """Lay out kinds, fields, what they come to, and the buttons."""
        with Vertical(id="frame") as frame:
            frame.border_title = "benchmark"
            frame.border_subtitle = "↑ ↓ and Tab move · Enter starts · Esc leaves"
            yield OptionList(
                *(Option(_kind_row(kind, told), id=kind) for kind, told in KINDS.items()),
                id="kinds",
            )
            with Vertical(id="fields"):
                for field in FIELDS:
                    long = " -long" if field.must_be == "" and not field.flag else ""
                    with Horizontal(classes=f"field{long}", id=f"row-{field.name}"):
                        yield Label(field.label, classes="name")
                        text = self._texts[field.name]
                        if field.flag:
                            yield Flag(text, id=field.name)
                        else:
                            yield CleanInput(text, id=field.name)
                        yield Static(field.hint, classes="range quiet", markup=False)
            yield Static("", id="help", classes="quiet", markup=False)
            yield Static("", id="comes-to", markup=False)
            with Horizontal(id="buttons"):
                yield Button(Content("Start ↵"), id="start", variant="primary", compact=True)
                yield Button(Content("Quick ^K"), id="quick", compact=True)
                yield Button(Content("Defaults ^R"), id="reset", compact=True)
                yield Button(Content("Models ^O"), id="other", compact=True)
                yield Button(Content("Leave"), id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin at the kind of the last time."""
        self.query_one("#kinds", OptionList).highlighted = list(KINDS).index(self.kind)
        self._show_fields()
        self.check()
        self.set_interval(AGAIN_SECONDS, self._look_again)
        self._look_for_models()

    @work(thread=True)
    def _look_for_models(self) -> None:
        found = [Choice("on disk", info.id, info.id) for info in scan() if not info.problem]
        found.append(Choice("built in", "demo: the tiny model that comes with mlxtop", DEMO))
        self.app.call_from_thread(self._known.extend, found)

    # -- the kind --------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted, "#kinds")
    def _other_kind(self, event: OptionList.OptionHighlighted) -> None:
        self.kind = cast(Kind, event.option_id)
        self._show_fields()
        self.check()

    @on(OptionList.OptionSelected, "#kinds")
    def _take_kind(self) -> None:
        self.action_start()

    def _show_fields(self) -> None:
        self.query_one("#frame").border_title = f"benchmark: {self.kind}"
        for field in FIELDS:
            self.query_one(f"#row-{field.name}").display = field.name in OF_KIND[self.kind]
        self.query_one("#other").display = self.kind == "models" or self._refusal() != ""

    # -- what it comes to ------------------------------------------------------------------------

    def texts(self) -> dict[str, str]:
        """Return the text of every field, those of other kinds included."""
        found = {}
        for field in FIELDS:
            entry = self.query_one(f"#{field.name}", Flag if field.flag else Input)
            found[field.name] = clean(str(getattr(entry, "value", "")))
        return found

    def _refusal(self) -> str:
        model = self._model()
        return model if isinstance(model, str) else ""

    def check(self) -> None:
        """Say what the plan comes to, or why it cannot run."""
        self._timer = None
        self.chosen = None
        try:
            plan = plan_of(self.kind, self.texts())
            model = self._model()
            if isinstance(model, str):
                raise PlanError(model)
            self.chosen = prepare(plan, model)
            self._say(in_words(self.chosen))
        except PlanError as error:
            self._say(str(error), wrong=True)

    def _look_again(self) -> None:
        if bool(self._refusal()) == (self.chosen is not None):
            self._show_fields()
            self.check()

    def _say(self, words: str, *, wrong: bool = False) -> None:
        said = self.query_one("#comes-to", Static)
        said.update(f"▲ {words}" if wrong else words)
        said.set_class(wrong, "problem")

    @on(Input.Changed)
    @on(Flag.Changed)
    def _changed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_SECONDS, self.check)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Explain what has the focus, and bring out its name."""
        widget: Widget = event.widget
        for row in self.query(".field"):
            row.set_class(row is widget.parent, "-current")
        field = BY_NAME.get(widget.id or "")
        self.query_one("#help", Static).update(field.explanation if field else "")

    # -- what keys do ----------------------------------------------------------------------------

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Start the plan, after asking where it takes many trials."""
        self.check()
        chosen = self.chosen
        if chosen is None:
            self.app.bell()
            return
        if chosen.trials < MANY_TRIALS:
            self._start(chosen)
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self._start(chosen)

        self.app.push_screen(ConfirmDialog(f"Run all {chosen.trials:,} trials?"), decided)

    def _start(self, chosen: Chosen) -> None:
        texts = self.texts()
        changed = {field.name: texts[field.name] for field in FIELDS}
        problem = settings.remember(REMEMBERED, {"kind": self.kind, "texts": changed})
        if problem:
            self.app.notify(problem, severity="warning", markup=False)
        self.dismiss(chosen)

    def _put(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            if BY_NAME[name].flag:
                self.query_one(f"#{name}", Flag).put(text)
            else:
                self.query_one(f"#{name}", Input).value = text
        self.check()

    @on(Button.Pressed, "#quick")
    def action_quick(self) -> None:
        """Put sizes into the fields that take a moment instead of minutes."""
        self._put(quick_texts(self.kind))

    @on(Button.Pressed, "#reset")
    def action_reset(self) -> None:
        """Put the usual values into the fields of this kind."""
        self._put({name: BY_NAME[name].default for name in OF_KIND[self.kind]})

    @on(Button.Pressed, "#other")
    def action_other(self) -> None:
        """Choose a model to compare with; or open one where none is loaded."""
        if self._refusal():
            self.dismiss("open")
        elif self.kind == "models":
            self.app.push_screen(
                PickDialog("compare with", self._known, nothing="no models were found"), self._add
            )

    def _add(self, model: str | None) -> None:
        entry = self.query_one("#models", Input)
        if model is not None and model not in names(entry.value):
            entry.value = ", ".join((*names(entry.value), model))
            entry.focus()

    @on(Button.Pressed, "#leave")
    def _leave(self) -> None:
        self.dismiss(None)


def _kind_row(kind: Kind, told: str) -> Content:
    return Content(kind.ljust(12)) + Content(told).stylize("$quiet")
