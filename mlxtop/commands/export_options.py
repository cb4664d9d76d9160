"""Options of commands with exports, made from the table of exports."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from mlxtop.exports import Export, ExportError, Family, Target, asked, built_in, named, offered
from mlxtop.streams import complain

ANY = "export"
"""The option for any format by name."""
_FAMILIES = "formats of "
"""Placeholder in an option's help, followed by the families whose formats it lists."""


class Exports:
    """The exports of a command line."""

    def __init__(self, families: tuple[Family, ...], options: dict[str, Any]) -> None:
        """`options` are the values of the options by name."""
        self._families = families
        self._options = options

    def targets(self, *families: Family) -> tuple[Target, ...]:
        """Return them, formats by name from `families` only; exits for an unknown one."""
        wanted = families or self._families
        try:
            by_name = [named(words, *wanted) for words in self._options[ANY] or ()]
        except ExportError as error:
            raise typer.Exit(complain(str(error), error.status)) from None
        own = {name: value for name, value in self._options.items() if name != ANY}
        return (*asked(*self._families, **own), *by_name)


def with_exports(
    *families: Family, files: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator: a function's parameter `exports` becomes the options of its exports.

    One for each built-in format with its own option, and `--export` for any by name; `files`: with
    an optional file.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function)
        made = [_parameter(one) for one in built_in(*families) if one.option]
        made.append(_by_name(families, files=files))
        parameters = []
        for parameter in own.parameters.values():
            parameters += made if parameter.name == "exports" else [parameter]

        def called(**values: Any) -> None:
            options = {one.name: values.pop(one.name) for one in made}
            function(**values, exports=Exports(families, options))

        for name in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(called, name, getattr(function, name))
        called.__annotations__ = {one.name: one.annotation for one in parameters}
        vars(called)["__signature__"] = own.replace(parameters=parameters)
        return called

    return decorate


def _parameter(export: Export) -> inspect.Parameter:
    option = typer.Option(export.flag, help=export.help)
    if export.option == "file":
        return _option(export.name, Annotated[Path | None, option], None)
    return _option(export.name, Annotated[bool, option], False)


def _by_name(families: tuple[Family, ...], *, files: bool) -> inspect.Parameter:
    option = typer.Option(
        f"--{ANY}",
        help=f"{_FAMILIES}{','.join(families)}",
        metavar="NAME=FILE" if files else "NAME",
    )
    return _option(ANY, Annotated[list[str] | None, option], None)


def _option(name: str, annotation: Any, default: object) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def list_formats(option: Any) -> None:
    """List the formats in the help of `--export`, also those of packages."""
    words = getattr(option, "help", None) or ""
    if not words.startswith(_FAMILIES):
        return
    families = words.removeprefix(_FAMILIES).split(",")
    there, problems = offered(*families)
    for problem in problems:
        complain(problem)
    names = sorted({one.name for one in there if not one.package})
    own = "".join(f", {one.name} ({one.help.rstrip('.')})" for one in there if one.package)
    where = (
        ", to a file (an existing one is replaced) or to stdout" if "=" in option.metavar else ""
    )
    option.help = f"A format by name{where}: {', '.join(names)}{own}."
