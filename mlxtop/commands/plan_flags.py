"""The flags of `mlxtop bench` for the fields of a plan, made from their descriptions."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

import typer

from mlxtop.bench.field import Field, Flag
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import SIZES
from mlxtop.bench.plan import FIELDS
from mlxtop.bench.plan_fields import SETTINGS, SWEPT, NotASetting, named, value
from mlxtop.format import listed
from mlxtop.streams import USAGE, complain

_OF_KIND = "kind_"
"""Prefix of the name of a flag that only selects a kind."""
_AFTER = "plan"
"""The command's own option that the flags of a plan follow."""


def refuse(sentence: str) -> NoReturn:
    """Exit with a sentence on what is wrong with the flags."""
    raise typer.Exit(complain(sentence, USAGE))


def with_plan(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the flags of a plan too, as `**flags`; they follow `--plan`."""
    signature = inspect.signature(command, eval_str=True)
    own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    place = [parameter.name for parameter in own].index(_AFTER) + 1
    parameters = [*own[:place], *_flags(), *own[place:]]

    def called(**values: Any) -> None:
        command(**values)

    called.__doc__, called.__name__ = command.__doc__, command.__name__
    called.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[one.replace(kind=one.KEYWORD_ONLY) for one in parameters]
    )
    return called


def _flags() -> list[inspect.Parameter]:
    """Return the flags in the order of the help: sizes, then kind by kind, then all others."""
    names = list(SIZES)
    found: dict[str, inspect.Parameter] = {}
    for kind in KINDS.values():
        own = (name for name in (*kind.form, *kind.also) if not FIELDS[name].shared)
        names += [*own, _OF_KIND + kind.name]
        if kind.flag is not None:
            found[_OF_KIND + kind.name] = _option(_OF_KIND + kind.name, bool, kind.flag)
    for name, field in FIELDS.items():
        if field.flag is not None:
            found[name] = _parameter(field, field.flag)
    order = dict.fromkeys((*names, *FIELDS))
    return [found[name] for name in order if name in found]


def _parameter(field: Field, flag: Flag) -> inspect.Parameter:
    """Return the option of a field: a text, a number, a switch, or a repeated text."""
    if field.type in (int, float, str, bool):
        return _option(field.name, field.type, flag)
    if field.type == int | None:
        return _option(field.name, int, flag)
    return _option(field.name, list[str] if _is_list(field, flag) else str, flag)


def _is_list(field: Field, flag: Flag) -> bool:
    """Return whether a flag is repeated for each value."""
    return flag.several or field.type in (SETTINGS, SWEPT)


def _option(name: str, kind: Any, flag: Flag) -> inspect.Parameter:
    option = typer.Option(*flag.names, help=flag.help, metavar=flag.metavar)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if kind is bool else None,
        annotation=Annotated[kind if kind is bool else kind | None, option],
    )


def fields_of(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that flags set; exits for invalid values."""
    given = {
        name: _value(field, field.flag, said)
        for name, field in FIELDS.items()
        if field.flag is not None and not _is_absent(said := flags[name])
    }
    asked = [
        kind for kind in KINDS.values() if flags.get(_OF_KIND + kind.name) or kind.is_asked(given)
    ]
    if len(asked) > 1:
        kinds = [kind.name for kind in asked]
        options = [_name_of(kind.flag or FIELDS[kind.chosen_by].flag) for kind in asked]
        words = f"{listed(options)} are {_count(len(kinds))} kinds of plan"
        hints = (kind.instead([one for one in kinds if one != kind.name], given) for kind in asked)
        hint = next((f", or {hint}" for hint in hints if hint), "")
        refuse(f"{words}: use one of them{hint}.")
    return {**given, "kind": asked[0].name} if asked else given


def _count(number: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(number, str(number))


def _is_absent(given: Any) -> bool:
    return given is None or given is False or given == []


def _name_of(flag: Flag | None) -> str:
    return flag.names[-1] if flag is not None else ""


def _value(field: Field, flag: Flag, said: Any) -> Any:
    """Return the value of a field from its flag."""
    option = flag.names[-1]
    if field.type == tuple[int, ...]:
        try:
            return tuple(int(part) for part in said.split(","))
        except ValueError:
            refuse(f"{option} takes {flag.takes}, not {said}.")
    if field.type == tuple[str, ...] and not flag.several:
        reads = flag.reads or {}
        return reads[said] if said in reads else tuple(said.split(","))
    if field.type == SWEPT:
        pairs = (_named(text, option) for text in said)
        return {name: [value(part.strip()) for part in parts.split(",")] for name, parts in pairs}
    if field.type == SETTINGS:
        return {name: value(text) for name, text in (_named(one, option) for one in said)}
    return tuple(said) if flag.several else said


def _named(text: str, option: str) -> tuple[str, str]:
    try:
        return named(text)
    except NotASetting as error:
        refuse(f"{option} {error}.")
