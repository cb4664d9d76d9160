"""The keys of two recordings over each other."""

from collections.abc import Iterator

from textual.binding import Binding

from mlxtop.keys import BY_ID, PLAIN_SUFFIX
from mlxtop.tui.keys import TEXTUAL_NAMES

KEYS = (
    ("left", "move(-1)", "cursor", "← →", "Move the cursor that reads both; with Shift ten cells"),
    ("right", "move(1)", "cursor", "", ""),
    ("shift+left", "move(-10)", "cursor", "", ""),
    ("shift+right", "move(10)", "cursor", "", ""),
    ("home", "move(-10000)", "cursor", "", ""),
    ("end", "move(10000)", "cursor", "", ""),
    ("tab", "figure(1)", "figure", "Tab", "Next figure: speed, memory, pressure, GPU…"),
    ("shift+tab", "figure(-1)", "figure", "", ""),
    ("u", "axis", "tokens/s", "u", "Draw over tokens, or over seconds"),
    ("f", "fit", "fit", "f", "Scale that fits the data, or that begins at zero"),
    ("a", "choose(0)", "turn of A", "a", "Choose the turn of A, or the mark from which on"),
    ("b", "choose(1)", "turn of B", "b", "Choose the turn of B, or the mark from which on"),
    ("w", "swap", "swap", "w", "Swap A and B"),
    ("1", "replay(0)", "replay A", "1", "Open A in replay at the cursor"),
    ("2", "replay(1)", "replay B", "2", "Open B in replay at the cursor"),
    ("x,ctrl+s", "export", "export", "x", "Write the comparison to a Markdown file"),
    ("up", "scroll(-1)", "text", "", ""),
    ("down", "scroll(1)", "text", "", ""),
    ("pageup", "scroll(-10)", "text", "", ""),
    ("pagedown", "scroll(10)", "text", "", ""),
)
"""Key, action, word in the footer, how the footer writes the key ("": not there), and help."""


def bindings() -> Iterator[Binding]:
    """Yield the screen's own keys, then the app's."""
    yield Binding("escape", "leave", "back")
    for key, action, label, display, _ in KEYS:
        yield Binding(
            key, action, label, show=bool(display), key_display=display or None, priority=True
        )
    for name in ("help", "theme", "quit", "suspend"):
        known = BY_ID[name]
        action = "help" if name == "help" else TEXTUAL_NAMES[name]
        for keys, suffix in ((known.always, ""), (known.plain, PLAIN_SUFFIX)):
            if keys:
                shown = name != "suspend"
                yield Binding(
                    keys, action, known.label, show=shown, id=name + suffix, priority=True
                )
