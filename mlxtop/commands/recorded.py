"""`mlxtop recordings` and `compare`: figures of recordings."""

from pathlib import Path
from typing import Annotated

import typer

from mlxtop.commands.export_options import Exports, with_exports
from mlxtop.commands.share import share

SORTED_BY = {
    "date": "began",
    "model": "model",
    "what": "what",
    "length": "length",
    "tokens": "tokens",
    "speed": "tok/s",
    "wired": "peak wired",
    "used": "peak used",
    "pressure": "pressure",
    "state": "state",
    "size": "size",
    "prompt": "first prompt",
    "file": "file",
}
"""Columns of the list with their titles, here so that the help does not import the list."""
_SORT_WORDS = ", ".join(
    title if name == title else f"{title} ({name})" for name, title in SORTED_BY.items()
)


def _column(words: str) -> str:
    """Return the name of a column by its name or title."""
    for name, title in SORTED_BY.items():
        if words.lower() in (name, title):
            return name
    raise typer.BadParameter(f"by one of {_SORT_WORDS}, not {words!r}", param_hint="--sort")


@with_exports("recordings")
def recordings(
    directory: Annotated[
        Path | None, typer.Argument(help="Where to look; default: where runs are recorded.")
    ] = None,
    *,
    exports: Exports,
    sort: Annotated[
        str, typer.Option("--sort", help=f"By {_SORT_WORDS}.", metavar="COLUMN")
    ] = "began",
    reverse: Annotated[bool, typer.Option("--reverse", "-r", help="In reverse order.")] = False,
    words: Annotated[
        str,
        typer.Option(
            "--filter",
            help="Only those with these words, like the library filter: bench, a model, a prompt.",
            metavar="TEXT",
        ),
    ] = "",
) -> None:
    """List the recordings with their figures, the newest first. Packed ones too.

    tok/s is the median over a run's tokens: half of them had this decode speed or a higher one.
    """
    by = _column(sort)
    from mlxtop import config as settings
    from mlxtop.files.recordings import list_recordings

    found = directory or settings.load()[0].recordings_dir
    named = directory is not None
    raise typer.Exit(
        list_recordings(
            found,
            exports=exports.targets(),
            named=named,
            by=by,
            reverse=reverse,
            matching=words,
        )
    )


@with_exports("comparison")
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A recording, or `-`.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The recording to compare with A.")],
    turn: Annotated[
        str | None,
        typer.Option("--turn", metavar="N", help="Only turn N of both; N:M uses turn M of B."),
    ] = None,
    mark: Annotated[
        str, typer.Option("--at-mark", metavar="TEXT", help="From the mark with this note on.")
    ] = "",
    point: Annotated[
        str | None,
        typer.Option("--point", metavar="LABEL", help="Only this point of two benchmarks."),
    ] = None,
    seconds: Annotated[
        bool, typer.Option("--seconds", help="Draw the speeds over seconds, not over tokens.")
    ] = False,
    *,
    exports: Exports,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            help="Exit status 1 where B / A in tok/s is lower, such as 0.95.",
            parser=share,
            metavar="RATIO",
        ),
    ] = None,
    chart: Annotated[bool, typer.Option(help="Draw the speeds over each other.")] = True,
) -> None:
    """Compare two recordings. Shows conditions, figures, and which is faster."""
    from mlxtop.files.comparison import CompareOptions, compare_files

    if len([part for part in (turn, mark or None, point) if part is not None]) > 1:
        raise typer.BadParameter(
            "use only one: a turn, a mark or a point", param_hint="--turn, --at-mark, --point"
        )
    wanted = CompareOptions(
        _turns(turn), mark, point, seconds, exports.targets(), fail_under, chart
    )
    raise typer.Exit(compare_files(first, second, wanted))


def _turns(words: str | None) -> tuple[int, int] | None:
    """Return the turns that `N` or `N:M` names."""
    if words is None:
        return None
    one, _, other = words.partition(":")
    numbers = (one, other or one)
    if not all(part.isdecimal() and part.isascii() and len(part) < 10 for part in numbers):
        raise typer.BadParameter("a turn is a number, such as 2, or two, 2:3", param_hint="--turn")
    return int(one), int(other or one)
