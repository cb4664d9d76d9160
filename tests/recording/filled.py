"""Events with a marker in every text of theirs."""

import types
from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

MARKER = "Xyzzy07Plugh"


def filled(kind: Any, number: Iterator[int] | None = None) -> Any:
    """Return a value of a type with the marker, and a number of its own, in every text of it."""
    number = number or count(1)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return filled(parts[0], number)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        made = {one.name: filled(one.type, number) for one in msgspec.structs.fields(kind)}
        return kind(**made)
    if origin is Literal:
        return parts[0]
    if origin in (Union, types.UnionType):
        return filled(max(parts, key=_may_be_text), number)
    if origin is list:
        return [filled(parts[0], number)]
    if origin is dict:
        return {filled(parts[0], number): filled(parts[1], number)}
    if kind is str:
        return f"{MARKER}{next(number)}"
    return kind(1)


def _may_be_text(kind: Any) -> bool:
    return kind is str or any(map(_may_be_text, get_args(kind)))
