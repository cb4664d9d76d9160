"""Pasted text: removes escape sequences, and recognizes a burst of keys as a paste."""

import re
from collections.abc import Iterator

from mlxtop.text import clean

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""Sequences around pasted text, in the terminal's mode 2004."""

LEAST_WORDS = 8
"""Characters of one line that come at once from which they are text, not keys."""
LEAST_LINES = 24
"""Characters of several lines that come at once from which they are a paste, not typed ahead."""
NEVER_TYPED = 200
"""More characters than anyone types ahead: control characters among them press no key."""
_LEAST_DIFFERENT = 4
"""Minimum different characters: a key held down is not text."""

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\)?"
)
_KEY = re.compile(r"\x1b\[(?:(\d{1,7})(?:;(\d{1,3}))?u|27;(\d{1,3});(\d{1,7})~)")
"""A key within a paste, as tmux writes control characters: CSI 106;5u or CSI 27;5;106~."""
_CONTROL = re.compile("([\x00-\x1f\x7f])")
_CONTROL_OF_TEXT = "\t\r\n"


def pasted_text(text: str) -> str:
    """Return a paste without escape sequences and control characters."""
    return clean(_ESCAPE.sub(_without_escape, text))


def _without_escape(found: re.Match[str]) -> str:
    """Return the character of a key; nothing for other sequences."""
    key = _KEY.fullmatch(found.group())
    if key is None:
        return ""
    code, modifiers = int(key[1] or key[4]), int(key[2] or key[3] or 1) - 1
    if modifiers & 4:
        code &= 0x1F
    return chr(code) if code in (9, 10, 13) or 32 <= code <= 0x10FFFF else ""


def text_and_keys(burst: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a burst in order: (True, a paste) or (False, keys, a character each).

    For terminals that do not mark pastes: several lines of some length are one paste. Enter after
    a single line sends it, as if it were typed.
    """
    if len(burst) >= NEVER_TYPED and _is_text(burst, LEAST_LINES):
        text, keys = _without_last_enter(burst)
        yield True, text
        yield from _keys(keys)
        return
    for part in re.split("([\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+)", burst):
        yield from _lines(part)


def _lines(part: str) -> Iterator[tuple[bool, str]]:
    text, keys = _without_last_enter(part)
    if "\r" in text or "\n" in text:
        if _is_text(text, LEAST_LINES):
            yield True, text
        else:
            for piece in re.split("([\r\n])", text):
                yield from _words(piece)
    else:
        yield from _words(text)
    yield from _keys(keys)


def _words(text: str) -> Iterator[tuple[bool, str]]:
    if _is_text(text, LEAST_WORDS) and not _CONTROL.search(text):
        yield True, text
    else:
        yield from _keys(text)


def _keys(keys: str) -> Iterator[tuple[bool, str]]:
    if keys:
        yield False, keys


def _without_last_enter(text: str) -> tuple[str, str]:
    """Split off the Enter after a single line; after several it belongs to them."""
    line = text[:-1]
    if text.endswith("\r") and "\r" not in line and "\n" not in line:
        return line, "\r"
    return text, ""


def _is_text(text: str, least: int) -> bool:
    return len(text) >= least and len(set(text)) >= _LEAST_DIFFERENT
