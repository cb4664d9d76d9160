"""`mlxtop doctor`, `config`, `themes`, `completion`: the setup."""

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


def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.", metavar="SHELL")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Of the scripts: the words typed so far, the last one to complete.",
            metavar="WORD",
        ),
    ] = None,
) -> None:
    """Print the script for a shell that completes commands and files.

    It completes commands, options, recordings and the models of the cache.

    bash, in ~/.bashrc: eval "$(mlxtop completion bash)"

    zsh, in ~/.zshrc after compinit: eval "$(mlxtop completion zsh)"

    fish, in config.fish: mlxtop completion fish | source
    """
    from mlxtop.commands.completion_words import SCRIPTS, candidates, lines

    if shell not in SCRIPTS:
        raise typer.BadParameter("it is bash, zsh or fish", param_hint="SHELL")
    if words is None:
        print(SCRIPTS[shell], end="")
    else:
        for line in lines(shell, candidates(words)):
            print(line)
