"""The user's JSON and TOML files: every error is a sentence with its line."""

import json
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from mlxtop.text import one_line

MOST_DEEP = 100
"""Nested tables and lists; values are traversed by recursion."""
_DIGITS = 4300
"""Digits of a whole number: Python does not convert more, because that takes quadratic time."""
_NOT_IN_TEXT_JSON = re.compile(r'"(?:[^"\\]|\\.)*"?|(\d{4301,})')
_NOT_IN_TEXT_TOML = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"?|\'[^\'\n]*\'?|#[^\n]*'
    r"|((?:\d_?){4301,})",
    re.DOTALL,
)


class Unreadable(ValueError):
    """A file or text that cannot be used; the text ends a sentence: "is nested too deeply"."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        """`line` counts from 1; None if the error is not in a line."""
        super().__init__(reason)
        self.reason = reason
        self.line = line

    def sentence(self, shown: str, before: int = 0) -> str:
        """Return the error in the file called `shown`; `before` are lines before the text."""
        place = "" if self.line is None else f":{before + self.line}"
        return f"{shown}{place} {self.reason}."


class NotJson(Unreadable):
    """A text that is not JSON."""


def read_bytes(path: Path, *, most: int | None = None, waits: bool = True) -> bytes:
    """Return the contents of a file; raises OSError, or Unreadable for more than `most` bytes.

    `waits`: a pipe, such as `<(command)`, is read to its end. Without it only a regular file is
    read, for files that the user did not name: a pipe would wait for a writer.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | (0 if waits else os.O_NONBLOCK)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        kind = os.fstat(descriptor).st_mode
        if not waits and not stat.S_ISREG(kind):
            raise Unreadable("is not a regular file")
        data = file.read(-1 if most is None else most + 1)
    if most is not None and len(data) > most:
        raise Unreadable(f"is larger than {most // 2**20:,} MiB")
    return data


def read_text(path: Path, *, most: int | None = None, waits: bool = True) -> str:
    """Return the UTF-8 text of a file, without byte order mark; raises like `read_bytes`."""
    return text_of(read_bytes(path, most=most, waits=waits))


def text_of(data: bytes) -> str:
    """Return bytes as text, line ends as in the file; raises Unreadable if not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8 text") from None


def why(error: OSError | Unreadable) -> str:
    """Return why a file cannot be used, as part of a sentence: "Permission denied", "line 3 …"."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"line {error.line} {error.reason}" if error.line else f"it {error.reason}"


def json_of(text: str) -> Any:
    """Return the value of a JSON text; raises Unreadable."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"is not JSON: {error.msg} (column {error.colno})", error.lineno) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise _too_long(text, _NOT_IN_TEXT_JSON) from None
    return _shallow(value)


def toml_of(text: str) -> dict[str, Any]:
    """Return the table of a TOML text; raises Unreadable."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said, line = _place(str(error), text)
        raise Unreadable(f"is not TOML: {one_line(said, 200)}", line) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise _too_long(text, _NOT_IN_TEXT_TOML) from None
    return dict(_shallow(table))


def _place(said: str, text: str) -> tuple[str, int]:
    """Return tomllib's message without the place, and the line."""
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    if found is None or found[1] is None:
        return said.removesuffix(" (at end of document)"), text.rstrip("\n").count("\n") + 1
    return f"{said[: found.start()]} (column {found[2]})", int(found[1])


def _too_deep() -> Unreadable:
    return Unreadable("is nested too deeply: more than 100 levels of tables or lists")


def _too_long(text: str, numbers: re.Pattern[str]) -> Unreadable:
    """Return the error for a whole number with too many digits, with the line of the first."""
    reason = f"contains a whole number of more than {_DIGITS:,} digits"
    found = next((one for one in numbers.finditer(text) if one[1]), None)
    return Unreadable(reason, None if found is None else text.count("\n", 0, found.start(1)) + 1)


def _shallow(value: Any) -> Any:
    """Return a value if every part of it can be traversed and shown; raises Unreadable."""
    level = [value]
    for _ in range(MOST_DEEP + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
            elif type(one) is int and one.bit_length() > _MOST_BITS:
                # Written in another base it can be read, but not shown.
                raise Unreadable(f"contains a whole number of more than {_DIGITS:,} digits")
        if not below:
            return value
        level = below
    raise _too_deep()


_MOST_BITS = int((_DIGITS - 1) * 3.3219)
"""The largest whole number that Python shows in digits."""
