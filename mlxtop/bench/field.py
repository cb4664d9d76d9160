"""One description of a field of a plan: its range, its flag, its row of the form.

Name, type and default are those of the attribute of `Plan` that it stands at. The check of TOML,
the form and the flags of `mlxtop bench` are made from it.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a field may be."""

    noun: str
    """What the sentence calls the field: "The *prompt tokens* must be …"."""
    least: float
    most: float
    above: bool = False
    """Whether `least` itself is left out."""
    unit: str = ""
    """Put behind the numbers of the sentence: "s"."""

    def problem(self, value: float) -> str:
        """Return a sentence why a field cannot be a value; empty where it can."""
        if self.least <= value <= self.most and not (self.above and value == self.least):
            return ""
        words = f"between {self.least:.15g} and {self.most:.15g}"
        if self.above:
            words = f"more than {self.least:.15g} and at most {self.most:.15g}"
        unit = f" {self.unit}" if self.unit else ""
        shown = f"{value:g}" if isinstance(value, float) else value
        return f"The {self.noun} must be {words}{unit}, not {shown}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An option of `mlxtop bench`."""

    names: tuple[str, ...]
    """`-b` and `--batch`; sentences name the last one."""
    help: str
    metavar: str | None = None
    """What the help calls the value; None: its type."""
    several: bool = False
    """Of a list of texts: whether it is given once for each, in place of one text with commas."""
    reads: dict[str, Any] | None = None
    """Words that mean a value of their own."""
    takes: str = ""
    """What a list of numbers is, in words, for the sentence that refuses another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the form."""

    label: str
    explanation: str
    """What stands below the form while the row has the focus."""
    hint: str
    """What is beside the text; `{action}` becomes the key of an action of the form."""
    text: str | None = None
    """What stands there at first; None: the field's default."""
    unit: str = ""
    """Of a number that need not be whole: "seconds"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What is known of a field of a plan."""

    name: str = ""
    type: Any = None
    default: Any = None
    range: Range | None = None
    """Of a number, or of each number of a list."""
    shared: bool = True
    """Whether every kind of plan knows it; else those that name it do."""
    decides_speed: bool = True
    """Whether a result of another value cannot be compared: that is said beside a baseline."""
    names_files: bool = False
    """Whether its texts may name files, over which no result is written."""
    told_by_points: bool = False
    """Whether a comparison says of each point, not of the plan, how it differs."""
    flag: Flag | None = None
    row: Row | None = None

    def problem(self, value: Any) -> str:
        """Return a sentence why a value is out of range; empty where it is not."""
        if self.range is None or value is None:
            return ""
        numbers = value if isinstance(value, tuple) else (value,)
        return next((wrong for one in numbers if (wrong := self.range.problem(one))), "")


Problem = tuple[str, str]
"""A field and a sentence; both are empty where nothing is wrong."""
NONE: Problem = ("", "")
