"""Sampling settings and the system prompt, changed in place."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Button, Input, Label, Static, TextArea

from mlxtop.actions.naming import short
from mlxtop.events import Sampling
from mlxtop.sampling import LIMITS, Limit, Value, together
from mlxtop.text import clean
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.widgets.entry import CleanInput, CleanTextArea


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting: what it does, how it is read, and what is said about its range."""

    name: str
    """Name in `Sampling`."""
    explanation: str
    hint: str = "{range}"
    """What the row says of its range."""
    optional: str = ""
    """What an empty field means; empty where it may not be."""

    @property
    def limit(self) -> Limit:
        """What the setting may be."""
        return LIMITS[self.name]

    @property
    def label(self) -> str:
        """The setting in the field's own term."""
        return self.limit.label

    @property
    def range(self) -> str:
        """What may be typed, in a few words."""
        return self.hint.format(range=self.limit.range)

    def show(self, value: Value) -> str:
        """Return a value as it stands in the field."""
        if value is None:
            return ""
        return f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> Value | str:
        """Return the value that a text means, or a sentence why it means none."""
        text = text.strip().replace("_", "")
        if not text:
            return None if self.optional else f"{self.label} needs a value: {self.range}"
        whole = self.limit.type is int
        try:
            value = int(text) if whole else float(text.replace(",", "."))
        except ValueError:
            kind = "a whole number" if whole else "a number"
            return f"{self.label} is {kind}: {self.range}"
        return self.limit.problem(value) or value


FIELDS: tuple[SettingField, ...] = (
    SettingField(
        "temperature",
        "How freely a token is chosen; 0 always takes the likeliest one.",
    ),
    SettingField(
        "top_p",
        "Chooses among the likeliest tokens whose probabilities add up to this; 1: among all.",
    ),
    SettingField(
        "min_p",
        "Leaves out tokens less likely than this share of the likeliest.",
    ),
    SettingField(
        "top_k",
        "Chooses among this many of the likeliest tokens.",
        "tokens; 0: all",
    ),
    SettingField(
        "repetition_penalty",
        "Above 1 makes tokens that were said lately less likely.",
        "{range}; empty: none",
        "none",
    ),
    SettingField(
        "repetition_context",
        "How many tokens back the repetition penalty looks.",
        "tokens, {range}",
    ),
    SettingField(
        "xtc_probability",
        "How often the likeliest tokens are left out in favour of a less likely one; 0: never.",
    ),
    SettingField(
        "xtc_threshold",
        "How likely a token must be to be one of those that XTC leaves out.",
    ),
    SettingField(
        "seed",
        "The same seed and settings give the same answer again.",
        "{range}; empty: a new one",
        "a new one",
    ),
    SettingField(
        "max_tokens",
        "Where an answer is cut off.",
        "tokens, {range}",
    ),
    SettingField(
        "max_kv_size",
        "Holds this many tokens in a rotating KV cache; older ones are forgotten.",
        "tokens, {range}; empty: no limit",
        "no limit",
    ),
    SettingField(
        "kv_bits",
        "Quantizes the KV cache from the first token on: less memory, a little less exact.",
        "{range}; empty: off",
        "off",
    ),
    SettingField(
        "prefill_step",
        "Prompt tokens fed at a time; adapting aims at about 100 ms, so that a stop acts soon.",
        "tokens; empty: adapts",
        "adapts",
    ),
    SettingField(
        "draft_tokens",
        "How many tokens a draft model proposes at a time.",
        "{range} tokens",
    ),
)


def read_all(texts: dict[str, str]) -> tuple[Sampling | None, dict[str, str]]:
    """Return the settings that the texts mean, or for each that cannot be so a sentence why."""
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for field in FIELDS:
        value = field.read(texts[field.name])
        if isinstance(value, str):
            problems[field.name] = value
        else:
            values[field.name] = value
    # The names and types of the fields are those of the settings: a test compares them.
    sampling = None if problems else Sampling(**values)  # type: ignore[arg-type]
    if sampling is not None and (wrong := together(sampling)):
        return None, dict.fromkeys(("max_kv_size", "kv_bits"), wrong)
    return sampling, problems


_SYSTEM_HELP = "Said to the model before the conversation; empty: nothing. It counts from now on."


