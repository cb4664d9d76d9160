"""Whether an event can be true, beyond having the right types."""

import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec

from mlxtop.events import LARGEST_NUMBER, AnyEvent, Range

_ANY = Range(-LARGEST_NUMBER, LARGEST_NUMBER)


_Field = tuple[str, float, float, str]


class _Numbers(NamedTuple):
    """What numbers a struct has: fields with the range of each, and what is said of one."""

    single: tuple[_Field, ...]
    structs: tuple[str, ...]
    many: tuple[_Field, ...]
    """Those in lists and dictionaries."""


def unsound(event: AnyEvent) -> str:
    """Return why the event cannot be true, in a few words; empty where nothing speaks against it.

    A time must be finite, not negative, and at most 1e12 s, other numbers at most 1e30 either way,
    unless their declaration says less.
    """
    return _out_of_range(event) or event.contradiction()


def _out_of_range(struct: msgspec.Struct) -> str:
    single, structs, many = _numbers(type(struct))
    for name, lowest, highest, words in single:
        value = getattr(struct, name)
        if value is not None and not lowest <= value <= highest:
            return words
    for name in structs:
        value = getattr(struct, name)
        for one in value if isinstance(value, list) else (value,):
            if one is not None and (words := _out_of_range(one)):
                return words
    for name, lowest, highest, words in many:
        value = getattr(struct, name)
        if value is None:
            continue
        for one in value.values() if isinstance(value, dict) else value:
            # Most are numbers: there is one for each figure and each token.
            if one is None or (isinstance(one, float) and lowest <= one <= highest):
                continue
            if not _is_within(one, lowest, highest):
                return words
    return ""


def _is_within(value: object, lowest: float, highest: float) -> bool:
    if isinstance(value, list):
        return all(_is_within(one, lowest, highest) for one in value)
    return not isinstance(value, int | float) or lowest <= value <= highest


@cache
def _numbers(struct: type[msgspec.Struct]) -> _Numbers:
    single: list[_Field] = []
    many: list[_Field] = []
    structs: list[str] = []
    for field in msgspec.structs.fields(struct):
        kind, said = _plain(field.type)
        parts = set(_parts(kind))
        if any(isinstance(part, type) and issubclass(part, msgspec.Struct) for part in parts):
            structs.append(field.name)
        elif parts & {int, float}:
            of_many = any(get_origin(part) in (list, dict) for part in (kind, *get_args(kind)))
            called = f"{'a value in ' if of_many else ''}field `{field.name}`"
            words = f"{said.words or called} is out of range"
            place = (field.name, said.lowest, said.highest, words)
            (many if of_many else single).append(place)
    return _Numbers(tuple(single), tuple(structs), tuple(many))


def _plain(kind: Any) -> tuple[Any, Range]:
    """Return a type without its metadata, and the range in it."""
    if get_origin(kind) is not Annotated:
        return kind, _ANY
    bare, *said = get_args(kind)
    return bare, next((one for one in said if isinstance(one, Range)), _ANY)


def _parts(kind: Any) -> Iterable[Any]:
    """Yield what a type is made of."""
    if get_origin(kind) in (Annotated, list, dict, types.UnionType) or get_args(kind):
        for part in get_args(kind):
            yield from _parts(part)
    else:
        yield kind
