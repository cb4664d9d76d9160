"""A plan as a person types it: what the texts of a form mean, and the draft that keeps them."""

from collections.abc import Mapping
from typing import Any

from mlxtop import config as settings
from mlxtop.bench.field import Field, Row
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.making import make
from mlxtop.bench.plan import FIELDS, Plan, PlanError
from mlxtop.bench.typed import TYPES, NotMeant, text_of
from mlxtop.text import clean, one_line

REMEMBERED = "bench_plan"
"""Name under which the last plan is remembered: its kind, and the texts of the fields."""
LONGEST = 500
"""Letters of a field that are remembered."""


def asked() -> list[Field]:
    """Return the fields that the form asks of any kind, in the order of its rows.

    First the fields that kinds begin with, then the others; each kind's are in its own order.
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
    """Return the row of a field that the form asks for."""
    assert field.row is not None, f"{field.name} has no row for the form"
    return field.row


def is_flag(field: Field) -> bool:
    """Return whether a field is yes or no."""
    return field.type is bool


def is_long(field: Field) -> bool:
    """Return whether a field is a text, which needs room."""
    return not is_flag(field) and not TYPES[field.type].by_hand


def usual_text(field: Field) -> str:
    """Return what stands in a field at first."""
    text = row_of(field).text
    return text_of(field.default) if text is None else text


def value_of(field: Field, text: str) -> Any:
    """Return what a field's text means; raises PlanError with the sentence to show."""
    kind, shown = TYPES[field.type], row_of(field)
    try:
        return kind.read(text.strip())
    except NotMeant as error:
        raise PlanError(f"In the {shown.label}, {one_line(str(error), 80)}.") from None
    except ValueError:
        given = f"not {one_line(text, 40)!r}" if text.strip() else "and it is empty"
        must_be = f"{kind.by_hand} of {shown.unit}" if shown.unit else kind.by_hand
        raise PlanError(f"The field “{shown.label}” needs {must_be}, {given}.") from None


def plan_of(kind: str, texts: Mapping[str, str]) -> Plan:
    """Return the plan that the texts of a kind's fields mean; raises PlanError."""
    fields: dict[str, Any] = {"kind": kind}
    for name in KINDS[kind].form:
        field = FIELDS[name]
        fields[name] = value_of(field, texts.get(name, usual_text(field)))
    return make(fields)


def quick_texts(kind: str) -> dict[str, str]:
    """Return the texts that make a plan of a kind a matter of a moment."""
    sizes = KINDS[kind].quick
    return {name: f"{sizes[name]:g}" for name in KINDS[kind].form if name in sizes}


class Draft:
    """A kind of plan and the text of every field, those of other kinds included."""

    def __init__(self) -> None:
        """Begin with the plan of the last time, else with what is usual."""
        self.kind = Plan().kind
        self.texts = {field.name: usual_text(field) for field in asked()}
        match settings.recall(REMEMBERED):
            case {"kind": str(kind), "texts": dict(texts)} if kind in KINDS:
                self.kind = kind
                for name, text in texts.items():
                    if name in self.texts and isinstance(text, str):
                        self.texts[name] = one_line(clean(text), LONGEST)

    def take(self, plan: Plan) -> None:
        """Put a plan that was made elsewhere into the form, as far as that has its fields."""
        self.kind = plan.kind
        for name in KINDS[plan.kind].form:
            self.texts[name] = text_of(getattr(plan, name))

    def remember(self) -> str | None:
        """Keep it for the next time; return a sentence where that failed."""
        return settings.remember(REMEMBERED, {"kind": self.kind, "texts": self.texts})
