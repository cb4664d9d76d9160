"""The app that the subcommands belong to, and what stands before a subcommand."""

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from mlxtop import __version__


class PlainCommand(TyperCommand):
    """A command whose help tells one of many paths by the word for one: typer has `list[Path]`."""

    def get_help(self, ctx: Any) -> str:
        """Return the help in the words that the other commands have."""
        return super().get_help(ctx).replace("<list[Path]>", "<path>")


app = typer.Typer(
    name="mlxtop",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain help: in its boxes typer gives every flag a type that it does not take.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Chat with a local model on MLX and watch the machine, on one screen and one clock.\n\n"
    "`mlxtop` opens the first screen, `mlxtop MODEL` a model (a directory, a Hugging Face id, "
    "or `demo`). Options of a run: `mlxtop run --help`.",
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Take the options that stand before a subcommand."""
    if version:
        print(f"mlxtop {__version__}")
        raise typer.Exit
