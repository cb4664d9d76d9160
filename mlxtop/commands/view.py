"""`mlxtop replay` and `mlxtop watch`: look at a run, or at this machine."""

from pathlib import Path
from typing import Annotated

import typer

from mlxtop.commands.export_options import Exports, with_exports


def replay(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A recording (.jsonl, .gz, .zst), `-`, or a directory to choose from.",
            show_default=False,
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", help="0.25, 0.5, 1, 2, 4, 8, 16, 32 or 64 times.")
    ] = 1.0,
    start: Annotated[
        str | None,
        typer.Option("--at", help="Begin at 1:23, -30s (from its end), 14:05:10 or a mark."),
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Begin paused.")] = False,
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", help="Watch a running one; default: the newest."),
    ] = False,
) -> None:
    """Replay a recording on the same screen, also while it grows."""
    from mlxtop.launch.replay import choose_file, follow_file, replay_file

    if follow:
        raise typer.Exit(follow_file(file))
    if file is None:
        raise typer.Exit(choose_file())
    raise typer.Exit(replay_file(file, speed=speed, start=start, paused=paused))


@with_exports("reading", "readings", files=False)
def watch(
    once: Annotated[bool, typer.Option("--once", help="Print one reading as a table.")] = False,
    *,
    exports: Exports,
    hz: Annotated[
        float | None, typer.Option("--hz", help="Readings a second, above 0 and up to 20.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", help="End a stream after so many readings.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="End a stream after so many seconds.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Record what the screen shows to a file.")
    ] = False,
) -> None:
    """Watch this machine without a model. On a screen, as a table, or as a stream."""
    from mlxtop.launch.watch import watch as launch_watch
    from mlxtop.watch.options import WatchRequest

    raise typer.Exit(
        launch_watch(
            WatchRequest(
                once=once,
                exports=exports.targets("reading" if once else "readings"),
                hz=hz,
                count=count,
                seconds=seconds,
                record=record,
            )
        )
    )
