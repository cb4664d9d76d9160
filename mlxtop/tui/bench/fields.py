"""A plan as a person types it: the fields of each kind, and what their texts mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlxtop.bench import typed
from mlxtop.bench.plan import QUICK, Kind, Plan, PlanError, make
from mlxtop.bench.statistics import FEWEST_IN_WORDS
from mlxtop.text import one_line

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a plan: what it decides, and how its text is read."""

    name: str
    """Name in `Plan`."""
    label: str
    explanation: str
    hint: str
    default: str
    read: Callable[[str], Any]
    """Raises ValueError where the text means nothing."""
    must_be: str = ""
    """What the text must be, for the sentence that says so."""

    @property
    def flag(self) -> bool:
        """Whether it is yes or no."""
        return self.read is _flag

    def value(self, text: str) -> Any:
        """Return what the text means; raises PlanError with the sentence to show."""
        try:
            return self.read(text.strip())
        except typed.NotMeant as error:
            raise PlanError(f"In the {self.label}, {one_line(str(error), 80)}.") from None
        except ValueError:
            given = f"not {one_line(text, 40)!r}" if text.strip() else "and it is empty"
            sentence = f"The field “{self.label}” needs {self.must_be}, {given}."
            raise PlanError(sentence) from None


def _flag(text: str) -> bool:
    return text == YES


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _whole_or_none(text: str) -> int | None:
    return int(text) if text else None


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in names(text))


_WHOLE = "a whole number"
_SECONDS = "a number of seconds"

FIELDS: tuple[Field, ...] = (
    Field(
        "dataset",
        "file of prompts",
        "JSON or JSON lines with `instruction` or `prompt`; also .txt, .toml.",
        "a path",
        "",
        str,
    ),
    Field(
        "limit",
        "prompts taken",
        "How many prompts are asked, from the first on or in the seed's order.",
        "empty: all",
        "",
        _whole_or_none,
        _WHOLE,
    ),
    Field(
        "seed",
        "seed",
        "Of random prompts, and of the order of a file's prompts, which 0 keeps.",
        "0 or more",
        "0",
        int,
        _WHOLE,
    ),
    Field(
        "scenarios",
        "scenarios",
        "simple, medium, complex, or files of your own; with commas between.",
        "empty: all shipped",
        "",
        names,
    ),
    Field(
        "sweep",
        "settings swept",
        "kv_bits=off,4,8 batch=1,2 – one setting at a time.",
        "kv_bits=off,4,8 …",
        "prompt_tokens=128,512,2048",
        typed.swept,
    ),
    Field(
        "grid",
        "every combination",
        "Whether each value meets all others; else one setting at a time.",
        "Space turns it",
        NO,
        _flag,
    ),
    Field(
        "models",
        "other models",
        "Compared with the loaded one: directories or ids, commas between.",
        "Ctrl+O lists them",
        "",
        names,
    ),
    Field(
        "batch",
        "batch sizes",
        "Requests at once, with commas between; each size is a point of its own.",
        "1,2,4,8",
        "1,2,4,8",
        _sizes,
        "whole numbers with commas between",
    ),
    Field(
        "minutes",
        "minutes",
        "How long tokens are generated, through the context again and again.",
        "up to 1440",
        "3",
        _number,
        "a number of minutes",
    ),
    Field(
        "prompt_tokens",
        "prompt tokens",
        "Random tokens that each request begins with, as in mlx_lm.benchmark.",
        "of each request",
        "512",
        int,
        _WHOLE,
    ),
    Field(
        "generation_tokens",
        "generated tokens",
        "Of each request; of prompts with words at most: the model may end first.",
        "of each request",
        "128",
        int,
        _WHOLE,
    ),
    Field(
        "trials",
        "trials",
        f"Valid trials of each point. From {FEWEST_IN_WORDS} on the median has a 95 % interval.",
        "of each point",
        "5",
        int,
        _WHOLE,
    ),
    Field(
        "system",
        "system prompt",
        "Said before each prompt; empty: nothing.",
        "empty: none",
        "",
        str,
    ),
    Field(
        "sampling",
        "settings",
        "temperature=0.7 kv_bits=4 – of all points; empty: mlx-lm's defaults.",
        "temperature=0.7 …",
        "",
        typed.settings,
    ),
    Field(
        "breakdown",
        "breakdown",
        "One more trial of each point tells where time goes; it is no speed trial.",
        "Space turns it",
        NO,
        _flag,
    ),
    Field(
        "cool_seconds",
        "pause",
        "Least pause before each trial, for a machine that grows warm.",
        "seconds before each trial",
        "0",
        _number,
        _SECONDS,
    ),
)
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}

_SIZES = ("prompt_tokens", "generation_tokens", "trials")
_ALSO = ("sampling", "breakdown", "cool_seconds")
OF_KIND: dict[Kind, tuple[str, ...]] = {
    "tokens": (*_SIZES, *_ALSO),
    "scenarios": ("scenarios", "generation_tokens", "trials", "system", *_ALSO),
    "dataset": ("dataset", "limit", "seed", "generation_tokens", "trials", *_ALSO),
    "sweep": ("sweep", "grid", *_SIZES, *_ALSO),
    "models": ("models", *_SIZES, *_ALSO),
    "batch": ("batch", *_SIZES, "sampling", "cool_seconds"),
    "stress": ("minutes", "prompt_tokens", "sampling"),
    "warm": (*_SIZES, *_ALSO),
}
"""What is asked for each kind of plan; what it does not know keeps its default."""


def plan_of(kind: Kind, texts: Mapping[str, str]) -> Plan:
    """Return the plan that the texts of a kind's fields mean; raises PlanError."""
    fields: dict[str, Any] = {"kind": kind}
    for name in OF_KIND[kind]:
        fields[name] = BY_NAME[name].value(texts.get(name, BY_NAME[name].default))
    return make(fields)


def quick_texts(kind: Kind) -> dict[str, str]:
    """Return the texts that make a plan of a kind a matter of a moment."""
    return {name: f"{value:g}" for name, value in QUICK[kind].items() if name in OF_KIND[kind]}
