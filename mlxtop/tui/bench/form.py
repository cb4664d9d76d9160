"""How the form of a plan is laid out: its height is the same for every kind."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Label, OptionList, Static
from textual.widgets.option_list import Option

from mlxtop.actions.naming import with_keys
from mlxtop.bench.field import Field
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import PlanKind
from mlxtop.bench.typed import NO, YES
from mlxtop.keynames import short
from mlxtop.tui.bench.fields import Draft, asked, is_flag, is_long, row_of
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.entry import CleanInput

ROWS = max(len(kind.form) for kind in KINDS.values())
"""Of the kind with the most fields."""
BUTTONS = (
    ("other", "Models", "plan_models"),
    ("start", "Start", "plan_start"),
    ("quick", "Quick", "plan_quick"),
    ("reset", "Defaults", "usual_values"),
    ("write", "Write", "plan_write"),
    ("last", "Last result", "plan_last"),
)
"""Button, its label, the action whose key stands behind that.

The first of them is not always there: the others, aligned at the right, stay where they are."""
FORM_CSS = f"""
PlanChooser {{
    & > #frame {{ width: 88; height: auto; max-height: 100%; padding: 0 1; }}
    & #kinds {{ max-height: {len(KINDS)}; height: {len(KINDS)}; }}
    & #fields {{ height: {ROWS}; margin-top: 1; overflow-y: auto; scrollbar-size-vertical: 1; }}
    & .field {{ height: 1; }}
    & .name {{ width: 21; padding: 0 1; }}
    & .field Input, & .field Flag {{ width: 14; }}
    & .field.-long Input {{ width: 1fr; }}
    & .range {{ width: 1fr; height: 1; padding: 0 1; }}
    & .field.-long .range {{ width: 24; }}
    & .field.-current .name {{ color: $primary; text-style: bold; }}
    & #help {{ height: 2; padding: 0 1; margin-top: 1; }}
    & #comes-to {{ height: 3; padding: 0 1; }}
    & #buttons {{ height: 1; align-horizontal: right; }}
    & Button {{ margin-left: 1; min-width: 8; }}
}}
PlanChooser.-low #fields {{ margin-top: 0; }}
PlanChooser.-low #help {{ margin-top: 0; height: 1; }}
PlanChooser.-low #comes-to, PlanChooser.-flat #comes-to {{ height: 2; }}
PlanChooser.-low.-wordy #help {{ display: none; }}
PlanChooser.-low.-wordy #comes-to {{ height: 3; }}
PlanChooser.-flat #fields {{ margin-top: 0; height: {ROWS - 2}; }}
PlanChooser.-flat #help {{ display: none; }}
PlanChooser.-slim .range, PlanChooser.-slim .field.-long .range {{ display: none; }}
PlanChooser.-slim .field Input {{ width: 1fr; }}
"""


def form(draft: Draft, key: Callable[[str], str]) -> ComposeResult:
    """Yield kinds, fields with the texts of the draft, what they come to, and the buttons.

    `key` returns the key of an action, as people write it.
    """
    with Vertical(id="frame") as frame:
        frame.border_title = "benchmark"
        start, help_key, cancel = key("plan_start"), key("help"), key("cancel")
        frame.border_subtitle = (
            f"↑ ↓ and Tab move · {start} starts · {help_key} helps · {cancel} leaves"
        )
        kinds = (Option(_kind_row(kind), id=kind.name) for kind in KINDS.values())
        yield OptionList(*kinds, id="kinds")
        with Vertical(id="fields"):
            for field in asked():
                yield from _row(field, draft.texts[field.name], key)
        yield Static("", id="help", classes="quiet", markup=False)
        yield Static("", id="comes-to", markup=False)
        with Horizontal(id="buttons"):
            for name, label, action in BUTTONS:
                button = Button(Content(f"{label} {short(key(action))}"), id=name, compact=True)
                button.variant = "primary" if name == "start" else "default"
                yield button


def _row(field: Field, text: str, key: Callable[[str], str]) -> ComposeResult:
    shown, long = row_of(field), " -long" if is_long(field) else ""
    with Horizontal(classes=f"field{long}", id=f"row-{field.name}"):
        yield Label(shown.label, classes="name")
        yield Flag(text, id=field.name) if is_flag(field) else CleanInput(text, id=field.name)
        yield Static(with_keys(shown.hint, key), classes="range quiet", markup=False)


def _kind_row(kind: PlanKind) -> Content:
    return Content(kind.name.ljust(12)) + Content(kind.words).stylize("$quiet")


class Flag(Keyed, Static, can_focus=True):
    """Shows yes or no; Space and the arrows turn it round."""

    DEFAULT_CSS = """
    Flag { height: 1; padding: 0 1; background: $background; }
    Flag:focus { color: $primary; text-style: bold; }
    """
    context: ClassVar[str] = "flag"

    class Changed(Message):
        """It was turned round."""

    def __init__(self, value: str, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.value = NO
        self.put(value)

    def put(self, value: str) -> None:
        """Show a value, without telling anybody."""
        self.value = YES if value == YES else NO
        self.update(self.value)

    def action_put(self, value: str) -> None:
        """Set it."""
        self.put(value)
        self.post_message(self.Changed())

    def action_turn(self) -> None:
        """Turn it round."""
        self.action_put(NO if self.value == YES else YES)

    def on_click(self) -> None:
        """Turn it round."""
        self.action_turn()
