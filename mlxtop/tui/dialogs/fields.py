"""The sampling settings as a person types them: names, ranges, what each does."""

from collections.abc import Callable
from dataclasses import dataclass

from mlxtop.events import Sampling

Value = float | int | None


@dataclass(frozen=True, slots=True)
class Field:
    """A setting: its label in the field's own term, its range in words, and how it is read."""

    name: str
    """Name in `Sampling`."""
    label: str
    range: str
    explanation: str
    whole: bool
    lowest: float
    highest: float
    optional: str = ""
    """What an empty field means; empty where it may not be."""
    allowed: Callable[[float], bool] = lambda _: True

    def show(self, value: Value) -> str:
        """Return a value as it stands in the field."""
        if value is None:
            return ""
        return f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> Value | str:
        """Return the value that a text means, or a sentence why it means none."""
        text = text.strip().replace("_", "")
        if not text:
            return None if self.optional else f"{self.label} needs a value: {self.range}"
        try:
            value = int(text) if self.whole else float(text.replace(",", "."))
        except ValueError:
            kind = "a whole number" if self.whole else "a number"
            return f"{self.label} is {kind}: {self.range}"
        if not (self.lowest <= value <= self.highest and self.allowed(value)):
            return f"{self.label} is out of range: {self.range}"
        return value


_BITS = (2, 3, 4, 5, 6, 8)
_MOST = 10_000_000


def _share(name: str, label: str, explanation: str, *, above_zero: bool = False) -> Field:
    words = "above 0, up to 1" if above_zero else "0 to 1"
    return Field(
        name, label, words, explanation, False, 0, 1, "", lambda v: v > 0 or not above_zero
    )


def _count(name: str, label: str, words: str, explanation: str, optional: str = "") -> Field:
    return Field(name, label, words, explanation, True, 1, _MOST, optional)


FIELDS: tuple[Field, ...] = (
    Field(
        "temperature",
        "temperature",
        "0 to 5",
        "How freely a token is chosen; 0 always takes the likeliest one.",
        False,
        0,
        5,
    ),
    _share(
        "top_p",
        "top-p",
        "Chooses among the likeliest tokens whose probabilities add up to this; 1: among all.",
        above_zero=True,
    ),
    _share("min_p", "min-p", "Leaves out tokens less likely than this share of the likeliest."),
    Field(
        "top_k",
        "top-k",
        "tokens; 0: all",
        "Chooses among this many of the likeliest tokens.",
        True,
        0,
        _MOST,
    ),
    Field(
        "repetition_penalty",
        "repetition penalty",
        "0.1 to 10; empty: none",
        "Above 1 makes tokens that were said lately less likely.",
        False,
        0.1,
        10,
        "none",
    ),
    _count(
        "repetition_context",
        "repetition context",
        "tokens, 1 or more",
        "How many tokens back the repetition penalty looks.",
    ),
    _share(
        "xtc_probability",
        "XTC probability",
        "How often the likeliest tokens are left out in favour of a less likely one; 0: never.",
    ),
    Field(
        "xtc_threshold",
        "XTC threshold",
        "0 to 0.5",
        "How likely a token must be to be one of those that XTC leaves out.",
        False,
        0,
        0.5,
    ),
    Field(
        "seed",
        "seed",
        "0 or more; empty: a new one",
        "The same seed and settings give the same answer again.",
        True,
        0,
        2**63 - 1,
        "a new one each time",
    ),
    _count("max_tokens", "max tokens", "tokens, 1 or more", "Where an answer is cut off."),
    _count(
        "max_kv_size",
        "max KV size",
        "tokens; empty: no limit",
        "Holds this many tokens in a rotating KV cache; older ones are forgotten.",
        "no limit",
    ),
    Field(
        "kv_bits",
        "KV bits",
        "2, 3, 4, 5, 6, 8; empty: off",
        "Quantizes the KV cache from the first token on: less memory, a little less exact.",
        True,
        2,
        8,
        "not quantized",
        lambda value: value in _BITS,
    ),
    _count(
        "prefill_step",
        "prefill step",
        "tokens; empty: adapts",
        "Prompt tokens fed at a time; adapting aims at about 100 ms, so that Esc acts soon.",
        "adapts",
    ),
    Field(
        "draft_tokens",
        "draft tokens",
        "1 to 64 tokens",
        "How many tokens a draft model proposes at a time.",
        True,
        1,
        64,
    ),
)


def read_all(texts: dict[str, str]) -> tuple[Sampling | None, dict[str, str]]:
    """Return the settings that the texts mean, or for each that means none a sentence why."""
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for field in FIELDS:
        value = field.read(texts[field.name])
        if isinstance(value, str):
            problems[field.name] = value
        else:
            values[field.name] = value
    # The names and types of the fields are those of the settings: a test compares them.
    return (None if problems else Sampling(**values)), problems  # type: ignore[arg-type]
