"""Options that several subcommands have."""

from typing import Annotated, NoReturn

import typer

from mlxtop.streams import complain

_MOST = 2.0
"""A greater value is probably a percentage."""


def share(words: str) -> float:
    """Return the ratio of --fail-under; exits for an invalid one."""
    try:
        value = float(words)
    except ValueError:
        _refuse(f"a ratio such as 0.95, not {words!r}")
    if not value > 0:
        _refuse("a ratio above 0, such as 0.95")
    if value > _MOST:
        _refuse(f"a ratio such as 0.95, not a percentage: {words} is above 2")
    return value


ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="The same as MODEL, named as in mlx-lm's commands."),
]


def one_model(named: str | None, option: str | None) -> str | None:
    """Return the model of MODEL or --model; exits for both."""
    if named is not None and option is not None:
        raise typer.Exit(complain("MODEL and --model both name a model: use one of them.", 2))
    return named if option is None else option


def _refuse(words: str) -> NoReturn:
    raise typer.Exit(complain(f"--fail-under takes {words}.", 2))
