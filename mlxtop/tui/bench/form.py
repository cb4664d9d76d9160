"""The form of a plan: its fields as typed, its draft, its layout."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Label, OptionList, Static
from textual.widgets.option_list import Option

from mlxtop import config as settings
from mlxtop.actions.key_names import short, with_keys
from mlxtop.bench.field import Field, Row
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import PlanKind
from mlxtop.bench.plan import FIELDS, Plan, PlanError
from mlxtop.bench.plan_fields import NO, TYPES, YES, NotASetting, make, text_of
from mlxtop.text import clean, one_line
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.entry import CleanInput

REMEMBERED = "bench_plan"
"""Key under which the last plan is kept: its kind and the texts of the fields."""
LONGEST = 500
"""Letters of a field that are kept."""


def asked() -> list[Field]:
    """Return the fields of all kinds in the form, in the order of its rows.

    The fields that kinds begin with come first; each kind keeps its own order.
    """
    first: list[str] = []
    others: list[str] = []
    for kind in KINDS.values():
        place = next((at for at, name in enumerate(kind.form) if name in others), 0)
        if others:
            first += [name for name in kind.form[:place] if name not in first]
        at = len(others)
        for name in reversed(kind.form[place:]):
            if name in others:
                at = others.index(name)
            else:
                others.insert(at, name)
    return [FIELDS[name] for name in (*first, *others)]


def row_of(field: Field) -> Row:
    """Return the row of a field in the form."""
    assert field.row is not None, f"{field.name} has no row for the form"
    return field.row


def is_flag(field: Field) -> bool:
    """Return whether a field is yes or no."""
    return field.type is bool


def is_long(field: Field) -> bool:
    """Return whether a field is a text and needs room."""
    return not is_flag(field) and not TYPES[field.type].by_hand


def usual_text(field: Field) -> str:
    """Return the initial text of a field."""
    text = row_of(field).text
    return text_of(field.default) if text is None else text


def value_of(field: Field, text: str) -> Any:
    """Return the value of a field's text; raises PlanError with the sentence to show."""
    kind, shown = TYPES[field.type], row_of(field)
    try:
        return kind.read(text.strip())
    except NotASetting as error:
        raise PlanError(f"In the {shown.label}, {one_line(str(error), 80)}.") from None
    except ValueError:
        given = f"not {one_line(text, 40)!r}" if text.strip() else "and it is empty"
        must_be = f"{kind.by_hand} of {shown.unit}" if shown.unit else kind.by_hand
        raise PlanError(f"The field “{shown.label}” needs {must_be}, {given}.") from None


def plan_of(kind: str, texts: Mapping[str, str]) -> Plan:
    """Return the plan for the texts of a kind's fields; raises PlanError."""
    fields: dict[str, Any] = {"kind": kind}
    for name in KINDS[kind].form:
        field = FIELDS[name]
        fields[name] = value_of(field, texts.get(name, usual_text(field)))
    return make(fields)


def quick_texts(kind: str) -> dict[str, str]:
    """Return the texts for a quick plan of a kind."""
    sizes = KINDS[kind].quick
    return {name: f"{sizes[name]:g}" for name in KINDS[kind].form if name in sizes}


class Draft:
    """A kind of plan and the text of every field, also of other kinds."""

    def __init__(self) -> None:
        """Begin with the last plan, else with the defaults."""
        self.kind = Plan().kind
        self.texts = {field.name: usual_text(field) for field in asked()}
        match settings.recall(REMEMBERED):
            case {"kind": str(kind), "texts": dict(texts)} if kind in KINDS:
                self.kind = kind
                for name, text in texts.items():
                    if name in self.texts and isinstance(text, str):
                        self.texts[name] = one_line(clean(text), LONGEST)

    def take(self, plan: Plan) -> None:
        """Fill the form from a plan, as far as the form has its fields."""
        self.kind = plan.kind
        for name in KINDS[plan.kind].form:
            self.texts[name] = text_of(getattr(plan, name))

    def remember(self) -> str | None:
        """Keep it for the next time; return a sentence if that failed."""
        return settings.remember(REMEMBERED, {"kind": self.kind, "texts": self.texts})


ROWS = max(len(kind.form) for kind in KINDS.values())
"""Rows of the kind with the most fields."""
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
    """Yield kinds, fields with the texts of the draft, the summary and the buttons.

    `key` returns the written key of an action.
    """
    with Vertical(id="frame") as frame:
        frame.border_title = "benchmark"
        start, help_key, cancel = key("plan_start"), key("help"), key("cancel")
        frame.border_subtitle = (
            f"↑ ↓ and Tab move · {start} starts · {help_key} help · {cancel} cancels"
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
    """Shows yes or no; Space and the arrow keys change it."""

    DEFAULT_CSS = """
    Flag { height: 1; padding: 0 1; background: $background; }
    Flag:focus { color: $primary; text-style: bold; }
    """
    context: ClassVar[str] = "flag"

    class Changed(Message):
        """The value changed."""

    def __init__(self, value: str, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.value = NO
        self.put(value)

    def put(self, value: str) -> None:
        """Show a value without a message."""
        self.value = YES if value == YES else NO
        self.update(self.value)

    def action_put(self, value: str) -> None:
        """Set it."""
        self.put(value)
        self.post_message(self.Changed())

    def action_turn(self) -> None:
        """Change between yes and no."""
        self.action_put(NO if self.value == YES else YES)

    def on_click(self) -> None:
        """Change between yes and no."""
        self.action_turn()
