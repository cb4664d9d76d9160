"""Checks of a line of a recording: not an event and why, invalid values, unknown fields."""

import re
import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec

from mlxtop import events
from mlxtop.events import LARGEST_NUMBER, AnyEvent, Range
from mlxtop.text import one_line

# What decoding arbitrary bytes may raise: not an event, broken UTF-8, nested too deeply.
UNDECODABLE = (msgspec.MsgspecError, ValueError, RecursionError)

# -- not an event ----------------------------------------------------------------------------------

_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_WHERE = r"(?: - at `(?P<where>[^`]*)`)?$"
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`" + _WHERE)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`" + _WHERE)
_ENUM = re.compile(r"Invalid enum value (?P<value>.*?)" + _WHERE, re.DOTALL)
_RANGE = re.compile(r"(?:Number|Integer value) out of range" + _WHERE)
_BYTE = re.compile(r"JSON is malformed: .* \(byte (?P<byte>\d+)\)$")


def why(error: Exception) -> str:
    """Return why a line could not be decoded, without a full stop: "field `t` is missing"."""
    said = str(error)
    if isinstance(error, UnicodeDecodeError):
        return "it contains bytes that are not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if found := _EXPECTED.match(said):
        what = _field(found["where"]) or "the line"
        wanted = " or ".join(_type(word) for word in found["wanted"].split(" | "))
        return f"{what} is {_type(found['found'])}, but must be {wanted}"
    if found := _MISSING.match(said):
        place = _field(found["where"])
        return f"field `{found['name']}`{f' of {place}' if place else ''} is missing"
    if found := _ENUM.match(said):
        return f"{_field(found['where'])} is {one_line(found['value'], 40)}, not one of its values"
    if found := _RANGE.match(said):
        return f"{_field(found['where']) or 'a number'} is out of range"
    if found := _BYTE.match(said):
        return f"it is not JSON: character {int(found['byte']) + 1} makes no sense"
    if said == "Input data was truncated":
        return "it is not JSON: it ends in the middle"
    return "it is not an event"


def _type(word: str) -> str:
    return _TYPES.get(word, word)


def _field(where: str | None) -> str:
    """Return a place such as `$.times[3]` in words; empty for the line itself."""
    name = (where or "").removeprefix("$").removeprefix(".")
    if name.endswith("[...]"):
        return f"a value in field `{name.removesuffix('[...]')}`"
    return f"field `{one_line(name, 60)}`" if name else ""


# -- invalid values --------------------------------------------------------------------------------

_ANY = Range(-LARGEST_NUMBER, LARGEST_NUMBER)


_Field = tuple[str, float, float, str]


class _Numbers(NamedTuple):
    """The numbers in a struct: fields with the range of each, and its words for a message."""

    single: tuple[_Field, ...]
    structs: tuple[str, ...]
    many: tuple[_Field, ...]
    """The numbers in lists and dictionaries."""


def unsound(event: AnyEvent) -> str:
    """Return why the event is not valid, in a few words; empty if it is.

    A time must be finite, not negative, and at most 1e12 s, other numbers at most 1e30 either way,
    unless they are declared with a smaller range.
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
            # Most values are numbers: one for each figure and each token.
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


# -- unknown fields --------------------------------------------------------------------------------


def unknown_fields(line: bytes, event: AnyEvent) -> list[str]:
    """Return the fields of the line that `event`, decoded from it, lacks: `field`, `part.field`."""
    try:
        raw = msgspec.json.decode(line)
    except UNDECODABLE:
        # Unknown fields are skipped when an event is read, so they may be damaged.
        return ["a name that is not text"]
    return list(_lacking(raw, event, ("kind",)))


def _lacking(raw: Any, known: Any, also: tuple[str, ...] = ()) -> dict[str, None]:
    """Return the names in order, each once: the items of a list repeat them."""
    found: dict[str, None] = {}
    if isinstance(known, msgspec.Struct) and isinstance(raw, dict):
        fields = known.__struct_fields__
        for name, value in raw.items():
            if name in fields:
                parts = _lacking(value, getattr(known, name))
                found |= {f"{name}.{part}": None for part in parts}
            elif name not in also:
                found[name] = None
    elif isinstance(known, list) and known and isinstance(known[0], msgspec.Struct):
        for one, other in zip(raw, known, strict=True):
            found |= _lacking(one, other)
    return found


# -- schema ----------------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line of a recording."""
    schema = msgspec.json.schema(events.AnyEvent)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"One line of an mlxtop recording, schema {events.SCHEMA_VERSION}",
        **schema,
    }


def schema_text() -> str:
    """Return the JSON Schema as it is printed and stored: indented, with a final newline."""
    return msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode() + "\n"
