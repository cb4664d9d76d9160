"""The sampling settings as a person types them: what each may be, and what it does."""

from dataclasses import dataclass

from mlxtop.events import Sampling
from mlxtop.sampling import LIMITS, Limit, Value, together


@dataclass(frozen=True, slots=True)
class Field:
    """A setting: what it does, how it is read, and what is said about its range."""

    name: str
    """Name in `Sampling`."""
    explanation: str
    hint: str = "{range}"
    """What the row says of its range."""
    optional: str = ""
    """What an empty field means; empty where it may not be."""

    @property
    def limit(self) -> Limit:
        """What the setting may be."""
        return LIMITS[self.name]

    @property
    def label(self) -> str:
        """The setting in the field's own term."""
        return self.limit.label

    @property
    def range(self) -> str:
        """What may be typed, in a few words."""
        return self.hint.format(range=self.limit.range)

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
        whole = self.limit.type is int
        try:
            value = int(text) if whole else float(text.replace(",", "."))
        except ValueError:
            kind = "a whole number" if whole else "a number"
            return f"{self.label} is {kind}: {self.range}"
        return self.limit.problem(value) or value


FIELDS: tuple[Field, ...] = (
    Field(
        "temperature",
        "How freely a token is chosen; 0 always takes the likeliest one.",
    ),
    Field(
        "top_p",
        "Chooses among the likeliest tokens whose probabilities add up to this; 1: among all.",
    ),
    Field(
        "min_p",
        "Leaves out tokens less likely than this share of the likeliest.",
    ),
    Field(
        "top_k",
        "Chooses among this many of the likeliest tokens.",
        "tokens; 0: all",
    ),
    Field(
        "repetition_penalty",
        "Above 1 makes tokens that were said lately less likely.",
        "{range}; empty: none",
        "none",
    ),
    Field(
        "repetition_context",
        "How many tokens back the repetition penalty looks.",
        "tokens, {range}",
    ),
    Field(
        "xtc_probability",
        "How often the likeliest tokens are left out in favour of a less likely one; 0: never.",
    ),
    Field(
        "xtc_threshold",
        "How likely a token must be to be one of those that XTC leaves out.",
    ),
    Field(
        "seed",
        "The same seed and settings give the same answer again.",
        "{range}; empty: a new one",
        "a new one",
    ),
    Field(
        "max_tokens",
        "Where an answer is cut off.",
        "tokens, {range}",
    ),
    Field(
        "max_kv_size",
        "Holds this many tokens in a rotating KV cache; older ones are forgotten.",
        "tokens, {range}; empty: no limit",
        "no limit",
    ),
    Field(
        "kv_bits",
        "Quantizes the KV cache from the first token on: less memory, a little less exact.",
        "{range}; empty: off",
        "off",
    ),
    Field(
        "prefill_step",
        "Prompt tokens fed at a time; adapting aims at about 100 ms, so that a stop acts soon.",
        "tokens; empty: adapts",
        "adapts",
    ),
    Field(
        "draft_tokens",
        "How many tokens a draft model proposes at a time.",
        "{range} tokens",
    ),
)


def read_all(texts: dict[str, str]) -> tuple[Sampling | None, dict[str, str]]:
    """Return the settings that the texts mean, or for each that cannot be so a sentence why."""
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for field in FIELDS:
        value = field.read(texts[field.name])
        if isinstance(value, str):
            problems[field.name] = value
        else:
            values[field.name] = value
    # The names and types of the fields are those of the settings: a test compares them.
    sampling = None if problems else Sampling(**values)  # type: ignore[arg-type]
    if sampling is not None and (wrong := together(sampling)):
        return None, dict.fromkeys(("max_kv_size", "kv_bits"), wrong)
    return sampling, problems
