"""What is to be measured, as a plan file or flags say it."""

import difflib
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import msgspec

from mlxtop.bench import checks
from mlxtop.config import line_of
from mlxtop.presets import PresetError, read_preset
from mlxtop.reading import Unreadable, read_text, toml_of
from mlxtop.sampling import LIMITS
from mlxtop.text import one_line

Kind = Literal["tokens", "scenarios", "dataset", "sweep", "models", "batch", "stress", "warm"]
KINDS: dict[Kind, str] = {
    "tokens": "random tokens, by the method of mlx_lm.benchmark",
    "scenarios": "prompts that come with mlxtop, or your own",
    "dataset": "prompts of a file",
    "sweep": "a setting over several values",
    "models": "several models, in turns",
    "batch": "several requests at once",
    "stress": "generation without a pause, for minutes",
    "warm": "the first run after a load against the following ones",
}

MANY_TRIALS = 100
"""From so many trials on somebody is asked first."""

MOST_BYTES = 1 << 20
Value = float | int | str | None


class PlanError(Exception):
    """A plan that cannot be run; the text is a sentence, `field` what it is about."""

    status = 2
    """Exit status of the command: wrong usage."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class PlanFileError(PlanError):
    """A file that a plan needs and that cannot be used; the sentence names it."""

    status = 1


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan of one kind; what a kind does not use keeps its default."""

    kind: Kind = "tokens"
    prompt_tokens: int = 512
    generation_tokens: int = 128
    """Generated per request; of scenarios and datasets the most there may be."""
    trials: int = 5
    """Valid trials of each point."""
    models: tuple[str, ...] = ()
    """Of the kind `models`, besides the one that is named first."""
    scenarios: tuple[str, ...] = ()
    """Names of shipped scenarios, or files with prompts; none: all that are shipped."""
    dataset: str = ""
    limit: int | None = None
    """Prompts of a dataset that are taken; None: all."""
    sweep: dict[str, tuple[Value, ...]] = {}
    grid: bool = False
    """Every combination of the values; else one setting at a time."""
    batch: tuple[int, ...] = (1,)
    minutes: float = 3.0
    """How long a stress plan generates."""
    sampling: dict[str, Value] = {}
    """Sampling settings that all points share."""
    system: str = ""
    prompt_config: str = ""
    """Of scenarios and datasets: a file with system prompt, examples and sampling settings."""
    prefill_step: int = 2048
    seed: int = 0
    breakdown: bool = False
    """One more trial of each point that tells where the time goes; it is no speed trial."""
    cool_seconds: float = 0.0
    """Least pause before each trial."""
    cool_limit_seconds: float = 60.0
    """Longest wait for the machine to be as it was before the first trial."""
    most_repeats: int = 5
    """Trials that may be repeated because something disturbed them, over all."""

    def problem(self) -> str:
        """Return why the plan cannot be run, in a sentence; empty where it can."""
        return checks.problem(self)[1]


QUICK: dict[Kind, dict[str, Any]] = {
    "tokens": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 3},
    "scenarios": {"generation_tokens": 64, "trials": 1},
    "dataset": {"generation_tokens": 64, "trials": 1, "limit": 5},
    "sweep": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2},
    "models": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 3},
    "batch": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2},
    "stress": {"minutes": 0.5},
    "warm": {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2},
}
"""What a quick plan decides; the rest stays as it was asked for."""


def quickened(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a plan with sizes that take a moment; what is smaller stays."""
    kind = fields.get("kind", "tokens")
    sizes = QUICK[kind] if kind in get_args(Kind) else {}
    smaller = {
        name
        for name, size in sizes.items()
        if isinstance(said := fields.get(name), int | float) and said < size
    }
    return fields | {name: size for name, size in sizes.items() if name not in smaller}


def configured(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the length of replies that a prompt config says, if they say none.

    Raises PlanError where the prompt config cannot be used.
    """
    path = fields.get("prompt_config")
    if not path or not isinstance(path, str) or "generation_tokens" in fields:
        return fields
    try:
        sampling = read_preset(Path(path)).sampling
    except PresetError as error:
        raise PlanFileError(str(error), "prompt_config") from None
    if "max_tokens" not in sampling:
        return fields
    return {**fields, "generation_tokens": sampling["max_tokens"]}


def read_plan(path: Path) -> dict[str, Any]:
    """Return the fields of a plan in a TOML file; raises PlanError.

    Checked only by `make`: flags beside the file may still change them.
    """
    shown = one_line(str(path), 300)
    try:
        return toml_of(read_text(path, most=MOST_BYTES))
    except OSError as error:
        raise PlanFileError(f"The plan {shown} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise PlanFileError(error.sentence(f"The plan {shown}")) from None


def place_of(path: Path, field: str) -> str:
    """Return "plan.toml:3: " for the line of a plan's file that gives a field; empty for none."""
    try:
        lines = read_text(path, most=MOST_BYTES).splitlines() if field else []
    except (OSError, Unreadable):
        return ""  # a pipe tells its plan once
    line = line_of(lines, "", field)
    return f"{one_line(path.name, 80)}:{line}: " if line else ""


def _absent(name: str, value: Any) -> Any:
    """Return None for "off" where a setting may be absent."""
    if isinstance(value, list | tuple):
        return [_absent(name, one) for one in value]
    optional = name == "draft" or (name in LIMITS and LIMITS[name].optional)
    return None if optional and value == "off" else value


_MUST_BE: dict[object, str] = {
    Kind: f"one of {', '.join(get_args(Kind))}",
    int: "a whole number",
    int | None: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    tuple[str, ...]: "a list of texts",
    tuple[int, ...]: "a list of whole numbers",
    dict[str, Value]: "a table of settings, each a number",
    dict[str, tuple[Value, ...]]: "a table of settings, each with a list of values",
}


def make(fields: dict[str, Any]) -> Plan:
    """Return the plan that fields say; raises PlanError with what is wrong.

    Where a sweep or a setting may be absent, "off" says so: TOML has no word for it.
    """
    types = get_type_hints(Plan)
    values = {}
    for name, value in configured(fields).items():
        if name not in types:
            near = difflib.get_close_matches(name, types, n=1)
            meant = f"did you mean `{near[0]}`?" if near else f"it knows {', '.join(types)}."
            raise PlanError(f"The plan has no field `{one_line(name, 40)}`; {meant}", name)
        if name in ("sweep", "sampling") and isinstance(value, dict):
            value = {setting: _absent(setting, one) for setting, one in value.items()}
        try:
            values[name] = msgspec.convert(value, types[name])
        except msgspec.ValidationError:
            shown = "" if isinstance(value, dict) else f", not {one_line(str(value), 60)}"
            raise PlanError(f"{name} must be {_MUST_BE[types[name]]}{shown}.", name) from None
    plan = Plan(**values)
    field, sentence = checks.problem(plan)
    if sentence:
        raise PlanError(sentence, field)
    return plan
