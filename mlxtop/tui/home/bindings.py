"""The keys of the first screen: the input has the focus, so all act in it."""

from collections.abc import Iterator

from textual.binding import Binding

from mlxtop.keys import BY_ID, ON_A_MAC
from mlxtop.tui.keys import TEXTUAL_NAMES

_MOVES = {
    "up": "cursor_up",
    "down": "cursor_down",
    "pageup": "page_up",
    "pagedown": "page_down",
}


def bindings() -> Iterator[Binding]:
    """Yield the screen's own keys, then the app's: a run below does not pass its keys up."""
    yield Binding("enter", "choose", "open", priority=True)
    for key, move in _MOVES.items():
        yield Binding(key, f"move('{move}')", "choose", priority=True, show=False)
    yield Binding("escape", "leave", "back")
    yield Binding(BY_ID["open"].always, "leave", "back", id="open", show=False)
    yield Binding(BY_ID["unload"].always, "unload", "unload", id="unload", priority=True)
    for name in ("help", "library", "theme", "quit", "suspend"):
        action = BY_ID[name]
        shown = name != "suspend"
        if name == "library":
            # Letters go into the input, and Terminal.app sends nothing for Shift+F4.
            shown = not ON_A_MAC
            yield Binding(
                "ctrl+r", TEXTUAL_NAMES[name], action.label, show=not shown, priority=True
            )
        yield Binding(
            action.always, TEXTUAL_NAMES[name], action.label, id=name, show=shown, priority=True
        )
