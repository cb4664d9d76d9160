"""The dialog for sampling settings and the system prompt."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Button, Input, Label, Static, TextArea

from mlxtop.actions.key_names import short
from mlxtop.events import Sampling
from mlxtop.sampling_settings import LIMITS, SettingLimit, Value, together
from mlxtop.text import clean
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.widgets.entry import CleanInput, CleanTextArea


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting: its explanation, parser, and range."""

    name: str
    """Name in `Sampling`."""
    explanation: str
    hint: str = "{range}"
    """The range as its row shows it."""
    optional: str = ""
    """What an empty field means; empty if a value is required."""

    @property
    def limit(self) -> SettingLimit:
        """The allowed values."""
        return LIMITS[self.name]

    @property
    def label(self) -> str:
        """The setting's declaration."""
        return self.limit.label

    @property
    def range(self) -> str:
        """The allowed values, in a few words."""
        return self.hint.format(range=self.limit.range)

    def show(self, value: Value) -> str:
        """Return a value as the field shows it."""
        if value is None:
            return ""
        return f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> Value | str:
        """Return the value that a text means, or a sentence on what is wrong."""
        text = text.strip().replace("_", "")
        if not text:
            return None if self.optional else f"{self.label} needs a value: {self.range}"
        whole = self.limit.type is int
        try:
            value = int(text) if whole else float(text.replace(",", "."))
        except ValueError:
            kind = "a whole number" if whole else "a number"
            return f"{self.label} must be {kind}: {self.range}"
        return self.limit.problem(value) or value


FIELDS: tuple[SettingField, ...] = (
    SettingField(
        "temperature",
        "How random the choice of tokens is; 0 always takes the likeliest.",
    ),
    SettingField(
        "top_p",
        "Chooses among the most likely tokens whose probabilities add up to this; 1: all tokens.",
    ),
    SettingField(
        "min_p",
        "Excludes tokens less likely than this share of the most likely one.",
    ),
    SettingField(
        "top_k",
        "Chooses among this many of the most likely tokens.",
        "tokens; 0: all",
    ),
    SettingField(
        "repetition_penalty",
        "Above 1, recent tokens become less likely.",
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
        "How often the most likely tokens are excluded in favour of a less likely one; 0: never.",
    ),
    SettingField(
        "xtc_threshold",
        "How likely a token must be for XTC to exclude it.",
    ),
    SettingField(
        "seed",
        "The same seed and settings give the same answer.",
        "{range}; empty: a new one",
        "a new one",
    ),
    SettingField(
        "max_tokens",
        "The longest answer, in tokens.",
        "tokens, {range}",
    ),
    SettingField(
        "max_kv_size",
        "Keeps this many tokens in a rotating KV cache; older ones are dropped.",
        "tokens, {range}; empty: no limit",
        "no limit",
    ),
    SettingField(
        "kv_bits",
        "Quantizes the KV cache from the first token: less memory, slightly less exact.",
        "{range}; empty: off",
        "off",
    ),
    SettingField(
        "prefill_step",
        "Prompt tokens processed at a time; adaptive aims at about 100 ms, to stop quickly.",
        "tokens; empty: adaptive",
        "adaptive",
    ),
    SettingField(
        "draft_tokens",
        "How many tokens a draft model proposes at a time.",
        "{range} tokens",
    ),
)


def read_all(texts: dict[str, str]) -> tuple[Sampling | None, dict[str, str]]:
    """Return the settings that the texts mean, or a sentence for each wrong one."""
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for field in FIELDS:
        value = field.read(texts[field.name])
        if isinstance(value, str):
            problems[field.name] = value
        else:
            values[field.name] = value
    # Names and types of the fields equal those of the settings: a test compares them.
    sampling = None if problems else Sampling(**values)  # type: ignore[arg-type]
    if sampling is not None and (wrong := together(sampling)):
        return None, dict.fromkeys(("max_kv_size", "kv_bits"), wrong)
    return sampling, problems


_SYSTEM_HELP = "Sent to the model before the conversation; empty: none. Applies from now on."


class SettingsDialog(Dialog[tuple[Sampling, str]]):
    """A row for each setting; below, an explanation of the focused one, or what is wrong."""

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
            frame.border_subtitle = f"{self.key('cancel')} cancels"
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
        """Focus the first field."""
        self.query_one(f"#{FIELDS[0].name}", Input).focus()

    def _texts(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#{field.name}", Input).value for field in FIELDS}

    def _check(self, field: SettingField) -> None:
        """Mark each row as right or wrong, and explain this field."""
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
        """Explain the focused field, and highlight its name."""
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
        """Close with the settings, or go to the first wrong one."""
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
        # Otherwise the change of the focused field would replace the message below.
        with self.prevent(Input.Changed):
            for field in FIELDS:
                self.query_one(f"#{field.name}", Input).value = field.show(
                    getattr(Sampling(), field.name)
                )
        self._check(FIELDS[0])
        self._help("These are mlx-lm's defaults, not applied yet.")

    @on(Button.Pressed, "#leave")
    def _leave(self) -> None:
        self.dismiss(None)
