"""Screens in ASCII: each character becomes one of the same width."""

import re
import unicodedata
from functools import lru_cache

from rich.cells import get_character_cell_size, split_graphemes

_LOOKS = {
    "—": "-", "–": "-", "−": "-", "·": ".", "•": "*", "…": "~", "×": "x", "Δ": "d", "°": " ",
    "●": "o", "○": ".", "▲": "!", "■": "#", "⚑": "F", "❄": "*", "▶": ">", "◀": "<", "▼": "v",
    "‖": "=", "→": ">", "←": "<", "↓": "v", "↑": "^", "≥": ">", "µ": "u", "⏎": "<", "‹": "<",
    "›": ">", "“": '"', "”": '"', "’": "'", "‘": "'", "░": ".", "▒": ":", "▓": "%", "█": "#",
    "▁": "_", "▂": ".", "▃": "-", "▄": "=", "▅": "+", "▆": "%", "▇": "#", "▕": "|", "▏": "|",
    "▌": "&",
    "┃": "#", "━": "=", "┏": "#", "┓": "#", "┗": "#", "┛": "#", "┣": "#", "┫": "#", "╌": "-",
    "┊": ":", "╵": "'", "▾": "v", "▴": "^", "▸": ">", "✕": "x", "✎": "*",
}  # fmt: skip


_FOREIGN = re.compile(r"[ -~]?[^\x00-\x7f]+(?:(?<=\u200d)[ -~][^\x00-\x7f]*)*")
"""Non-ASCII characters in a row, with the ASCII characters that they combine with."""


@lru_cache(maxsize=4096)
def ascii_for(character: str) -> str:
    """Return ASCII of the same width that looks as much like the character as possible."""
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
    # A character of width zero can change the width of its neighbours: a family of three emoji
    # is as wide as one, a cloud is wider in colour.
    pieces = []
    for start, end, width in split_graphemes(text)[0]:
        piece = "".join(parts[start:end])[:width]
        pieces.append(piece.ljust(width, piece[-1:] or " "))
    return "".join(pieces)
