"""Text from models, files and hosts is untrusted: it is made harmless here."""

import re
from typing import Any

from rich.cells import cell_len, set_cell_size


def fit(text: str, cells: int, right: bool = False) -> str:
    """Return the text in exactly so many cells, padded at its end or beginning."""
    if cell_len(text) > cells:
        return set_cell_size(text, max(0, cells - 1)) + "…" if cells else ""
    padding = " " * (cells - cell_len(text))
    return padding + text if right else text + padding


_FLAGS = "|".join(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(sign)) for sign in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
"""The only flags written with tags: England, Scotland and Wales."""
# C0 but tab and newline, DEL and C1; line and paragraph separators and the marks that reorder text
# (bidirectional overrides and isolates); and Unicode's Default_Ignorable, which take no room
# and are invisible. A terminal obeys them, a reader cannot see them. ZWNJ, ZWJ and variation
# selectors are part of words and emoji; `_RUN` finds excessive ones. Selectors of the
# supplement are for ideographs.
_UNSAFE = re.compile(
    f"(?P<flag>{_FLAGS})"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ufff9-\ufffb"
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
)
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_RUN = re.compile(f"([{_SELECTORS}]?+[\u200c\u200d]?+)([{_SELECTORS}\u200c\u200d]++)")
"""A run of joiners and selectors: those that belong to the text before, and the rest."""
_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


def _code(sign: str) -> str:
    code = ord(sign)
    return _PICTURES.get(code) or f"‹{code:04X}›"


def _show(match: re.Match[str]) -> str:
    return match["flag"] or _code(match.group())


def _show_more(match: re.Match[str]) -> str:
    return match[1] + "".join(map(_code, match[2]))


def scrub(text: str) -> str:
    """Return the text with lone surrogates replaced by U+FFFD, so that it can be encoded."""
    return _SURROGATE.sub("\ufffd", text)


def scrubbed(value: Any) -> Any:
    """Return JSON-like lists and dicts with every text scrubbed."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list | tuple):
        return [scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {scrubbed(name): scrubbed(item) for name, item in value.items()}
    return value


def visible(text: str) -> str:
    """Return the text with every control character and invisible character made visible.

    Tab and newline stay; ESC becomes ␛; a C1 control, a bidirectional control or an invisible
    character becomes its code in ‹›. A carriage return before a newline is dropped.
    """
    return _RUN.sub(_show_more, _UNSAFE.sub(_show, scrub(text).replace("\r\n", "\n")))


def clean(text: str) -> str:
    """Return the text without the characters that `visible` replaces, for a clipboard or a field.

    Every kind of line end becomes a newline.
    """
    seen = _UNSAFE.sub(lambda match: match["flag"] or "", _LINE_END.sub("\n", scrub(text)))
    return _RUN.sub(r"\1", seen)


def one_line(text: str, limit: int = 200) -> str:
    """Return the text as one visible line of at most `limit` characters, for titles and notes."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def escaped(json: str) -> str:
    """Return JSON with an escape for every character that `visible` replaces, such as U+009B.

    The value is the same, and a terminal obeys nothing in it. JSON has no such characters outside
    its strings, and no line ends inside.
    """
    return _UNSAFE.sub(_escape, json)


def _escape(match: re.Match[str]) -> str:
    if match["flag"]:
        return match["flag"]
    units = match.group().encode("utf-16-be").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
