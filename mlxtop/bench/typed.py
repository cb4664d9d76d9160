"""Values of a plan as somebody types them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlxtop.bench.plan import Value

_AROUND = re.compile(r"\s*([,=])\s*")


class NotMeant(ValueError):
    """A text that means no setting; the text is a sentence's part."""


def value(text: str) -> float | int | str:
    """Return the number that a text means, else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def named(text: str) -> tuple[str, str]:
    """Return the name and what follows its sign of NAME=VALUE; raises NotMeant."""
    name, sign, rest = text.partition("=")
    if not (sign and name and rest):
        raise NotMeant(f"{text} has no value: NAME=VALUE")
    return name.strip().replace("-", "_"), rest


def values(text: str) -> list[float | int | str]:
    """Return the values of a list with commas."""
    return [value(part.strip()) for part in text.split(",") if part.strip()]


def settings(text: str) -> dict[str, Any]:
    """Return what `temperature=0.7 kv_bits=4` sets, with commas between or not; raises NotMeant."""
    parts = re.sub(r"\s*=\s*", "=", text).replace(",", " ").replace(";", " ").split()
    return {name: value(rest) for name, rest in map(named, parts)}


def swept(text: str) -> dict[str, list[Any]]:
    """Return what `kv_bits=off,4,8 batch=1,2` sweeps; raises NotMeant."""
    parts = _AROUND.sub(r"\1", text).replace(";", " ").split()
    return {name: values(rest) for name, rest in map(named, parts)}


YES, NO = "yes", "no"


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Type:
    """How values of a type are written in a plan, in TOML and by hand."""

    must_be: str
    """What a value of a plan must be, in words."""
    read: Callable[[str], Any]
    """What a text means; raises ValueError where it means nothing."""
    by_hand: str = ""
    """What a text must be, in words; empty where each one means something, or says why not."""


SETTINGS, SWEPT = dict[str, Value], dict[str, tuple[Value, ...]]
"""Types of a field that sets settings, and of one that gives each several values."""
_WHOLE = "a whole number"
TYPES: dict[object, Type] = {
    int: Type(_WHOLE, int, _WHOLE),
    int | None: Type(_WHOLE, lambda text: int(text) if text else None, _WHOLE),
    float: Type("a number", lambda text: float(text.replace(",", ".")), "a number"),
    bool: Type("true or false", lambda text: text == YES),
    str: Type("a text", str),
    tuple[str, ...]: Type("a list of texts", names),
    tuple[int, ...]: Type(
        "a list of whole numbers",
        lambda text: tuple(int(part) for part in names(text)),
        "whole numbers with commas between",
    ),
    SETTINGS: Type("a table of settings, each a number", settings),
    SWEPT: Type("a table of settings, each with a list of values", swept),
}
"""The types that fields of a plan have."""


def text_of(value: Any) -> str:
    """Return what somebody types for a value of a plan."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case float():
            return f"{value:g}"
        case list() | tuple():
            return ",".join(map(_text_of_one, value))
        case dict():
            return " ".join(
                f"{name}={text_of(one) if isinstance(one, list | tuple) else _text_of_one(one)}"
                for name, one in value.items()
            )
    return str(value)


def _text_of_one(value: Any) -> str:
    return "off" if value is None else str(value)
