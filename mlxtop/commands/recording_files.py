"""`mlxtop check`, `redact`, `migrate`: work on files of recordings."""

from pathlib import Path
from typing import Annotated

import typer


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Recordings (.jsonl, .gz, .zst), or `-`."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit status 1 with any remark too.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a line instead.")
    ] = False,
) -> None:
    """Report errors in recordings by line. Exit status 1 if there are any.

    A run that was not closed properly is a remark: its lines are complete.
    """
    from mlxtop.files import checks

    if schema:
        raise typer.Exit(checks.print_schema())
    if not files:
        raise typer.BadParameter("name a recording, or `-` for stdin", param_hint="FILES")
    raise typer.Exit(checks.check(files, as_json=json, strict=strict))


def redact(
    file: Annotated[Path, typer.Argument(help="A recording, or `-`.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The new file; it must not exist.")
    ],
    rename_model: Annotated[
        str,
        typer.Option(
            "--rename-model",
            help="A new name for the model; default: unchanged.",
            metavar="NAME",
        ),
    ] = "",
) -> None:
    """Write a recording without text, host name and paths. Timings and figures stay.

    The last part of the model's name stays too; --rename-model replaces it.
    """
    from mlxtop.files.rewrite import write_redacted

    raise typer.Exit(write_redacted(file, output, rename_model))


def migrate(
    file: Annotated[Path, typer.Argument(help="A recording, or `-`.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The new file; it must not exist.")
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Change the file; FILE.bak keeps the original.")
    ] = False,
) -> None:
    """Bring a recording of an older version to the current schema."""
    from mlxtop.files.rewrite import asked_how, migrate_file

    if in_place and output is not None:
        raise typer.BadParameter("use one of the two", param_hint="--in-place, --output")
    if not in_place and output is None:
        raise typer.Exit(asked_how(file))
    raise typer.Exit(migrate_file(file, output))
