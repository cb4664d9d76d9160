"""Names of keys: as people write them, as Textual has them, as help shows them."""

import re
import string
import unicodedata
from collections.abc import Callable

from mlxtop.actions.table import (
    BY_ID,
    LATE_ON_A_MAC,
    NONE,
    ON_A_MAC,
    Acts,
    Chosen,
    at,
    in_reach,
    is_plain,
)
from mlxtop.actions.table import keys_of as textual_keys_of

_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "page_down": "pagedown",
    " ": "space",
}
_NAMED = {
    "escape",
    "enter",
    "tab",
    "space",
    "backspace",
    "insert",
    "delete",
    "home",
    "end",
    "pageup",
    "pagedown",
    "up",
    "down",
    "left",
    "right",
    *(f"f{number}" for number in range(1, 25)),
}
_MODIFIERS = {"alt", "ctrl", "shift", "super", "hyper", "meta"}
_MODIFIER_ALIASES = {"control": "ctrl", "option": "alt", "opt": "alt", "cmd": "super"}

# `question_mark`, `left_square_bracket`… and the shorter names that Textual gives some of them.
_PUNCTUATION = {
    unicodedata.name(character).lower().replace(" ", "_").replace("-", "_"): character
    for character in string.punctuation
} | {"slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}

# A terminal sends the same byte for both.
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "escape"}

# Without these no text could be typed, sent or corrected.
_PROMPT = {
    "enter",
    "shift+enter",
    "ctrl+j",
    "tab",
    "shift+tab",
    "backspace",
    "delete",
    "up",
    "down",
    "left",
    "right",
    "ctrl+c",
}


def normalize(written: str) -> str:
    """Return Textual's name of a key; raises ValueError with the reason if there is none."""
    *modifiers, base = _split(written)
    named = {_MODIFIER_ALIASES.get(word.lower(), word.lower()) for word in modifiers}
    if strange := sorted(named - _MODIFIERS):
        raise ValueError(f"{strange[0]} is not a modifier key")
    base = _base(base)
    if base == ",":
        # A comma itself separates the keys of a list.
        base = "comma"
    if len(base) == 1 and named:
        if named == {"shift"} and base.isalpha():
            return base.upper()
        base = base.lower()
    key = "+".join([*sorted(named), base])
    if same := _SAME_BYTE.get(key):
        raise ValueError(f"a terminal cannot distinguish it from {same}")
    if key in _PROMPT:
        raise ValueError("it is used by the prompt")
    return key


def _split(written: str) -> list[str]:
    if len(written) == 1:
        return [written]
    if written.endswith("+"):
        # The plus sign itself, held down with something: "ctrl++".
        return [*(word for word in written[:-1].split("+") if word), "+"]
    return [word.strip() for word in written.split("+")]


def _base(word: str) -> str:
    if len(word) == 1 and word != " ":
        if not word.isprintable():
            raise ValueError("it is not a key")
        return word
    name = word.lower()
    name = _ALIASES.get(name, name)
    if name in _NAMED:
        return name
    if name in _PUNCTUATION:
        return _PUNCTUATION[name]
    raise ValueError("it is not a key")


_WRITTEN = {
    "comma": ",",
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    **_PUNCTUATION,
}


def short(name: str) -> str:
    """Return a short name of a key, for a button: Ctrl+S is ^S."""
    return "↵" if name == "Enter" else name.replace("Ctrl+", "^")


def key_name(key: str) -> str:
    """Return a key as people write it: `ctrl+t` is Ctrl+T, `f1` is F1."""
    if len(key) == 1:
        return key
    parts = [_WRITTEN.get(part, part.capitalize()) for part in key.split("+")]
    if parts[0] in ("Ctrl", "Shift", "Alt"):
        parts[-1] = parts[-1].capitalize()
    return "+".join(parts)


def keys_of(acts: Acts, chosen: Chosen = NONE, *, mac: bool = ON_A_MAC) -> str:
    """Return all keys of an action; on a Mac those that reach a terminal come first."""
    keys = in_reach(textual_keys_of(acts, chosen), mac=mac)
    return " or ".join(key_name(key) for key in keys)


def with_keys(text: str, key: Callable[[str], str]) -> str:
    """Return a text with each `{action}` replaced by its key."""
    return re.sub(r"\{(\w+)\}", lambda found: key(found[1]), text)


def key_of(action: str, context: str, chosen: Chosen = NONE, *, mac: bool = ON_A_MAC) -> str:
    """Return the key to show for an action; with a prompt, one that acts while text is typed."""
    acts = at(BY_ID[action], context)
    assert acts is not None, (action, context)
    keys = textual_keys_of(acts, chosen)
    first = in_reach(keys, mac=mac)[0]
    if acts.context.prompt:
        always = [key for key in keys if not is_plain(key)]
        arriving = [key for key in always if not (mac and key in LATE_ON_A_MAC)]
        if arriving:
            return key_name(arriving[0])
        if always and is_plain(first):
            return f"{key_of('leave', context, chosen, mac=mac)}, then {key_name(first)}"
    return key_name(first)
