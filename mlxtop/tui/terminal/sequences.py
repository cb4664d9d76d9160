"""Checks complete escape sequences: passes Textual those it reads correctly.

Textual's parser ends the app over a key with kitty's event type or alternate keys
(Textualize/textual#6417, #6542), divides by a window of 0 pixels (#6706), types what it does not
know (#6573), and reads `CSI n ~` as the character n. So it gets only what it reads correctly.
"""

import re

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

LONGEST = 256
"""Maximum characters of a sequence."""

_MOUSE_NUMBERS = r"<(?:[\d;.-]|NaN|nan|inf)*"
_CSI = re.compile(
    rf"\x1b\[(?:\[[!-~]|{_MOUSE_NUMBERS}[Mm]|M[^\x00-\x1f]{{3}}"
    r"|(?![\[M<])[0-?]*[ -/]*[@-~]|<[0-?]*[ -/]*[@-MO-hj-mo-~])"
)
_UNFINISHED_CSI = re.compile(
    rf"\x1b\[(?:\[|{_MOUSE_NUMBERS}(?:Na?|na?|in?)?|M[^\x00-\x1f]{{0,2}}|[0-?]*[ -/]*)\Z"
)
_BROKEN_CSI = re.compile(r"\x1b\[(?:[M\[]|[0-?]*[ -/]*)")
_STRING = re.compile(r"\x1b(?:\]\d|P[>!$\d]|_G|\^)")
"""The start of a reply that is a string (OSC, DCS, APC, PM), not a key with Alt."""
_STRINGS = ("\x1b]", "\x1bP", "\x1b_")
_STRING_BODY = re.compile("[^\x00-\x1f\x7f]*")
_LONGEST_STRING = 65_536

_KEY = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~A-FHPQRS])")
_MOUSE = re.compile(r"\x1b\[<(\d{1,3});(\d{1,5});(\d{1,5})[Mm]")
_SIZE = re.compile(r"\x1b\[48;(\d{1,5})[:\d]*;(\d{1,5})[:\d]*;(\d{1,6})[:\d]*;(\d{1,6})[:\d]*t")
_MODE = re.compile(r"\x1b\[\?(?:2026|2048);[0-4]\$y")
_FOCUS = ("\x1b[I", "\x1b[O")

_RELEASED = 3
"""Kitty's event type of a key release."""
_LOCKS_AND_MODIFIERS = {*range(57358, 57361), *range(57441, 57455)}
_KEYPAD = range(57399, 57417)
_PRIVATE = range(0xE000, 0xF900)
"""Range of the codes of kitty's functional keys."""

_F5_TO_F12 = (15, 17, 18, 19, 20, 21, 23, 24)
_F13_TO_F20 = (25, 26, 28, 29, 31, 32, 33, 34)
_SHIFT_ON_APPLE = dict(zip(_F13_TO_F20, _F5_TO_F12, strict=True))
"""Terminal.app sends F13 to F20 for F5 to F12 with Shift."""
_HIGHER = {code: 57376 + number for number, code in enumerate(_F13_TO_F20)}
"""F13 to F20 in kitty's numbers."""
MOST_CELLS = 10_000
_MOST_PIXELS = 32_767


def length(data: str, start: int) -> int:
    """Return the length of the sequence at `start`, an ESC; 0 if it is incomplete.

    1 is the Escape key. An unknown kind of sequence is Alt with the next character.
    """
    rest = data[start : start + LONGEST + 1]
    follows = rest[1:2]
    if not follows:
        return 0
    if follows == "\x1b":
        return 1
    if follows == "[":
        if found := _CSI.match(rest):
            return _rxvt(rest) or found.end()
        if _UNFINISHED_CSI.match(rest) and len(rest) <= LONGEST:
            return _rxvt(rest)
        # Broken off by something else.
        broken = _BROKEN_CSI.match(rest)
        return broken.end() if broken else 2
    if follows == "O":
        return 0 if len(rest) == 2 else (3 if rest[:3] in ANSI_SEQUENCES_KEYS else 2)
    if _STRING.match(rest):
        return _string(data, start)
    return 0 if rest in _STRINGS else 2


