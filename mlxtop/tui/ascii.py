"""Terminals that cannot show more than ASCII: everything drawn is put into it on its way out.

At the driver, so that no widget has to know: each character becomes one of the same width.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from rich.cells import get_character_cell_size, split_graphemes
from textual.driver import Driver

_POOR_TERMS = frozenset({"linux", "vt100", "vt102", "vt220", "ansi", "dumb", "cons25"})
"""Terminals without braille and box drawing; the Linux console's font has 512 glyphs."""

_LOOKS = {
    "—": "-", "–": "-", "−": "-", "·": ".", "•": "*", "…": "~", "×": "x", "Δ": "d", "°": " ",
    "●": "o", "○": ".", "▲": "!", "■": "#", "⚑": "F", "❄": "*", "▶": ">", "◀": "<", "▼": "v",
    "‖": "=", "→": ">", "←": "<", "↓": "v", "↑": "^", "≥": ">", "µ": "u", "⏎": "<", "‹": "<",
    "›": ">", "“": '"', "”": '"', "’": "'", "‘": "'", "░": ".", "▒": ":", "▓": "%", "█": "#",
    "▁": "_", "▂": ".", "▃": "-", "▄": "=", "▅": "+", "▆": "%", "▇": "#", "▕": "|", "▏": "|",
    "┃": "#", "━": "=", "┏": "#", "┓": "#", "┗": "#", "┛": "#", "┣": "#", "┫": "#", "╌": "-",
    "┊": ":", "╵": "'", "▾": "v", "▴": "^",
}  # fmt: skip


_FOREIGN = re.compile(r"[ -~]?[^\x00-\x7f]+(?:(?<=\u200d)[ -~][^\x00-\x7f]*)*")
"""Characters in a row that are no ASCII, with those that they form one with."""


def needs_ascii(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal is told to be without UTF-8, or is known to lack the glyphs.

    MLXTOP_ASCII decides where it is set (1 or 0). An environment that says nothing is taken for
    UTF-8, as in most containers and over ssh. Python itself turns LANG=C into LC_CTYPE=C.UTF-8
    (PEP 538), so then LANG has the say.
    """
    if (told := environment.get("MLXTOP_ASCII", "")) in ("0", "1"):
        return told == "1"
    if environment.get("TERM", "") in _POOR_TERMS:
        return True
    names = [environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if not names[0] and names[1] in ("C.UTF-8", "C.utf8", "UTF-8") and names[2]:
        names = names[2:]
    locale = next((name for name in names if name), "")
    return bool(locale) and "utf" not in locale.lower()


@lru_cache(maxsize=4096)
def ascii_for(character: str) -> str:
    """Return ASCII of the same width that looks as much like the character as it can."""
    code = ord(character)
    if code < 0x80:
        return character
    if character in _LOOKS:
        return _LOOKS[character]
    if 0x2800 <= code <= 0x28FF:
        return " ..::||##"[(code - 0x2800).bit_count()]
    if 0x2500 <= code <= 0x257F:
        straight = unicodedata.name(character).rsplit(" ", 1)[-1]
        return {"HORIZONTAL": "-", "VERTICAL": "|"}.get(straight, "+")
    if 0x2580 <= code <= 0x259F:
        return "#"
    width = get_character_cell_size(character)
    plain = unicodedata.normalize("NFKD", character)[:1]
    return (plain if plain.isascii() and plain.isprintable() and plain else "?") * width


def to_ascii(text: str) -> str:
    """Return the text in ASCII; escape sequences, which are ASCII, stay as they are."""
    return text if text.isascii() else _FOREIGN.sub(_replaced, text)


def _replaced(match: re.Match[str]) -> str:
    text = match.group()
    parts = [ascii_for(character) for character in text]
    if "" not in parts:
        return "".join(parts)
    # What takes no room of its own can change what its neighbours take: a family of three emoji
    # is as wide as one, a cloud is wider in colour.
    pieces = []
    for start, end, width in split_graphemes(text)[0]:
        piece = "".join(parts[start:end])[:width]
        pieces.append(piece.ljust(width, piece[-1:] or " "))
    return "".join(pieces)


def ascii_driver(base: type[Driver]) -> type[Driver]:
    """Return a driver that writes what `base` would, in ASCII."""

    class AsciiDriver(base):  # type: ignore[valid-type, misc]  # the base is chosen at run time
        def write(self, data: str) -> None:
            super().write(to_ascii(data))

    return AsciiDriver