class SettingsDialog(Dialog[tuple[Sampling, str]]):
    """Every setting in a row of its own; below, what the focused one does or what is wrong."""

    DEFAULT_CSS = """
    SettingsDialog {
        & > #frame { width: 76; height: 27; padding: 0 1; }
        & #fields { height: 1fr; overflow-y: auto; scrollbar-size-vertical: 1; }
        & .field { height: 1; }
        & .name { width: 21; padding: 0 1; }
        & .field Input { width: 14; }
        & .range { width: 1fr; height: 1; padding: 0 1; }
        & .field.-current .name { color: $primary; text-style: bold; }
        & #system-label { padding: 0 1; margin-top: 1; }
        & #system {
            height: auto; min-height: 2; max-height: 6; border: none; padding: 0 1; margin: 0 1;
            background: $background;
            &:focus { border: none; }
            & .text-area--cursor-line { background: transparent; }
        }
        & #help { height: auto; min-height: 2; padding: 0 1; margin-top: 1; }
        & #buttons { height: 1; align-horizontal: right; }
        & Button { margin-left: 1; }
    }
    SettingsDialog.-low {
        & #help { margin-top: 0; min-height: 1; }
        & #system-label { margin-top: 0; }
    }
    SettingsDialog.-slim {
        & .field Input { width: 1fr; }
        & .range { display: none; }
        & Button { min-width: 4; }
    }
    """
    context: ClassVar[str] = "settings"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (28, "-tall")]
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (60, "-roomy")]

    def __init__(self, sampling: Sampling, system: str) -> None:
        super().__init__()
        self._sampling = sampling
        self._system = clean(system)

    def compose(self) -> ComposeResult:
        """Lay out the fields, their help and the buttons."""
        with Vertical(id="frame") as frame:
            frame.border_title = "settings"
            frame.border_subtitle = f"{self.key('cancel')} leaves everything as it was"
            with Vertical(id="fields"):
                for field in FIELDS:
                    with Horizontal(classes="field"):
                        yield Label(field.label, classes="name")
                        yield CleanInput(
                            field.show(getattr(self._sampling, field.name)),
                            placeholder=field.optional,
                            id=field.name,
                        )
                        yield Static(
                            field.range,
                            id=f"{field.name}-range",
                            classes="range quiet",
                            markup=False,
                        )
                yield Label("system prompt", id="system-label")
                yield CleanTextArea(self._system, id="system", compact=True, tab_behavior="focus")
            yield Static("", id="help", classes="quiet", markup=False)
            with Horizontal(id="buttons"):
                yield Button(
                    Content(f"Apply {short(self.key('settings_apply'))}"),
                    id="apply",
                    variant="primary",
                    compact=True,
                )
                yield Button(
                    Content(f"Defaults {short(self.key('usual_values'))}"), id="reset", compact=True
                )
                yield Button(Content("Leave"), id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin at the first field."""
        self.query_one(f"#{FIELDS[0].name}", Input).focus()

    def _texts(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#{field.name}", Input).value for field in FIELDS}

    def _check(self, field: SettingField) -> None:
        """Say in each row whether its text can be what it says, and below it of this field."""
        _, problems = read_all(self._texts())
        for one in FIELDS:
            self._mark(one, one.name in problems)
        wrong = problems.get(field.name)
        self._help(wrong or field.explanation, wrong=wrong is not None)

    def _mark(self, field: SettingField, wrong: bool) -> None:
        line = self.query_one(f"#{field.name}", Input)
        if line.has_class("-wrong") is wrong:
            return
        line.set_class(wrong, "-wrong")
        said = self.query_one(f"#{field.name}-range", Static)
        said.update(f"▲ {field.range}" if wrong else field.range)
        said.set_class(wrong, "problem").set_class(not wrong, "quiet")

    def _help(self, words: str, *, wrong: bool = False) -> None:
        said = self.query_one("#help", Static)
        said.update(f"▲ {words}" if wrong else words)
        said.set_class(wrong, "problem").set_class(not wrong, "quiet")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        for field in FIELDS:
            if field.name == event.input.id and event.input.has_focus:
                self._check(field)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Explain what has the focus, and bring out its name."""
        for row in self.query(".field"):
            row.set_class(row is event.widget.parent, "-current")
        for field in FIELDS:
            if field.name == event.widget.id:
                self._check(field)
                return
        self._help(_SYSTEM_HELP if event.widget.id == "system" else "")

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#apply")
    def action_apply(self) -> None:
        """Close with the settings, or go to the first that means nothing."""
        sampling, problems = read_all(self._texts())
        if sampling is not None:
            self.dismiss((sampling, clean(self.query_one("#system", TextArea).text).strip()))
            return
        first = next(field for field in FIELDS if field.name in problems)
        self.query_one(f"#{first.name}", Input).focus()
        self._check(first)

    @on(Button.Pressed, "#reset")
    def action_reset(self) -> None:
        """Put mlx-lm's defaults into the fields; the system prompt stays."""
        # Else the change of the focused field would put its explanation over what is said below.
        with self.prevent(Input.Changed):
            for field in FIELDS:
                self.query_one(f"#{field.name}", Input).value = field.show(
                    getattr(Sampling(), field.name)
                )
        self._check(FIELDS[0])
        self._help("These are mlx-lm's defaults; nothing is applied yet.")

    @on(Button.Pressed, "#leave")
    def _leave(self) -> None:
        self.dismiss(None)
