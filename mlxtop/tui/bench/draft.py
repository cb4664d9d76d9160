"""The form as it stands: kept while mlxtop runs, and beyond that where a plan was started."""

from typing import Any

from mlxtop import config as settings
from mlxtop.bench.plan import KINDS, Kind, Plan
from mlxtop.text import clean, one_line
from mlxtop.tui.bench.fields import FIELDS, NO, OF_KIND, YES

REMEMBERED = "bench_plan"
"""Name under which the last plan is remembered: its kind, and the texts of the fields."""
LONGEST = 500
"""Letters of a field that are remembered."""


class Draft:
    """A kind of plan and the text of every field, those of other kinds included."""

    def __init__(self) -> None:
        """Begin with the plan of the last time, else with what is usual."""
        self.kind: Kind = "tokens"
        self.texts = {field.name: field.default for field in FIELDS}
        match settings.recall(REMEMBERED):
            case {"kind": str(kind), "texts": dict(texts)} if kind in KINDS:
                self.kind = kind
                for name, text in texts.items():
                    if name in self.texts and isinstance(text, str):
                        self.texts[name] = one_line(clean(text), LONGEST)

    def take(self, plan: Plan) -> None:
        """Put a plan that was made elsewhere into the form, as far as that has its fields."""
        self.kind = plan.kind
        for name in OF_KIND[plan.kind]:
            self.texts[name] = _text(getattr(plan, name))

    def remember(self) -> str | None:
        """Keep it for the next time; return a sentence where that failed."""
        return settings.remember(REMEMBERED, {"kind": self.kind, "texts": self.texts})


def _text(value: Any) -> str:
    """Return what somebody types for a value of a plan."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case float():
            return f"{value:g}"
        case list() | tuple():
            return ",".join(map(_text_of_one, value))
        case dict():
            return " ".join(
                f"{name}={_text(one) if isinstance(one, list | tuple) else _text_of_one(one)}"
                for name, one in value.items()
            )
    return str(value)


def _text_of_one(value: Any) -> str:
    return "off" if value is None else str(value)
