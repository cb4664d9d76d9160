"""The keys of two recordings over each other."""

from collections.abc import Iterator
from typing import NamedTuple

from textual.binding import Binding

from mlxtop.keys import BY_ID, PLAIN_SUFFIX
from mlxtop.tui.keys import TEXTUAL_NAMES


class Key(NamedTuple):
    """A key of this screen alone."""

    keys: str
    """As Textual names them, comma-separated."""
    action: str
    label: str = ""
    """A word for the footer; empty for a key that stands beside another one there."""
    display: str = ""
    """How footer and help write the key."""
    help: str = ""


KEYS = (
    Key("tab", "figure(1)", "figure", "Tab", "Next figure: speed, memory, pressure, GPU…"),
    Key("shift+tab", "figure(-1)"),
    Key("a", "choose(0)", "turns", "a b", "Choose the turn of A or of B, or a mark to begin at"),
    Key("b", "choose(1)"),
    Key("1", "replay(0)", "replay", "1 2", "Open A or B in replay, at the cursor"),
    Key("2", "replay(1)"),
    Key("w", "swap", "swap", "w", "Swap A and B"),
    Key("x,ctrl+s", "export", "export", "x", "Write it to a Markdown file (Ctrl+S too)"),
    Key("left", "move(-1)", "cursor", "← →", "Move the cursor that reads both; Shift: ten cells"),
    Key("right", "move(1)"),
    Key("shift+left", "move(-10)"),
    Key("shift+right", "move(10)"),
    Key("home,<", "move(-10000)", "", "< >", "The cursor to the beginning, to the end"),
    Key("end,>", "move(10000)"),
    Key("u", "axis", "axis", "u", "Draw over tokens, or over seconds"),
    Key("f", "fit", "fit", "f", "Scale that fits the data, or that begins at zero"),
    Key("up", "scroll(-1)"),
    Key("down", "scroll(1)"),
    Key("pageup,K", "scroll(-10)"),
    Key("pagedown,J", "scroll(10)"),
)
_HELP_BEFORE = "left"
"""A narrow footer is cut off at its end, and help is to be seen there."""


def bindings() -> Iterator[Binding]:
    """Yield the screen's own keys and the app's, in the order in which the footer shows them."""
    yield Binding("escape", "leave", "back")
    for key in KEYS:
        if key.keys == _HELP_BEFORE:
            yield from _of_app("help", "help")
        yield Binding(
            key.keys, key.action, key.label, show=bool(key.label), key_display=key.display or None
        )
    for name in ("theme", "quit", "suspend"):
        yield from _of_app(name, TEXTUAL_NAMES[name])


def _of_app(name: str, action: str) -> Iterator[Binding]:
    known = BY_ID[name]
    for keys, suffix in ((known.always, ""), (known.plain, PLAIN_SUFFIX)):
        if keys:
            shown = name != "suspend"
            yield Binding(keys, action, known.label, show=shown, id=name + suffix)
