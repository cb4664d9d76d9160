"""Why a line holds no event, in words of our own."""

import re

from mlxtop.text import one_line

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
        return "it holds bytes that are not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if found := _EXPECTED.match(said):
        what = _field(found["where"]) or "the line"
        wanted = " or ".join(_type(word) for word in found["wanted"].split(" | "))
        return f"{what} is {_type(found['found'])}, {wanted} is wanted"
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
    return "it holds no event"


def _type(word: str) -> str:
    return _TYPES.get(word, word)


def _field(where: str | None) -> str:
    """Return a place such as `$.times[3]` as people say it; empty for the line itself."""
    name = (where or "").removeprefix("$").removeprefix(".")
    if name.endswith("[...]"):
        return f"a value in field `{name.removesuffix('[...]')}`"
    return f"field `{one_line(name, 60)}`" if name else ""
