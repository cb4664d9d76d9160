"""What is to be measured: the fields of a plan, each with its one description."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_type_hints

import msgspec

from mlxtop.bench.field import Field, Flag, Range, Row
from mlxtop.bench.statistics import FEWEST_IN_WORDS

MANY_TRIALS = 100
"""From so many trials on somebody is asked first."""

MOST_TOKENS = 1 << 20
MOST_MINUTES = 24 * 60.0
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
                explanation="Of each request; of prompts with words at most: the model may end "
                "first.",
                hint="of each request",
            ),
        ),
    ] = 128
    """Generated per request; of scenarios and datasets the most there may be."""
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
                help="A plan of several models: one to compare MODEL with. Several times.",
                metavar="MODEL",
                several=True,
            ),
            row=Row(
                label="other models",
                explanation="Compared with the loaded one: directories or ids, commas between.",
                hint="{plan_models} lists them",
            ),
        ),
    ] = ()
    """Of the kind `models`, besides the one that is named first."""
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
                explanation="simple, medium, complex, or files of your own; with commas between.",
                hint="empty: all shipped",
            ),
        ),
    ] = ()
    """Names of shipped scenarios, or files with prompts; none: all that are shipped."""
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
                help="With --dataset: how many of its prompts are taken.",
            ),
            row=Row(
                label="prompts taken",
                explanation="How many prompts are asked, from the first on or in the seed's order.",
                hint="empty: all",
            ),
        ),
    ] = None
    """Prompts of a dataset that are taken; None: all."""
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
                explanation="Whether each value meets all others; else one setting at a time.",
                hint="{flag_turn} turns it",
            ),
        ),
    ] = False
    """Every combination of the values; else one setting at a time."""
    batch: Annotated[
        tuple[int, ...],
        Field(
            range=Range("batch", 1, 1024),
            shared=False,
            flag=Flag(
                names=("-b", "--batch"),
                help="Requests at once: 4, or 1,2,4,8.",
                takes="a number of requests or several, 4 or 1,2,4,8",
            ),
            row=Row(
                label="batch sizes",
                explanation="Requests at once, with commas between; each size is a point of its "
                "own.",
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
                explanation="How long tokens are generated, through the context again and again.",
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
                explanation="temperature=0.7 kv_bits=4 – of all points; empty: mlx-lm's defaults.",
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
                explanation="Said before each prompt; empty: nothing.",
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
    """Of scenarios and datasets: a file with system prompt, examples and sampling settings."""
    prefill_step: Annotated[
        int,
        Field(
            range=Range("prefill step", 1, MOST_TOKENS),
            flag=Flag(names=("--prefill-step-size",), help="Tokens a prefill step feeds; 2048."),
        ),
    ] = 2048
    seed: Annotated[
        int,
        Field(
            range=Range("seed", 0, 2**31 - 1),
            flag=Flag(names=("--seed",), help="Of random prompts and of a dataset's order; 0."),
            row=Row(
                label="seed",
                explanation="Of random prompts, and of the order of a file's prompts, which 0 "
                "keeps.",
                hint="0 or more",
            ),
        ),
    ] = 0
    breakdown: Annotated[
        bool,
        Field(
            decides_speed=False,
            flag=Flag(names=("--breakdown",), help="One more trial of each: where its time goes."),
            row=Row(
                label="breakdown",
                explanation="One more trial of each point tells where time goes; it is no speed "
                "trial.",
                hint="{flag_turn} turns it",
            ),
        ),
    ] = False
    """One more trial of each point that tells where the time goes; it is no speed trial."""
    cool_seconds: Annotated[
        float,
        Field(
            range=Range("pause", 0, 3600, unit="s"),
            decides_speed=False,
            flag=Flag(names=("--delay",), help="Seconds before each trial; 0."),
            row=Row(
                label="pause",
                explanation="Least pause before each trial, for a machine that grows warm.",
                hint="seconds before each trial",
                unit="seconds",
            ),
        ),
    ] = 0.0
    """Least pause before each trial."""
    cool_limit_seconds: Annotated[
        float, Field(range=Range("longest wait", 0, 3600, unit="s"), decides_speed=False)
    ] = 60.0
    """Longest wait for the machine to be as it was before the first trial."""
    most_repeats: Annotated[int, Field(range=Range("repeats", 0, 10_000), decides_speed=False)] = 5
    """Trials that may be repeated because something disturbed them, over all."""


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
    """Return the files that a plan may name."""
    found: list[Path] = []
    for field in FIELDS.values():
        if field.names_files and (value := getattr(plan, field.name)):
            found += map(Path, (value,) if isinstance(value, str) else value)
    return found
