"""The form as it stands: kept while mlxtop runs, and beyond that where a plan was started."""

from mlxtop import config as settings
from mlxtop.bench.plan import KINDS, Kind
from mlxtop.text import clean, one_line
from mlxtop.tui.bench.fields import FIELDS

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

    def remember(self) -> str | None:
        """Keep it for the next time; return a sentence where that failed."""
        return settings.remember(REMEMBERED, {"kind": self.kind, "texts": self.texts})