def _rxvt(rest: str) -> int:
    """Return the length of an rxvt key with Shift, the only kind that ends in `$`; otherwise 0."""
    end = rest.find("$") + 1
    return end if end and rest[:end] in ANSI_SEQUENCES_KEYS else 0


def _string(data: str, start: int) -> int:
    body = _STRING_BODY.match(data, start + 2, start + _LONGEST_STRING)
    end = body.end() if body else start + 2
    if end >= start + _LONGEST_STRING:
        return end - start
    ends = data[end : end + 2]
    if ends[:1] == "\x07":
        return end + 1 - start
    if ends == "\x1b\\":
        return end + 2 - start
    return 0 if ends in ("", "\x1b") else end - start


def for_textual(sequence: str, *, apple: bool) -> str:
    """Return a sequence in a form that Textual reads correctly; empty if the app ignores it.

    `apple`: whether the terminal is Terminal.app.
    """
    if found := _KEY.fullmatch(sequence):
        return _key(found, apple=apple)
    if found := _MOUSE.fullmatch(sequence):
        button, x, y = (int(number) for number in found.groups())
        inside = 1 <= x <= _MOST_PIXELS and 1 <= y <= _MOST_PIXELS
        return sequence if button < 128 and inside else ""
    if sequence in _FOCUS or _MODE.fullmatch(sequence):
        return sequence
    return sequence if sequence in ANSI_SEQUENCES_KEYS else ""


def size(sequence: str) -> tuple[int, int, int, int] | None:
    """Return rows, columns, height and width in pixels (0: unknown) of a size report, or None."""
    found = _SIZE.fullmatch(sequence)
    if found is None:
        return None
    rows, columns, height, width = (int(number) for number in found.groups())
    if height < rows or width < columns:
        height = width = 0
    return rows, columns, height, width


def _key(found: re.Match[str], *, apple: bool) -> str:
    codes, modifiers, text, final = found.groups("")
    code = codes.partition(":")[0]
    held, _, event = modifiers.partition(":")
    if event.partition(":")[0] == str(_RELEASED) or max(map(len, (code, held, event))) > 7:
        return ""
    if held and not 1 <= int(held) <= 256:
        return ""
    if final == "u":
        return _character(code, held, text)
    if final == "R":
        # F3, or an unrequested cursor position.
        return _made("13", held, "", "~") if code in ("", "1") else ""
    if final != "~":
        return _made("1" if held else "", held, "", final) if code in ("", "1") else ""
    if f"{code}~" in FUNCTIONAL_KEYS:
        return _made(code, held, "", "~")
    number = int(code or 0)
    if apple and number in _SHIFT_ON_APPLE and not held:
        return _made(str(_SHIFT_ON_APPLE[number]), "2", "", "~")
    return _made(str(_HIGHER[number]), held, "", "u") if number in _HIGHER else ""


def _character(code: str, held: str, text: str) -> str:
    """Return a key that kitty's protocol names by its character, without control characters."""
    number = int(code or 0)
    if number in _LOCKS_AND_MODIFIERS:
        return ""
    typed = [part for part in text.split(":") if part and len(part) <= 7 and _is_text(int(part))]
    if number in _PRIVATE:
        if f"{number}u" not in FUNCTIONAL_KEYS:
            return ""
        typed = typed if number in _KEYPAD else []
    elif not (typed if number == 0 else _is_text(number) or number in (9, 13, 27, 127)):
        return ""
    return _made(str(number), held, ":".join(typed), "u")


def _is_text(code: int) -> bool:
    return 32 <= code <= 0x10FFFF and not 127 <= code < 160 and not 0xD800 <= code < 0xE000


def _made(code: str, held: str, text: str, final: str) -> str:
    return "\x1b[" + f"{code};{held};{text}".rstrip(";") + final
