"""Small JSON files of a model directory, read with a bound."""

import json
from pathlib import Path
from typing import Any

from mlxtop.text import one_line
from mlxtop.user_files import NotJson, Unreadable, json_of


class Fault(Exception):
    """The model cannot be loaded; the text is a sentence with the reason."""


class Incomplete(Fault):
    """A part of the model is missing: download it again."""


MAX_BYTES = 64_000_000
"""More than any existing config, index or tokenizer_config."""

MOST = 2**40
"""More than any number of tokens, layers or heads."""

Object = dict[str, Any]
"""A JSON object."""


class BadJson(Fault):
    """A text file that is not JSON."""


def read_object(path: Path) -> Object | None:
    """Return the object in a file, None if there is no such file; raise Fault otherwise."""
    name = one_line(path.name)
    if not path.is_file():  # a directory, a pipe or a broken link
        return None
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Fault(f"{name} cannot be read: {error.strerror or error}.") from None
    if len(data) > MAX_BYTES:
        raise Fault(f"{name} is larger than {MAX_BYTES // 10**6} MB: it is not a valid {name}.")
    try:
        # Not msgspec: configs contain NaN and Infinity, which mlx-lm reads, also by json.
        value = json_of(data.decode(json.detect_encoding(data)))
    except UnicodeDecodeError:
        raise Fault(f"{name} is not UTF-8 text.") from None
    except NotJson as error:
        raise BadJson(error.sentence(name)) from None
    except Unreadable as error:
        raise Fault(error.sentence(name)) from None
    if not isinstance(value, dict):
        raise Fault(f"{name} is not a JSON object.")
    return value


def number(config: Object, *names: str) -> int | None:
    """Return the first entry that is a positive integer below `MOST`."""
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST:
            return value
    return None


def inner(config: Object, name: str) -> Object:
    """Return an object inside an object; empty if there is none."""
    value = config.get(name)
    return value if isinstance(value, dict) else {}
