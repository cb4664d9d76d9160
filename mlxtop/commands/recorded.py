"""`mlxtop recordings`, `check`, `compare`, `redact`: work on recordings."""

from pathlib import Path
from typing import Annotated

import typer

from mlxtop.commands.app import app
from mlxtop.commands.share import check_share


@app.command()
def recordings(
    directory: Annotated[
        Path | None, typer.Argument(help="Where to look; default: where runs are checking.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the recordings, newest first."""
    from mlxtop import config as settings
    from mlxtop.files.listing import list_recordings

    found = directory or settings.load()[0].recordings_dir
    raise typer.Exit(list_recordings(found, as_json=json, named=directory is not None))


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recordings (.jsonl, .gz, .zst), or `-`.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a line instead.")
    ] = False,
) -> None:
    """Say what is wrong with recordings, by line. Exit status 1 where something is."""
    from mlxtop.files import checking

    if schema:
        raise typer.Exit(checking.print_schema())
    if not files:
        raise typer.BadParameter("name a recording, or `-` for stdin", param_hint="FILES")
    raise typer.Exit(checking.check(files, as_json=json))


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A recording.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="What is compared with it.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", help="Exit status 1 where B / A in tok/s is lower."),
    ] = None,
    chart: Annotated[bool, typer.Option(help="Draw the speeds over each other.")] = True,
) -> None:
    """Compare two recordings. It tells conditions, figures, and whether one is faster."""
    from mlxtop.files.comparing import compare_files

    check_share(fail_under)
    raise typer.Exit(compare_files(first, second, as_json=json, fail_under=fail_under, chart=chart))


@app.command()
def redact(
    file: Annotated[Path, typer.Argument(help="A recording, or `-`.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new file.")],
) -> None:
    """Write a recording without text, names and paths. Timings and figures stay."""
    from mlxtop.files.redacting import write_redacted

    raise typer.Exit(write_redacted(file, output))
