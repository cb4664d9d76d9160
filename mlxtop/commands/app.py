"""The command line, made of the table of commands."""

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand
from typer.main import get_command

from mlxtop import __version__
from mlxtop.command_table import COMMANDS

Function = TypeVar("Function", bound=Callable[..., None])
_EPILOGS: dict[Callable[..., None], str] = {}
_LATER: dict[Callable[..., None], Callable[[], Callable[..., None]]] = {}


class PlainCommand(TyperCommand):
    """A command whose help has `<path>` also for several paths: typer has `<list[Path]>`."""

    def get_help(self, ctx: Any) -> str:
        """Return the help with the words of all commands."""
        # Imported here: most commands have no exports.
        from mlxtop.commands.export_options import list_formats

        for option in self.params:
            list_formats(option)
        return (
            super().get_help(ctx).replace("<list[Path]>", "<path>").replace("<list[str]>", "<str>")
        )


def epilog(words: str) -> Callable[[Function], Function]:
    """Return a decorator: the words follow the options in a command's help."""

    def mark(function: Function) -> Function:
        _EPILOGS[function] = words
        return function

    return mark


def made_when_called(make: Callable[[], Callable[..., None]]) -> Callable[[Function], Function]:
    """Return a decorator: the command is the function that `make` returns, once it is needed.

    For options whose descriptions are expensive to import.
    """

    def mark(function: Function) -> Function:
        _LATER[function] = make
        return function

    return mark


def _later(name: str, function: Callable[..., None]) -> type[PlainCommand]:
    """Return the class of a command that is made when it is needed."""

    class Later(PlainCommand):
        def make_context(self, *args: Any, **others: Any) -> Any:
            """Continue as the command with all its options."""
            return _whole(name, function).make_context(*args, **others)

    return Later


def _whole(name: str, function: Callable[..., None]) -> Any:
    one = typer.Typer(add_completion=False, rich_markup_mode=None)
    made = _LATER[function]() if function in _LATER else function
    one.command(name, cls=PlainCommand, epilog=_EPILOGS.get(function))(made)
    return get_command(one)


def whole(name: str) -> Any:
    """Return a command of the table with all its options."""
    return _whole(name, _function(name))


def _function(name: str) -> Callable[..., None]:
    module, _, called = COMMANDS[name].partition(":")
    function: Callable[..., None] = getattr(import_module(module), called)
    return function


def _summary(function: Callable[..., None]) -> Callable[..., None]:
    """Return a placeholder for the list of commands."""

    def nothing() -> None:
        pass

    nothing.__doc__ = function.__doc__
    return nothing


def build(only: str = "") -> typer.Typer:
    """Return the command line: every command in the order of the table, or `only` one of them."""
    app = typer.Typer(
        name="mlxtop",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Plain help: typer's boxes show a type for every flag, also for those without a value.
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Chat with a local model on MLX and watch the machine, on one screen and one clock."
        "\n\n`mlxtop` opens the first screen, `mlxtop MODEL` a model (a directory, a Hugging Face "
        "id, or `demo`). Options of a run: `mlxtop run --help`.",
    )
    app.callback(invoke_without_command=True)(_root)
    for name in (only,) if only else COMMANDS:
        function = _function(name)
        words = _EPILOGS.get(function)
        if function in _LATER:
            app.command(name, cls=_later(name, function), epilog=words)(_summary(function))
        else:
            app.command(name, cls=PlainCommand, epilog=words)(function)
    return app


def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Handle the options before a subcommand."""
    if version:
        print(f"mlxtop {__version__}")
        raise typer.Exit
