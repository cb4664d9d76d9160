"""`mlxtop doctor`, `config`, `themes`: the setup."""

from pathlib import Path
from typing import Annotated

import typer

from mlxtop.streams import complain


def doctor(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", help="How long to measure, 1 to 600.")
    ] = 2.0,
    capture: Annotated[
        Path | None,
        typer.Option(
            "--capture", help="Save what the sensors read, without names, to a new directory."
        ),
    ] = None,
) -> None:
    """Show what each sensor reads and costs. And what is missing, and why."""
    from mlxtop.doctor.run import doctor as examine

    raise typer.Exit(examine(json=json, seconds=seconds, capture=capture))


def config() -> None:
    """Show where the configuration is, and its values."""
    from mlxtop import config as settings
    from mlxtop.tui.themes import theme_names

    loaded, problems = settings.load()
    known, broken = theme_names()
    loaded, unknown = settings.with_known_theme(loaded, known)
    print(settings.describe(loaded))
    problems += [*unknown, *broken]
    for problem in problems:
        complain(problem)
    raise typer.Exit(1 if problems else 0)


def themes() -> None:
    """List the themes, with your own."""
    from mlxtop import paths
    from mlxtop.themes import load_themes

    found, problems = load_themes([paths.themes_dir(), paths.user_themes_dir()])
    for theme in found:
        print(theme.name)
    for problem in problems:
        complain(problem)
    raise typer.Exit(1 if problems else 0)
