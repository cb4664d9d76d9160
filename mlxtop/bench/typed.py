"""Settings and their values as somebody types them."""

import re
from typing import Any

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
