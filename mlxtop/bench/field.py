"""One description of a field of a plan: its range, its flag, its row of the form.

Name, type and default come from the attribute of `Plan`. The TOML check, the form and the flags of
`mlxtop bench` are made from it.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a field allows."""

    noun: str
    """The field's name in sentences: "The *prompt tokens* must be …"."""
    least: float
    most: float
    above: bool = False
    """Whether `least` itself is excluded."""
    unit: str = ""
    """After the numbers in the sentence: "s"."""

    def problem(self, value: float) -> str:
        """Return a sentence for a value that is out of range; else an empty one."""
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
    """The value's name in the help; None: its type."""
    several: bool = False
    """For a list of texts: whether the flag is repeated, instead of one text with commas."""
    reads: dict[str, Any] | None = None
    """Words with a special value."""
    takes: str = ""
    """The expected list of numbers, in words, for the sentence that refuses anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the form."""

    label: str
    explanation: str
    """Shown below the form while the row has the focus."""
    hint: str
    """Shown beside the text; `{action}` becomes the key of an action of the form."""
    text: str | None = None
    """The initial text; None: the field's default."""
    unit: str = ""
    """For a number with a fraction: "seconds"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The description of a field of a plan."""

    name: str = ""
    type: Any = None
    default: Any = None
    range: Range | None = None
    """For a number, or for each number of a list."""
    shared: bool = True
    """Whether every kind of plan has it; else only the kinds that name it."""
    decides_speed: bool = True
    """Whether results with different values are not comparable, which a baseline reports."""
    names_files: bool = False
    """Whether its texts may name files, which no result may replace."""
    compared_by_point: bool = False
    """Whether a comparison reports differences by point, not for the plan."""
    flag: Flag | None = None
    row: Row | None = None

    def problem(self, value: Any) -> str:
        """Return a sentence for a value that is out of range; else an empty one."""
        if self.range is None or value is None:
            return ""
        numbers = value if isinstance(value, tuple) else (value,)
        return next((wrong for one in numbers if (wrong := self.range.problem(one))), "")


Problem = tuple[str, str]
"""A field and a sentence; both are empty if nothing is wrong."""
NONE: Problem = ("", "")
