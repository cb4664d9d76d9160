"""What to measure: the fields of a plan, each with its one description."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_type_hints

import msgspec

from mlxtop.bench.field import Field, Flag, Range, Row
from mlxtop.bench.statistics import FEWEST_IN_WORDS

MANY_TRIALS = 100
"""From this many trials on, mlxtop asks first."""

MOST_TOKENS = 1 << 20
MOST_MINUTES = 24 * 60.0
Value = float | int | str | None


class PlanError(Exception):
    """A plan that cannot run; the text is a sentence about `field`."""

    status = 2
    """Exit status: wrong usage."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class PlanFileError(PlanError):
    """A file of a plan that cannot be used; the sentence names it."""

    status = 1


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan of one kind; fields that the kind does not use keep their defaults."""

    kind: Annotated[str, Field()] = "tokens"
    """Name of one of the `KINDS`."""
    prompt_tokens: Annotated[
        int,
        Field(
            range=Range("prompt tokens", 1, MOST_TOKENS),
            flag=Flag(
                names=("-p",),
                help="Random prompt tokens; 512. Not with --scenarios or --dataset.",
            ),
            row=Row(
                label="prompt tokens",
                explanation="Random tokens that each request begins with, as in mlx_lm.benchmark.",
                hint="of each request",
            ),
        ),
    ] = 512
    generation_tokens: Annotated[
        int,
        Field(
            range=Range("generated tokens", 2, MOST_TOKENS),
            flag=Flag(names=("-g",), help="Tokens generated; 128."),
            row=Row(
                label="generated tokens",
                explanation="Of each request; for prompts with text at most: the model may end "
                "earlier.",
                hint="of each request",
            ),
        ),
    ] = 128
    """Generated per request; for scenarios and datasets the maximum."""
    trials: Annotated[
        int,
        Field(
            range=Range("trials", 1, 10_000),
            decides_speed=False,
            flag=Flag(names=("-n",), help="Valid trials of each point; 5."),
            row=Row(
                label="trials",
                explanation=f"Valid trials of each point. From {FEWEST_IN_WORDS} on the median has "
                "a 95 % interval.",
                hint="of each point",
            ),
        ),
    ] = 5
    """Valid trials of each point."""
    models: Annotated[
        tuple[str, ...],
        Field(
            shared=False,
            flag=Flag(
                names=("--with",),
                help="A model to compare MODEL with. Several times.",
                metavar="MODEL",
                several=True,
            ),
            row=Row(
                label="other models",
                explanation="Compared with the loaded one: directories or ids, separated by "
                "commas.",
                hint="{plan_models} lists them",
            ),
        ),
    ] = ()
    """For the kind `models`, besides the first one."""
    scenarios: Annotated[
        tuple[str, ...],
        Field(
            names_files=True,
            shared=False,
            flag=Flag(
                names=("--scenarios",),
                help="`all`, or simple,medium,complex, or your own files.",
                reads={"all": ()},
            ),
            row=Row(
                label="scenarios",
                explanation="simple, medium, complex, or your own files, separated by commas.",
                hint="empty: all shipped",
            ),
        ),
    ] = ()
    """Names of shipped scenarios, or files with prompts; empty: all shipped ones."""
    dataset: Annotated[
        str,
        Field(
            names_files=True,
            shared=False,
            flag=Flag(names=("--dataset",), help="Prompts of a JSON or JSONL file."),
            row=Row(
                label="file of prompts",
                explanation="JSON or JSON lines with `instruction` or `prompt`; also .txt, .toml.",
                hint="a path",
            ),
        ),
    ] = ""
    limit: Annotated[
        int | None,
        Field(
            range=Range("limit of prompts", 1, MOST_TOKENS),
            shared=False,
            flag=Flag(
                names=("--limit",),
                help="With --dataset: how many prompts to use.",
            ),
            row=Row(
                label="prompts used",
                explanation="How many prompts are used: the first ones, or in the order of the "
                "seed.",
                hint="empty: all",
            ),
        ),
    ] = None
    """Prompts of a dataset that are used; None: all."""
    sweep: Annotated[
        dict[str, tuple[Value, ...]],
        Field(
            shared=False,
            flag=Flag(
                names=("--sweep",),
                help="A setting over values: kv_bits=off,4,8. Several times.",
                metavar="NAME=VALUES",
            ),
            row=Row(
                label="settings swept",
                explanation="kv_bits=off,4,8 batch=1,2 – one setting at a time.",
                hint="kv_bits=off,4,8 …",
                text="prompt_tokens=128,512,2048",
            ),
        ),
    ] = {}
    grid: Annotated[
        bool,
        Field(
            shared=False,
            flag=Flag(names=("--grid",), help="With --sweep: every combination of the values."),
            row=Row(
                label="every combination",
                explanation="All combinations of the values; otherwise one setting at a time.",
                hint="{flag_turn} toggles",
            ),
        ),
    ] = False
    """Every combination of the values; otherwise one setting at a time."""
    batch: Annotated[
        tuple[int, ...],
        Field(
            range=Range("batch", 1, 1024),
            shared=False,
            flag=Flag(
                names=("-b", "--batch"),
                help="Requests at once: 4, or 1,2,4,8.",
                takes="a number of requests, such as 4, or several, such as 1,2,4,8",
            ),
            row=Row(
                label="batch sizes",
                explanation="Requests at once, separated by commas; each size is a point.",
                hint="1,2,4,8",
                text="1,2,4,8",
            ),
        ),
    ] = (1,)
    minutes: Annotated[
        float,
        Field(
            range=Range("minutes", 0, MOST_MINUTES, above=True),
            shared=False,
            flag=Flag(names=("--stress",), help="Generate without a pause for minutes."),
            row=Row(
                label="minutes",
                explanation="How long to generate; a full context starts again.",
                hint="up to 1440",
                unit="minutes",
            ),
        ),
    ] = 3.0
    """How long a stress plan generates."""
    sampling: Annotated[
        dict[str, Value],
        Field(
            compared_by_point=True,
            flag=Flag(
                names=("--set",),
                help="A sampling setting of all points: temperature=0.7. Several times.",
                metavar="NAME=VALUE",
            ),
            row=Row(
                label="settings",
                explanation="temperature=0.7 kv_bits=4 – for all points; empty: mlx-lm's defaults.",
                hint="temperature=0.7 …",
            ),
        ),
    ] = {}
    """Sampling settings that all points share."""
    system: Annotated[
        str,
        Field(
            shared=False,
            row=Row(
                label="system prompt",
                explanation="Comes before each prompt; empty: none.",
                hint="empty: none",
            ),
        ),
    ] = ""
    prompt_config: Annotated[
        str,
        Field(
            names_files=True,
            shared=False,
            flag=Flag(
                names=("--prompt-config",),
                help="With --scenarios or --dataset: system prompt, examples and sampling, in "
                "JSON.",
                metavar="<path>",
            ),
        ),
    ] = ""
    """For scenarios and datasets: a file with system prompt, examples and sampling settings."""
    prefill_step: Annotated[
        int,
        Field(
            range=Range("prefill step", 1, MOST_TOKENS),
            flag=Flag(names=("--prefill-step-size",), help="Tokens of a prefill step; 2048."),
        ),
    ] = 2048
    seed: Annotated[
        int,
        Field(
            range=Range("seed", 0, 2**31 - 1),
            flag=Flag(names=("--seed",), help="For random prompts and the order of a dataset; 0."),
            row=Row(
                label="seed",
                explanation="For random prompts and the order of a file's prompts; 0 keeps that "
                "order.",
                hint="0 or more",
            ),
        ),
    ] = 0
    breakdown: Annotated[
        bool,
        Field(
            decides_speed=False,
            flag=Flag(
                names=("--breakdown",), help="One more trial of each point: where the time goes."
            ),
            row=Row(
                label="breakdown",
                explanation="One more trial of each point to show where the time goes; no speed.",
                hint="{flag_turn} toggles",
            ),
        ),
    ] = False
    """One more trial of each point to show where the time goes; its speed does not count."""
    cool_seconds: Annotated[
        float,
        Field(
            range=Range("pause", 0, 3600, unit="s"),
            decides_speed=False,
            flag=Flag(names=("--delay",), help="Seconds before each trial; 0."),
            row=Row(
                label="pause",
                explanation="Minimum pause before each trial, for a machine that gets warm.",
                hint="seconds before each trial",
                unit="seconds",
            ),
        ),
    ] = 0.0
    """Minimum pause before each trial."""
    cool_limit_seconds: Annotated[
        float, Field(range=Range("longest wait", 0, 3600, unit="s"), decides_speed=False)
    ] = 60.0
    """Longest wait for the machine to be as quiet and cool as before the first trial."""
    most_repeats: Annotated[int, Field(range=Range("repeats", 0, 10_000), decides_speed=False)] = 5
    """How many disturbed trials may be repeated, over the whole plan."""


def _described() -> dict[str, Field]:
    usual = Plan()
    hints = get_type_hints(Plan, include_extras=True)
    return {
        name: replace(
            hint.__metadata__[0], name=name, type=hint.__origin__, default=getattr(usual, name)
        )
        for name, hint in hints.items()
    }


FIELDS: dict[str, Field] = _described()
"""The fields by name, in the order of `Plan`."""


def files_of(plan: Plan) -> list[Path]:
    """Return the files that a plan names."""
    found: list[Path] = []
    for field in FIELDS.values():
        if field.names_files and (value := getattr(plan, field.name)):
            found += map(Path, (value,) if isinstance(value, str) else value)
    return found
