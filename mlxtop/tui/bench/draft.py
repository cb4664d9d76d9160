"""The form as it stands: kept while mlxtop runs, and beyond that where a plan was started."""

from mlxtop import config as settings
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan
from mlxtop.bench.typed import text_of
from mlxtop.text import clean, one_line
from mlxtop.tui.bench.fields import asked, usual_text

REMEMBERED = "bench_plan"
"""Name under which the last plan is remembered: its kind, and the texts of the fields."""
LONGEST = 500
"""Letters of a field that are remembered."""


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
