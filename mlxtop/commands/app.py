"""The command line, made of the table of commands."""

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from mlxtop import __version__
from mlxtop.commandnames import COMMANDS
from mlxtop.commands.export_options import list_formats

Function = TypeVar("Function", bound=Callable[..., None])
_EPILOGS: dict[Callable[..., None], str] = {}


class PlainCommand(TyperCommand):
    """A command whose help tells one of many paths by the word for one: typer has `list[Path]`."""

    def get_help(self, ctx: Any) -> str:
        """Return the help in the words that all commands have."""
        for option in self.params:
            list_formats(option)
        return super().get_help(ctx).replace("<list[Path]>", "<path>")


def epilog(words: str) -> Callable[[Function], Function]:
    """Return a decorator: the words stand below the options in a command's help."""

    def mark(function: Function) -> Function:
        _EPILOGS[function] = words
        return function

    return mark


def build() -> typer.Typer:
    """Return the command line with every command of the table; the help lists them in its order."""
    app = typer.Typer(
        name="mlxtop",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Plain help: in its boxes typer gives every flag a type that it does not take.
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Chat with a local model on MLX and watch the machine, on one screen and one clock."
        "\n\n`mlxtop` opens the first screen, `mlxtop MODEL` a model (a directory, a Hugging Face "
        "id, or `demo`). Options of a run: `mlxtop run --help`.",
    )
    app.callback(invoke_without_command=True)(_root)
    for name, place in COMMANDS.items():
        module, _, called = place.partition(":")
        function = getattr(import_module(module), called)
        app.command(name, cls=PlainCommand, epilog=_EPILOGS.get(function))(function)
    return app


def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Take the options that stand before a subcommand."""
    if version:
        print(f"mlxtop {__version__}")
        raise typer.Exit
