"""Options that several subcommands have."""

import typer

_MOST = 2.0
"""A greater one is a percentage: nobody asks for twice the speed."""


def share(words: str) -> float:
    """Return the ratio that --fail-under names; refuse what is none."""
    try:
        value = float(words)
    except ValueError:
        raise typer.BadParameter(f"a ratio such as 0.95, not {words!r}") from None
    if not value > 0:
        raise typer.BadParameter("a ratio above 0, such as 0.95")
    if value > _MOST:
        raise typer.BadParameter(f"a ratio such as 0.95, not a percentage: {words} is above 2")
    return value
